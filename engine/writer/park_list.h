#pragma once

#include <cstdint>
#include <mutex>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "engine/ledger/ledger.h"

namespace recourse {

/// Which events a projection may leave out when it cannot fold them: those of the types that the
/// operator named, and those that are on record as left out. Otherwise the projection stops.
/// The types lie in a file, so that rows made live and rows made anew follow the same list.
/// Threads: any.
class ParkList {
 public:
  /// Reads the types that `file` holds, one a line; nothing where there is no file or no name.
  /// Errors: invalid for a line that is no type of event; io.
  Status open(const std::string& file);

  /// Adds types to the list and the file. Errors: invalid, with nothing added; io, disk_full.
  Status add(std::span<const std::string> types);
  std::vector<std::string> types() const;

  /// Learns from the deployment's ledger what was left out: from one event, or from all of them.
  /// Errors of the latter: those of Ledger::scan and read_leaf.
  void apply(const RecordedEvent& event);
  Status learn(const Ledger& ledger);

  /// Whether `projection` goes on without the event at `position` when it cannot fold it. Never
  /// decision_state: what is decided from must be whole. `type` is empty where nobody can read it.
  bool leaves_out(std::string_view projection, LedgerId ledger, Position position,
                  std::string_view type) const;

  /// True for the first who wants to put it on record that the event is left out; end_recording()
  /// when it did not come to that.
  bool begin_recording(std::string_view projection, LedgerId ledger, Position position);
  void end_recording(std::string_view projection, LedgerId ledger, Position position);

 private:
  using Place = std::tuple<std::string, std::uint32_t, std::uint64_t>;
  static Place place(std::string_view projection, LedgerId ledger, Position position);

  mutable std::mutex mutex_;
  std::string file_;
  std::set<std::string, std::less<>> types_;
  std::set<Place> recorded_, on_the_way_;
};

}  // namespace recourse
