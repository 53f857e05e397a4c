#pragma once

#include <chrono>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "engine/writer/writer.h"

namespace recourse {

/// How the builds of one projection of one ledger stand.
struct ProjectionStatus {
  std::string projection;
  LedgerId ledger;
  LogSize head;               ///< Of the ledger.
  std::uint32_t version = 0;  ///< Of the handlers in this program.
  ViewState live;
  std::optional<ViewState> candidate, previous;
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
};

/// Builds of projections beside the ones that are served, while the server serves. A build is
/// folded in steps on a thread of its own, which rests as long as it works; where it stands is
/// stored with its rows, so a build goes on after a kill. It is kept up with the ledger until it is
/// switched to or cancelled. Threads: any; one call at a time does something. Outlived by `writer`.
class ProjectionBuilds {
 public:
  struct Options {
    std::uint64_t step = 1'000;  ///< Events in one write.
    bool rests = true;
  };
  explicit ProjectionBuilds(Writer& writer) : ProjectionBuilds(writer, Options{}) {}
  ProjectionBuilds(Writer& writer, Options options);
  /// Ends after the step under way.
  ~ProjectionBuilds();

  std::vector<ProjectionStatus> status(LedgerId ledger) const;

  /// Begins a build. Errors: not_found for an unknown projection; conflict when there is one.
  Status start(LedgerId ledger, std::string_view projection);
  /// Errors: not_found when there is none.
  Status cancel(LedgerId ledger, std::string_view projection);
  /// Brings the candidate to the head and compares it with what is served.
  /// Errors: not_found; conflict while it is more than a step behind; io, corrupt.
  Result<ProjectionDiff> diff(LedgerId ledger, std::string_view projection, std::size_t samples);
  /// Serves the candidate from now on; what was served becomes the previous build. Recorded in the
  /// meta ledger in the name of `by`. Errors: as diff.
  Status switch_over(LedgerId ledger, std::string_view projection, const Actor& by);
  /// Serves the previous build again, brought to the head; the other one becomes the previous one.
  /// Errors: not_found; conflict when it is too far behind to catch up while commits wait; run a
  /// new build then.
  Status roll_back(LedgerId ledger, std::string_view projection, const Actor& by);

 private:
  struct Build;
  using Key = std::pair<std::uint32_t, std::uint8_t>;  ///< Ledger, projection.

  void work();
  bool work_once();
  Result<Build*> find(LedgerId ledger, std::string_view projection);
  Status catch_up(Build& build);
  Status promote(LedgerId ledger, const std::string& projection, ViewSlot from, const Actor& by);

  Writer& writer_;
  const Options options_;
  mutable std::mutex mutex_;  ///< Held for a whole step: whoever asks for something waits for it.
  std::map<Key, std::unique_ptr<Build>> builds_;
  std::mutex wake_mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace recourse
