#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "engine/base/result.h"
#include "engine/base/time.h"
#include "engine/calendar/timezone.h"
#include "tools/import/byte_source.h"
#include "tools/import/servicenow_columns.h"
#include "tools/import/text_pool.h"

/// Reads the incident log of a ServiceNow desk: a CSV file whose rows are the states of incidents
/// after each update.
///
/// Which row is compared with which: each with the row before it in the file that has the same
/// number. Neither time nor sys_mod_count decides this, since a minute holds several updates, some
/// clocks run backwards and the counts have gaps. Rows of different incidents may be mixed.
///
/// In which order the changes are replayed: by (sys_updated_at, line) over all incidents, so that
/// the desk is seen as it was; but a row never comes before an earlier row of its incident. One
/// whose clock runs backwards follows the row before it, keeps its own time, and says so.
namespace recourse {

class IncidentLog;

/// The values of one row. Borrows from its IncidentLog.
class IncidentRow {
 public:
  IncidentRow(const IncidentLog& log, std::size_t row) : log_(&log), row_(row) {}

  /// The value, empty when it is unknown (`?`, nothing, or the file has no such column).
  std::string_view operator[](IncidentColumn column) const;
  /// All columns of the file in its order, the unknown ones too. REQUIRES: index < size().
  std::size_t size() const;
  std::string_view name_at(std::size_t index) const;
  std::string_view value_at(std::size_t index) const;

 private:
  const IncidentLog* log_;
  std::size_t row_;
};

/// What an update changed. Texts borrow from the IncidentLog; an unknown one is empty.
namespace incident {

/// Group or person changed; in a first row, either is known, and there is nothing before.
struct Assigned {
  std::string_view group, person;
  std::string_view group_before, person_before;
};
struct StateChanged {
  std::string_view from, to;
};
/// reopen_count grew.
struct Reopened {
  std::int64_t count;
};
/// Impact, urgency or priority changed.
struct Triaged {
  std::string_view impact, urgency, priority;
  std::string_view impact_before, urgency_before, priority_before;
};
/// made_sla went from true to false.
struct SlaBreached {};
/// No change of assignment, state or triage: something else was written.
struct Updated {};

}  // namespace incident

using IncidentFact = std::variant<incident::Assigned, incident::StateChanged, incident::Reopened,
                                  incident::Triaged, incident::SlaBreached, incident::Updated>;

/// One row and what it changed. A first row opens the incident: its state, impact, urgency and
/// priority are those of the opening, and its facts hold at most an Assigned.
struct IncidentChange {
  std::string_view number;  ///< Borrows, as all texts here.
  std::uint64_t ordinal;    ///< Of the row among those with this number in the file, from 0,
                            ///< unreadable ones counted: with `number` the identity of the row.
  std::uint64_t line;       ///< Where it begins in the file, from 1.
  Timestamp occurred_at;    ///< sys_updated_at.
  std::string_view actor;   ///< sys_updated_by; empty when unknown.
  bool first;               ///< The first readable row with this number.
  bool runs_backwards;      ///< occurred_at is before that of an earlier row of the incident.
  std::optional<Timestamp> opened_at;
  IncidentRow row;
  std::optional<IncidentRow> before;  ///< What it was compared with; nothing for a first row.
  std::vector<IncidentFact> facts;
};

struct UnreadableRow {
  std::uint64_t line;
  std::string text;  ///< As it stands in the file.
  std::string reason;
};

struct IncidentLogOptions {
  TimeZone zone = TimeZone::utc();  ///< Of the times in the file, which name none.
  /// Past this the file is refused: the rows are held in memory until they are in order.
  std::size_t memory_limit_bytes = std::size_t{2} << 30;
  /// Called now and then with the bytes of the file read and all (0: nobody knows).
  std::function<void(std::uint64_t read, std::uint64_t total)> progress = {};
};

/// A whole file, read and put in order. Threads: any may read it.
class IncidentLog {
 public:
  /// Errors: those of ByteSource before the header is read; `invalid` for a header that does not
  /// fit; `too_large` past the limit, nothing is kept then.
  static Result<IncidentLog> read(ByteSource& source, const IncidentLogOptions& options = {});

  std::size_t size() const { return order_.size(); }
  /// The change at `place` in the order of the replay. REQUIRES: place < size().
  IncidentChange at(std::size_t place) const;

  /// Rows that could not be understood, in the order of the file. None is left out silently.
  const std::vector<UnreadableRow>& unreadable() const { return unreadable_; }
  /// Why the file could not be read to its end, if so; the rows before are here.
  const std::optional<Error>& cut_short() const { return cut_short_; }
  const IncidentHeader& header() const { return header_; }
  /// Times of updates that the zone's clocks showed twice, or never.
  std::uint64_t ambiguous_times() const { return ambiguous_times_; }
  std::uint64_t nonexistent_times() const { return nonexistent_times_; }

 private:
  friend class IncidentRow;
  friend class IncidentLogBuilder;
  static constexpr std::size_t kNone = SIZE_MAX;
  struct Row {
    Timestamp occurred_at;
    Timestamp replayed_at;  // occurred_at, or that of an earlier row of the incident if later
    std::uint64_t line;
    std::uint64_t ordinal;
    std::size_t before;         // the incident's row before, kNone for a first one
    std::int64_t reopen_count;  // -1: unknown
    std::optional<Timestamp> opened_at;
  };

  explicit IncidentLog(IncidentHeader header) : header_(std::move(header)) {}
  std::vector<IncidentFact> facts_of(std::size_t row) const;
  TextPool::Number value(std::size_t row, IncidentColumn column) const;

  IncidentHeader header_;
  TextPool pool_;
  std::vector<Row> rows_;                 // in the order of the file
  std::vector<TextPool::Number> values_;  // header_.size() for each row
  std::vector<std::size_t> order_;        // rows in the order of the replay
  std::vector<UnreadableRow> unreadable_;
  std::optional<Error> cut_short_;
  std::uint64_t ambiguous_times_ = 0;
  std::uint64_t nonexistent_times_ = 0;
};

}  // namespace recourse
