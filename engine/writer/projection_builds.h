#pragma once

#include <chrono>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "engine/writer/folded_view.h"
#include "engine/writer/writer.h"

namespace recourse {

/// How the builds of one projection of one ledger stand.
struct ProjectionStatus {
  struct Build : ViewState {
    std::vector<ParkedEvent> parked;  ///< What it leaves out.
  };
  std::string projection;
  LedgerId ledger;
  LogSize head;               ///< Of the ledger.
  std::uint32_t version = 0;  ///< Of the handlers in this program.
  Build live;
  std::optional<Build> candidate, previous;
  std::optional<ViewBehind> behind;  ///< Why the served rows do not follow the log.
  std::string fault;  ///< Why the candidate does not get on; empty while it does.
};

/// What two builds at the same position differ in.
struct ProjectionDiff {
  LogSize size;
  Hash live{}, candidate{};
  std::uint64_t added = 0, removed = 0, changed = 0;  ///< Rows of the candidate.
  struct Sample {
    std::string key, live, candidate;  ///< JSON; empty: no such row.
  };
  std::vector<Sample> samples;
  bool whole = true;  ///< False: there are more differences than were counted.
};

/// Builds of projections beside the ones that are served, while the server serves. A build is
/// folded in steps on a thread of its own, which rests as long as it works; where it stands is
/// stored with its rows, so a build goes on after a kill. It is kept up with the ledger until it is
/// switched to or cancelled. Where the served rows are of another version of the handlers, a build
/// is begun at the start and switched to as soon as it has caught up, decision_state first, because
/// commands wait for it. A projection that was stopped for long is brought to the head. Threads: any; one call at a time does something. Outlived by `writer`.
class ProjectionBuilds {
 public:
  struct Options {
    std::uint64_t step = 1'000;  ///< Events in one write.
    bool rests = true;
    std::uint64_t durable_every = 5;          ///< Writes; a kill costs a build no more than these.
    std::uint64_t most_differences = 10'000;  ///< That a diff counts.
  };
  explicit ProjectionBuilds(Writer& writer) : ProjectionBuilds(writer, Options{}) {}
  ProjectionBuilds(Writer& writer, Options options);
  /// Ends after the step under way.
  ~ProjectionBuilds();

  /// Waits for nothing.
  std::vector<ProjectionStatus> status(LedgerId ledger) const;

  /// Begins a build. Errors: not_found for an unknown projection; conflict when there is one.
  Status start(LedgerId ledger, std::string_view projection);
  /// From now on events of these types are left out where they cannot be folded; what stopped goes
  /// on. Errors: as ParkList::add.
  Status park(std::span<const std::string> types);
  /// Errors: not_found when there is none; conflict when it is made because of another version of
  /// the handlers.
  Status cancel(LedgerId ledger, std::string_view projection);
  /// Brings the candidate to the head and compares it with what is served.
  /// Errors: not_found; conflict while it is more than a step behind; io, corrupt.
  Result<ProjectionDiff> diff(LedgerId ledger, std::string_view projection, std::size_t samples);
  /// Serves the candidate from now on; what was served becomes the previous build. Recorded in the
  /// meta ledger in the name of `by` before it is done, and a crash in between is made good at the
  /// next start. Returned: projection.switched, and whether `request` was made before and is only
  /// answered. Errors: as diff; key_reused.
  Result<Committed> switch_over(LedgerId ledger, std::string_view projection, const Actor& by,
                                const Writer::Repeatable& request = {});
  using GoOn = std::function<bool()>;
  /// Serves the previous build again; the other one becomes the previous one. It is brought to the
  /// head in steps first, which may take seconds; `go_on` is asked after each. Errors: not_found;
  /// conflict when it is too far behind, so that a new build is better; unavailable when told not
  /// to go on; key_reused.
  Result<Committed> roll_back(LedgerId ledger, std::string_view projection, const Actor& by,
                              const Writer::Repeatable& request = {}, const GoOn& go_on = {});

 private:
  using Key = std::pair<std::uint32_t, std::uint8_t>;  ///< Ledger, projection.

  void work();
  bool work_once();
  bool step(FoldedView& build);
  void record_parked(FoldedView& build);
  void note_fault(const FoldedView& build, const Status& stored);
  void forget(LedgerId ledger, std::uint8_t projection);
  bool step_builds();
  bool bring_up();
  bool switch_by_itself();
  void begin_missing();
  Status begin(const ProjectionKind& kind, LedgerId ledger);
  Result<ProjectionKind> kind_of(std::string_view name) const;
  bool has_older_rows(const FoldedView& build) const;
  bool decides(LedgerId ledger) const;
  Result<FoldedView*> find(LedgerId ledger, std::string_view projection);
  Status check_near(const FoldedView& build) const;
  Status fold_rest(FoldedView& build);
  Result<std::optional<Committed>> find_repeat(const Actor& by, const Writer::Repeatable& request,
                                               std::string_view projection, LedgerId ledger);
  Result<Committed> promote(FoldedView& build, ViewSlot from, const Actor& by,
                            const Writer::Repeatable& request = {});
  Result<Committed> record(std::optional<ProjectionSwitched> switched, const Actor& by,
                           const Writer::Repeatable& request);
  Result<std::unique_ptr<FoldedView>> open_previous(LedgerId ledger,
                                                    std::string_view projection) const;
  Status serve(FoldedView& build, ViewSlot from);
  Result<bool> is_recorded(const ProjectionKind& kind, LedgerId ledger, LogSize since) const;
  Status settle(const ProjectionKind& kind, LedgerId ledger);

  Writer& writer_;
  const Options options_;
  mutable std::mutex mutex_;  ///< Held for a whole step: whoever asks for something waits for it.
  std::map<Key, std::unique_ptr<FoldedView>> builds_;
  std::uint64_t steps_ = 0;             ///< Since what builds wrote was made durable.
  mutable std::mutex faults_mutex_;     ///< Held for a moment.
  std::map<Key, std::string> faults_;   ///< Why a build does not get on.
  std::mutex wake_mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace recourse
