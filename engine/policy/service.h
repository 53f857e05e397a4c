#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/calendar/business_time.h"
#include "engine/calendar/quiet_hours.h"
#include "engine/event/text.h"

namespace recourse {

/// Whether and when a customer is asked if a resolution works. When: Policy::followup_after_s.
struct FollowUpRule {
  bool enabled = true;
  bool after_people = false;  ///< Also for tickets that people resolved.
  /// HH:MM by the clock in `zone`; both or none. What is due in between waits for the end of it.
  std::optional<Clear> quiet_from, quiet_to;
  Clear zone{"UTC"};                 ///< IANA name or offset
  std::optional<Clear> channel;      ///< Absent: the ticket's own.
  std::int64_t max_late_s = 86'400;  ///< Later than that nobody is asked any more.
};
BOOST_DESCRIBE_STRUCT(FollowUpRule, (),
                      (enabled, after_people, quiet_from, quiet_to, zone, channel, max_late_s))

/// What becomes of a resolved ticket that nobody says anything about.
struct ClosingRule {
  bool enabled = true;
  std::int64_t after_s = 7 * 86'400;          ///< Since it was resolved.
  std::int64_t reopen_within_s = 7 * 86'400;  ///< Since it was closed; then a new ticket follows.
};
BOOST_DESCRIBE_STRUCT(ClosingRule, (), (enabled, after_s, reopen_within_s))

BOOST_DEFINE_ENUM_CLASS(Weekday, mon, tue, wed, thu, fri, sat, sun)

struct CalendarHours {
  std::vector<Weekday> days;
  Clear from, to;  ///< HH:MM, up to 24:00
};
BOOST_DESCRIBE_STRUCT(CalendarHours, (), (days, from, to))

/// When people work.
struct CalendarRule {
  Clear rule = {};  ///< Its name.
  Clear zone{"UTC"};
  std::vector<CalendarHours> hours;
  std::optional<std::vector<Clear>> holidays = {};  ///< YYYY-MM-DD
};
BOOST_DESCRIBE_STRUCT(CalendarRule, (), (rule, zone, hours, holidays))

/// What a ticket may expect. The first rule whose priority and category fit counts, one that names
/// more before one that names less.
struct SlaRule {
  Clear rule = {};
  std::optional<Clear> priority = {}, category = {};
  std::optional<Clear> calendar = {};  ///< Name of a calendar; absent: time never stands still.
  std::optional<std::int64_t> first_response_s = {}, next_response_s = {}, resolution_s = {};
};
BOOST_DESCRIBE_STRUCT(SlaRule, (),
                      (rule, priority, category, calendar, first_response_s, next_response_s,
                       resolution_s))

/// Quiet hours as the rule says; none where it says none.
QuietHours quiet_hours(const FollowUpRule& rule);
/// REQUIRES: a rule that check() accepts.
BusinessCalendar business_calendar(const CalendarRule& rule);

/// Errors: `invalid`, naming the rule.
Status check(const FollowUpRule& rule);
Status check(const ClosingRule& rule);
Status check(const CalendarRule& rule);
Status check(const SlaRule& rule);

/// Whether this machine knows the zone. Not part of check(): what was accepted once can always be
/// read again. Errors: `invalid`.
Status check_zone(std::string_view where, const Clear& zone);

}  // namespace recourse
