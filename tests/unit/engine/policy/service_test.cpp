#include "engine/policy/service.h"

#include <doctest/doctest.h>

#include "engine/policy/policy_document.h"

namespace recourse {
namespace {

std::string fault_of_document(std::string_view text) {
  const auto policy = read_policy_document(text);
  return policy ? "no fault" : policy.error().message;
}

Policy policy_of(std::string_view text) {
  auto policy = read_policy_document(text);
  REQUIRE_MESSAGE(policy.ok(), (policy ? "" : policy.error().message));
  return std::move(*policy);
}

constexpr std::string_view kService = R"(
followup_after_s: 48h
followup: {quiet_from: "21:00", quiet_to: "08:00", zone: Europe/Rome, channel: email, max_late_s: 2d}
closing: {after_s: 14d, reopen_within_s: 30d}
calendars:
  - rule: office
    zone: Europe/Rome
    hours:
      - {days: [mon, tue, wed, thu, fri], from: "09:00", to: "13:00"}
      - {days: [mon, tue, wed, thu], from: "14:00", to: "18:00"}
    holidays: ["2026-12-25"]
sla:
  - {rule: urgent, priority: high, first_response_s: 15m, resolution_s: 4h}
  - {rule: others, calendar: office, first_response_s: 4h, next_response_s: 8h, resolution_s: 5d}
)";

TEST_CASE("what customers are promised is written in the policy and read again as it was") {
  const Policy policy = policy_of(kService);
  CHECK(policy.followup_after_s == 172'800);
  CHECK(policy.followup->max_late_s == 172'800);
  CHECK(quiet_hours(*policy.followup).from == std::chrono::hours(21));
  CHECK(policy.closing->after_s == 14 * 86'400);
  CHECK(policy.sla->at(1).resolution_s == 5 * 86'400);
  CHECK(policy_json(policy_of(policy_json(policy))) == policy_json(policy));
  const BusinessCalendar office = business_calendar(policy.calendars->at(0));
  const auto at = [](std::string_view text) { return from_rfc3339(text).value(); };
  // A Thursday at ten in Rome to the Friday at ten: three, four and one hours.
  CHECK(office.open(at("2026-01-08T09:00:00Z"), at("2026-01-09T09:00:00Z")) ==
        std::chrono::hours(8));
}

TEST_CASE("a policy that says nothing about it has the text it always had") {
  const std::string json = policy_json(default_policy());
  for (const char* member : {"calendars", "closing", "\"followup\"", "\"sla\""})
    CHECK(json.find(member) == std::string::npos);
}

TEST_CASE("a calendar without hours is refused, and told what to do") {
  const std::string said = fault_of_document("calendars:\n  - rule: never\n    zone: UTC\n");
  CHECK(said.find("line 2") != std::string::npos);
  CHECK(said.find("policy rule never: a calendar without hours is never open") !=
        std::string::npos);
  CHECK(fault_of_document("calendars: [{rule: never, hours: []}]").find("without hours") !=
        std::string::npos);
}

TEST_CASE("hours, days and zones that cannot be meant are refused where they stand") {
  const auto hours = [](std::string_view inner) {
    return fault_of_document("calendars:\n- rule: a\n  hours:\n  - {" + std::string(inner) + "}\n");
  };
  CHECK(hours("days: [mon], from: \"17:00\", to: \"09:00\"").find("end after they begin") !=
        std::string::npos);
  CHECK(hours("days: [mon], from: \"9:00\", to: \"17:00\"").find("written like 09:00") !=
        std::string::npos);
  CHECK(hours("days: [], from: \"09:00\", to: \"17:00\"").find("need days") != std::string::npos);
  CHECK(hours("days: [monday], from: \"09:00\", to: \"17:00\"").find("one of mon, tue") !=
        std::string::npos);
  CHECK(fault_of_document(
            "calendars:\n- rule: a\n  hours:\n  - {days: [mon], from: \"09:00\", to: \"12:00\"}\n"
            "  - {days: [mon], from: \"11:00\", to: \"13:00\"}\n")
            .find("overlap") != std::string::npos);
  const std::string zone = fault_of_document("followup:\n  zone: Mars/Olympus\n");
  CHECK(zone.starts_with("line 2, column 9: "));
  CHECK(zone.find("Mars/Olympus") != std::string::npos);
  CHECK(fault_of_document(
            "calendars:\n- rule: a\n  hours: [{days: [mon], from: \"09:00\", to: \"17:00\"}]\n"
            "  holidays: [\"2026-02-30\"]\n")
            .find("holidays are written like") != std::string::npos);
}

TEST_CASE("delays, targets and clocks that cannot be meant are refused") {
  CHECK(fault_of_document("followup_after_s: -1").find("followup_after_s is from 0") !=
        std::string::npos);
  CHECK(fault_of_document("followup: {max_late_s: -5}").find("max_late_s is from 0") !=
        std::string::npos);
  CHECK(fault_of_document("followup: {quiet_from: \"21:00\"}").find("quiet_from and quiet_to") !=
        std::string::npos);
  CHECK(fault_of_document("closing: {after_s: 1}").find("after_s is from 60") != std::string::npos);
  CHECK(fault_of_document("sla: [{rule: a}]").find("is needed") != std::string::npos);
  CHECK(fault_of_document("sla: [{rule: a, resolution_s: 0}]").find("from 1 to") !=
        std::string::npos);
  CHECK(fault_of_document("sla: [{rule: a, resolution_s: 1h, calendar: office}]")
            .find("there is no calendar office") != std::string::npos);
  CHECK(fault_of_document("sla: [{rule: a, resolution_s: 1h}, {rule: a, resolution_s: 1h}]")
            .find("used twice") != std::string::npos);
}

}  // namespace
}  // namespace recourse
