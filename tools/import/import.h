#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/writer/writer.h"

/// Records of other systems become events of a tenant's ledger, through the writer like everything
/// else. What is imported says so and names its source; nothing is executed.
namespace recourse {

enum class ImportFormat { servicenow, transcript };
std::optional<ImportFormat> import_format(std::string_view name);
std::string_view name(ImportFormat format);

struct ImportProgress {
  bool reading = true;      ///< The file is read; else its records are written.
  std::uint64_t done = 0;   ///< Bytes while reading, records while writing.
  std::uint64_t total = 0;  ///< 0 when nobody knows.
};

struct ImportOptions {
  ImportFormat format = ImportFormat::servicenow;
  std::filesystem::path file;
  /// With the record's own name its identity: the same source and record is the same for ever.
  std::string source;            ///< Default: the file's base name without `.gz`.
  std::string timezone = "UTC";  ///< Of times that name none; see TimeZone::find().
  /// Asks for the rollback of each write that a recorded run should not have made.
  bool undo_wrong_writes = false;
  std::size_t batch = 512;  ///< Records on their way to the writer at a time.
  std::function<void(const ImportProgress&)> progress = {};
};

/// A record that is known with other content. Nothing of it was written.
struct ImportConflict {
  std::string record;  ///< Its identity.
  std::uint64_t line = 0;
};
/// A record that could not be understood. Its text was kept.
struct ImportUnreadable {
  std::uint64_t line = 0;
  std::string reason;
};

struct CheckFigure {
  std::string_view name;  ///< snake_case
  std::uint64_t value = 0;
};

struct ImportSummary {
  /// Conflicts and unreadable records that are listed; all are counted.
  static constexpr std::size_t kListed = 1000;

  ImportFormat format = ImportFormat::servicenow;
  std::string source;
  std::string file;
  /// records = added + known + conflicts unless it stopped; unreadable ones are among them.
  std::uint64_t records = 0, added = 0, known = 0, conflicts = 0, unreadable = 0;
  std::vector<ImportConflict> conflict_list;
  std::vector<ImportUnreadable> unreadable_list;
  std::uint64_t events_added = 0;
  /// What stands in the ledger for the records of this file, whichever import wrote it: events by
  /// type (`ticket.opened`), and the figures that the source's owner can compare. So an import that
  /// was broken off and repeated ends with the same as one that was not.
  std::map<std::string, std::uint64_t, std::less<>> events;
  std::vector<CheckFigure> figures;
  /// Of an incident log: times that the zone's clocks showed twice or never, and rows whose time is
  /// before that of an earlier row of their incident.
  std::uint64_t ambiguous_times = 0, nonexistent_times = 0, backward_times = 0;
  /// With undo_wrong_writes: what became of the rollbacks, refusals by their code.
  std::uint64_t rollbacks_requested = 0, rolled_back = 0;
  std::map<std::string, std::uint64_t, std::less<>> refused;
  std::optional<Error> cut_short;  ///< Why the file could not be read to its end.
  std::optional<Error> stopped;    ///< Why the ledger took no more records.
  LogSize ledger_size{0};          ///< Of the tenant's ledger afterwards.

  /// Whether every record of the file is in the ledger as it stands in the file.
  bool complete() const { return !cut_short && !stopped && conflicts == 0; }
};

/// Imports a file; the tenant is made when there is none. Each record is written whole or not at
/// all, and in the order of the source, so that an import that ends at any moment can be repeated:
/// what is known is counted and not written again. Errors: those of opening the file and its
/// header; `invalid` for a source or tenant name; what Writer::create_tenant says. An error after
/// the first record is in the summary, with everything before it kept.
Result<ImportSummary> import_file(Writer& writer, const TenantId& tenant,
                                  const ImportOptions& options);

/// For people: several lines.
std::string summary_text(const ImportSummary& summary);
/// For programs: one canonical JSON object.
std::string summary_json(const ImportSummary& summary);

}  // namespace recourse
