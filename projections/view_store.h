#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/id.h"
#include "projections/digest.h"
#include "projections/row_source.h"

namespace recourse {

/// Where a projection of one ledger stands.
struct ViewState {
  LogSize applied;  ///< Events folded: the next position to apply.
  Digest digest;
  std::uint32_t version = 0;     ///< Of the handlers that made the rows.
  std::uint32_t generation = 0;  ///< Which build of the rows is served.
};

/// An event that a build leaves out because it could not fold it.
struct ParkedEvent {
  Position position;
  std::string type;
  std::string cause;
};

/// The builds of a projection that there can be side by side: the one that is served, one that is
/// being made, and the one that was served before.
enum class ViewSlot : char { live = 's', candidate = 'c', previous = 'p' };

/// The views database `<data>/views`: rows of every projection, without WAL. Rows, positions and
/// digests share one column family, so whatever a crash leaves is one consistent prefix and the
/// ledger's tail is folded over it again. Keys: docs/format/views.md. Threads: one writer, any
/// readers.
class ViewStore {
 public:
  static Result<std::unique_ptr<ViewStore>> open(const std::string& data_dir);
  /// Beside a running server: sees what is flushed, writes nothing.
  static Result<std::unique_ptr<ViewStore>> open_read_only(const std::string& data_dir);
  ~ViewStore();

  /// Of what is served; as it starts out when there is nothing yet.
  ViewState state(std::uint8_t projection, LedgerId ledger) const;
  std::optional<ViewState> slot(std::uint8_t projection, LedgerId ledger, ViewSlot slot) const;
  /// A number that no build of this projection has or had.
  std::uint32_t next_generation(std::uint8_t projection, LedgerId ledger) const;

  /// A batch of rows and the states that go with them: all or nothing.
  class Batch {
   public:
    virtual ~Batch() = default;
    virtual void put(std::uint8_t projection, LedgerId ledger, std::uint32_t generation,
                     std::string_view key, std::string_view json) = 0;
    virtual void set_state(std::uint8_t projection, LedgerId ledger, const ViewState& state,
                           ViewSlot slot = ViewSlot::live) = 0;
    /// The build leaves out `event`.
    virtual void park(std::uint8_t projection, LedgerId ledger, std::uint32_t generation,
                      const ParkedEvent& event) = 0;
    /// Errors: io.
    virtual Status write() = 0;
  };
  std::unique_ptr<Batch> batch();

  /// What the build leaves out, in the order of positions.
  std::vector<ParkedEvent> parked(std::uint8_t projection, LedgerId ledger,
                                  std::uint32_t generation) const;

  /// Makes everything written durable (a memtable flush).
  Status flush();

  /// The row of the served generation. Errors: not_found, corrupt.
  Result<std::string> row(std::uint8_t projection, LedgerId ledger, std::string_view key) const;

  /// Rows whose key starts with `prefix`, in key order or backwards, starting after (or before)
  /// `from` when it is not empty, until `visit` returns false.
  enum class Order { forward, backward };
  Status each(std::uint8_t projection, LedgerId ledger, std::string_view prefix,
              std::string_view from, Order order,
              const std::function<bool(std::string_view key, std::string_view json)>& visit) const;

  /// The same forwards for rows that come in anywhere and go at the front, like timers: it does not
  /// pass over what went before the first one that it found the last time. Sees all rows whose
  /// batch was written before the call.
  Status each_queued(
      std::uint8_t projection, LedgerId ledger, std::string_view prefix,
      const std::function<bool(std::string_view key, std::string_view json)>& visit) const;

  /// A source for a RowTable over one generation.
  std::unique_ptr<RowSource> source(std::uint8_t projection, LedgerId ledger,
                                    std::uint32_t generation) const;

  /// Drops whatever rows a generation has: one that is about to be built may have leftovers of a
  /// build that a crash ended. REQUIRES: it is not the one that is served.
  Status drop_rows(std::uint8_t projection, LedgerId ledger, std::uint32_t generation);

  /// One durable step: the build in `from` is served from now on, the one that was is `previous`,
  /// and the rows of the one that was that are gone, unless it is `from`. No state of any other
  /// changes. REQUIRES: there is a build in `from`, which is not live.
  Status promote(std::uint8_t projection, LedgerId ledger, ViewSlot from);
  /// A switch that was begun: to which build, and how long the deployment's own ledger was then. On
  /// record or not and carried out or not, it is known where to go on.
  struct Intent {
    std::uint32_t generation = 0;
    LogSize deployment;
  };
  std::optional<Intent> intent(std::uint8_t projection, LedgerId ledger) const;
  /// Durable. Absent: nothing is under way.
  Status set_intent(std::uint8_t projection, LedgerId ledger, const std::optional<Intent>& intent);
  /// Forgets a build and its rows; nothing when there is none. REQUIRES: not the live one.
  Status drop_slot(std::uint8_t projection, LedgerId ledger, ViewSlot slot);

  /// Two builds as they are at the moment of this call, to be compared later: visit(key, before,
  /// after) for each row that differs, in the order of keys, until it returns false. An empty text
  /// is a row that is not there.
  using RowDifference =
      std::function<bool(std::string_view key, std::string_view before, std::string_view after)>;
  std::function<Status(const RowDifference&)> comparison(std::uint8_t projection, LedgerId ledger,
                                                         std::uint32_t before,
                                                         std::uint32_t after) const;

  /// A new build of one projection's rows.
  struct NewView {
    std::uint8_t projection;
    ViewState state;
    std::vector<ParkedEvent> parked = {};
  };
  /// Ingests files of RowFile that hold the rows of the new generations, then switches all `views`
  /// of the ledger to them and drops the old ones, in one durable step; readers see the one or the
  /// other.
  Status switch_to(const std::vector<NewView>& views, LedgerId ledger,
                   const std::vector<std::string>& sst_files);
  static std::string row_key(std::uint8_t projection, LedgerId ledger, std::uint32_t generation,
                             std::string_view key);
  /// Appends a row's bytes as they are stored: checksum, then JSON.
  static void append_stored_row(std::string& out, std::string_view json);

 private:
  class Impl;
  explicit ViewStore(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace recourse
