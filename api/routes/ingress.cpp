#include "api/routes/ingress.h"

#include <algorithm>
#include <chrono>
#include <iterator>

namespace recourse::routes {
namespace {

using namespace std::chrono_literals;

/// No request is on its way for longer.
constexpr auto kGrace = 5min;
constexpr std::ptrdiff_t kMostChannels = 64;

Timestamp hour_of(Timestamp time) { return std::chrono::floor<std::chrono::hours>(time); }

}  // namespace

Ingress::Input Ingress::begin(const TenantId& tenant, std::string_view channel, Timestamp now) {
  const std::lock_guard lock(mutex_);
  open_.emplace(++last_, Open{tenant, std::string(channel), std::string(channel), hour_of(now)});
  return last_;
}

void Ingress::name_channel(Input input, std::string_view channel) {
  const std::lock_guard lock(mutex_);
  if (const auto found = open_.find(input); found != open_.end()) found->second.channel = channel;
}

void Ingress::recorded(Input input, Timestamp event_time, bool repeated) {
  const std::lock_guard lock(mutex_);
  const auto found = open_.find(input);
  if (found == open_.end()) return;
  found->second.fate = repeated ? Fate::duplicate : Fate::accepted;
  // A repeat's event may be years old; it came in now.
  if (!repeated) found->second.hour = hour_of(event_time);
}

void Ingress::lost(Input input) {
  const std::lock_guard lock(mutex_);
  if (const auto found = open_.find(input); found != open_.end()) found->second.fate = Fate::lost;
}

void Ingress::end(Input input) {
  const std::lock_guard lock(mutex_);
  const auto found = open_.find(input);
  if (found == open_.end()) return;
  settle(found->second, true);
  open_.erase(found);
}

void Ingress::settle(const Open& open, bool answered) {
  const bool rejected = answered && open.fate == Fate::none;
  const std::string channel = rejected ? channel_of_refused(open) : open.channel;
  Numbers& numbers = slots_[{open.tenant, open.hour, channel}];
  ++numbers.received;
  if (open.fate == Fate::accepted) ++numbers.accepted;
  if (open.fate == Fate::duplicate) ++numbers.duplicates;
  if (rejected) ++numbers.rejected;
}

std::string Ingress::channel_of_refused(const Open& open) const {
  if (slots_.contains({open.tenant, open.hour, open.channel})) return open.channel;
  const auto first = slots_.lower_bound({open.tenant, open.hour, ""});
  const auto end = slots_.lower_bound({open.tenant, open.hour + 1h, ""});
  return std::distance(first, end) < kMostChannels ? open.channel : open.first_channel;
}

std::vector<Ingress::Count> Ingress::take_until(Timestamp last_hour) {
  for (auto it = open_.begin(); it != open_.end();) {
    const bool over = it->second.hour <= last_hour;
    if (over) settle(it->second, false);
    it = over ? open_.erase(it) : std::next(it);
  }
  std::vector<Count> taken;
  for (auto it = slots_.begin(); it != slots_.end();) {
    const auto& [slot, of] = *it;
    const bool over = slot.hour <= last_hour;
    if (over)
      taken.push_back({slot.tenant, slot.channel, slot.hour, of.received, of.accepted, of.rejected,
                       of.duplicates});
    it = over ? slots_.erase(it) : std::next(it);
  }
  return taken;
}

std::vector<Ingress::Count> Ingress::take(Timestamp now) {
  const std::lock_guard lock(mutex_);
  return take_until(hour_of(now - kGrace) - 1h);
}

std::vector<Ingress::Count> Ingress::take_all() {
  const std::lock_guard lock(mutex_);
  return take_until(Timestamp::max());
}

void Ingress::put_back(const Count& count) {
  const std::lock_guard lock(mutex_);
  Numbers& numbers = slots_[{count.tenant, count.hour, count.channel}];
  numbers.received += count.received;
  numbers.accepted += count.accepted;
  numbers.rejected += count.rejected;
  numbers.duplicates += count.duplicates;
}

}  // namespace recourse::routes
