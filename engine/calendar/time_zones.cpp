#include "engine/calendar/time_zones.h"

#include <map>
#include <memory>
#include <mutex>

namespace recourse {

Result<const TimeZone*> find_zone(std::string_view name) {
  static std::mutex mutex;
  // Never emptied: callers keep pointers, and a policy has few zones.
  static std::map<std::string, std::unique_ptr<const TimeZone>, std::less<>> zones;
  const std::lock_guard lock(mutex);
  if (const auto found = zones.find(name); found != zones.end()) return found->second.get();
  RECOURSE_LET(TimeZone zone, TimeZone::find(name));
  auto& kept = zones[std::string(name)];
  kept = std::make_unique<const TimeZone>(std::move(zone));
  return kept.get();
}

const TimeZone& zone_or_utc(std::string_view name) {
  static const TimeZone utc = TimeZone::utc();
  const auto zone = find_zone(name);
  return zone ? **zone : utc;
}

}  // namespace recourse
