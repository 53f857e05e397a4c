#include "engine/policy/service.h"

#include <algorithm>

#include "engine/calendar/time_of_day.h"
#include "engine/calendar/time_zones.h"
#include "engine/event/clear_names.h"

namespace recourse {
namespace {

constexpr std::int64_t kYear = 366 * 86'400;

Error fault_in(std::string_view where, std::string_view what) {
  return {ErrorCode::invalid, "policy " + std::string(where) + ": " + std::string(what)};
}

Error fault_of(const Clear& rule, std::string_view what) {
  return fault_in("rule " + rule.text, what);
}

bool is_from(std::int64_t value, std::int64_t least, std::int64_t most) {
  return value >= least && value <= most;
}

Status check_calendar_hours(const CalendarRule& rule, const CalendarHours& hours) {
  const auto from = parse_time_of_day(hours.from.text), to = parse_time_of_day(hours.to.text);
  if (!from || !to) return fault_of(rule.rule, "hours are written like 09:00 and 17:30");
  if (*from >= *to) return fault_of(rule.rule, "hours end after they begin");
  if (hours.days.empty()) return fault_of(rule.rule, "hours need days");
  return {};
}

BusinessCalendar::Week week_of(const CalendarRule& rule) {
  BusinessCalendar::Week week;
  for (const CalendarHours& hours : rule.hours)
    for (const Weekday day : hours.days)
      week[static_cast<std::size_t>(day)].push_back(
          {*parse_time_of_day(hours.from.text), *parse_time_of_day(hours.to.text)});
  for (auto& day : week)
    std::sort(day.begin(), day.end(),
              [](const OpenHours& a, const OpenHours& b) { return a.from < b.from; });
  return week;
}

}  // namespace

QuietHours quiet_hours(const FollowUpRule& rule) {
  if (!rule.quiet_from || !rule.quiet_to) return {};
  return {parse_time_of_day(rule.quiet_from->text).value_or(std::chrono::minutes(0)),
          parse_time_of_day(rule.quiet_to->text).value_or(std::chrono::minutes(0))};
}

BusinessCalendar business_calendar(const CalendarRule& rule) {
  std::set<std::chrono::sys_days> holidays;
  if (rule.holidays)
    for (const Clear& day : *rule.holidays) holidays.insert(*parse_day(day.text));
  return {zone_or_utc(rule.zone.text), week_of(rule), std::move(holidays)};
}

Status check(const FollowUpRule& rule) {
  constexpr std::string_view kWhere = "followup";
  if (rule.quiet_from.has_value() != rule.quiet_to.has_value())
    return fault_in(kWhere, "quiet hours have quiet_from and quiet_to");
  for (const auto* time : {&rule.quiet_from, &rule.quiet_to})
    if (*time && !parse_time_of_day((*time)->text))
      return fault_in(kWhere, "quiet hours are written like 21:00 and 08:00");
  if (rule.channel && !is_label(rule.channel->text))
    return fault_in(kWhere, "channel: 1 to 64 bytes");
  if (!is_from(rule.max_late_s, 0, 90 * 86'400))
    return fault_in(kWhere, "max_late_s is from 0 to 7776000");
  return {};
}

Status check(const ClosingRule& rule) {
  if (!is_from(rule.after_s, 60, kYear))
    return fault_in("closing", "after_s is from 60 to 31622400");
  if (!is_from(rule.reopen_within_s, 0, kYear))
    return fault_in("closing", "reopen_within_s is from 0 to 31622400");
  return {};
}

Status check(const CalendarRule& rule) {
  if (rule.hours.empty())
    return fault_of(
        rule.rule,
        "a calendar without hours is never open: give it hours, or leave the calendar out "
        "for a clock that never stands still");
  if (rule.hours.size() > 100) return fault_of(rule.rule, "a calendar has at most 100 hours");
  for (const CalendarHours& hours : rule.hours) RECOURSE_TRY(check_calendar_hours(rule, hours));
  for (const auto& day : week_of(rule))
    for (std::size_t i = 1; i < day.size(); ++i)
      if (day[i].from < day[i - 1].to) return fault_of(rule.rule, "hours of one day overlap");
  if (!rule.holidays) return {};
  if (rule.holidays->size() > 400)
    return fault_of(rule.rule, "a calendar has at most 400 holidays");
  for (const Clear& day : *rule.holidays)
    if (!parse_day(day.text)) return fault_of(rule.rule, "holidays are written like 2026-12-25");
  return {};
}

Status check(const SlaRule& rule) {
  for (const auto* label : {&rule.priority, &rule.category})
    if (*label && !is_label((*label)->text))
      return fault_of(rule.rule, "labels have 1 to 64 bytes");
  bool promises = false;
  for (const auto& target : {rule.first_response_s, rule.next_response_s, rule.resolution_s}) {
    promises = promises || target;
    if (target && !is_from(*target, 1, kYear))
      return fault_of(rule.rule, "a target is from 1 to 31622400 seconds");
  }
  if (!promises)
    return fault_of(rule.rule, "first_response_s, next_response_s or resolution_s is needed");
  return {};
}

Status check_zone(std::string_view where, const Clear& zone) {
  const auto found = find_zone(zone.text);
  if (found) return {};
  return fault_in(where, found.error().message);
}

}  // namespace recourse
