#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "engine/base/id.h"
#include "engine/base/time.h"

namespace recourse::routes {

/// What comes in by each channel of each tenant, counted where it comes in and apart from what is
/// recorded of it, so that the two can be compared (control RC-17). An input that was recorded
/// counts in the hour of its event, any other one in the hour in which it came. Kept in memory:
/// after a crash the hour that it cut has more events than its counters say, which is the truth.
/// Threads: any.
class Ingress {
 public:
  /// Of one channel within one hour. An input without an end, such as one whose write failed, is
  /// received and nothing else.
  struct Count {
    TenantId tenant;
    std::string channel;
    Timestamp hour;
    std::int64_t received = 0, accepted = 0, rejected = 0, duplicates = 0;
  };
  using Input = std::uint64_t;  ///< One input on its way; 0 is none, and nothing is counted for it.

  /// Something came in. `channel`: the one to count it for until more is known.
  Input begin(const TenantId& tenant, std::string_view channel, Timestamp now);
  /// The channel by which it came. REQUIRES: a name that may stand in clear.
  void name_channel(Input input, std::string_view channel);
  /// It is recorded, in an event of this time; a repeat was recorded before.
  void recorded(Input input, Timestamp event_time, bool repeated);
  /// Nobody knows whether it was recorded.
  void lost(Input input);
  /// It was answered: rejected, unless one of the two was said before.
  void end(Input input);

  /// Takes out what was counted in hours that are over, each with some minutes for inputs that are
  /// still on their way.
  std::vector<Count> take(Timestamp now);
  /// The same of all hours, at the end: nothing comes in any more.
  std::vector<Count> take_all();
  /// A count that could not be written, to be taken again.
  void put_back(const Count& count);

 private:
  enum class Fate { none, accepted, duplicate, lost };
  struct Open {
    TenantId tenant;
    std::string channel, first_channel;
    Timestamp hour;
    Fate fate = Fate::none;
  };
  struct Slot {
    TenantId tenant;
    Timestamp hour;
    std::string channel;
    auto operator<=>(const Slot&) const = default;
  };
  struct Numbers {
    std::int64_t received = 0, accepted = 0, rejected = 0, duplicates = 0;
  };
  void settle(const Open& open, bool answered);
  /// Where a refused input counts: whoever makes up names gets no counter for each of them.
  std::string channel_of_refused(const Open& open) const;
  std::vector<Count> take_until(Timestamp last_hour);

  std::mutex mutex_;
  Input last_ = 0;
  std::unordered_map<Input, Open> open_;
  std::map<Slot, Numbers> slots_;
};

}  // namespace recourse::routes
