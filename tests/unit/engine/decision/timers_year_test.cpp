#include <random>
#include <set>

#include "engine/calendar/time_zones.h"
#include "tests/unit/engine/decision/story.h"

namespace recourse {
namespace {

using namespace std::chrono_literals;

/// A desk with every kind of timer, driven by a seed through a year of its own clock.
class Year {
 public:
  explicit Year(std::uint64_t seed) : random_(seed) {
    Policy policy = default_policy();
    policy.limits.reset();
    policy.breaker.reset();
    policy.approval_ttl_s = 6 * 3'600;
    policy.followup.emplace();
    policy.followup->after_people = true;
    policy.followup->quiet_from = "20:00";
    policy.followup->quiet_to = "08:00";
    policy.followup->zone = "Europe/Rome";
    policy.followup->max_late_s = 2 * 86'400;
    CalendarRule office;
    office.rule = "office";
    office.zone = "America/New_York";
    CalendarHours hours;
    hours.days = {Weekday::mon, Weekday::tue, Weekday::wed, Weekday::thu, Weekday::fri};
    hours.from = "09:00";
    hours.to = "17:30";
    office.hours = {hours};
    policy.calendars = {office};
    policy.sla = {SlaRule{.rule = "others",
                          .calendar = "office",
                          .first_response_s = 4 * 3'600,
                          .next_response_s = 8 * 3'600,
                          .resolution_s = 40 * 3'600}};
    story.given(kSystem, ActivatePolicy{"pol_test@1", policy_json(policy)});
  }

  void live() {
    const Timestamp end = story.now + 365 * 24h;
    while (story.now < end) {
      story.now += std::chrono::seconds(1 + draw(12 * 3'600));
      // Sometimes nothing runs for days.
      if (draw(60) == 0) story.now += std::chrono::hours(24 * (1 + draw(9)));
      if (draw(20) == 0) restart();
      note(story.fire_due());
      act();
    }
    // Whatever is still set comes due in the end.
    for (int i = 0; i < 400 && !story.memory.due.rows.empty(); ++i) {
      story.now += 24h;
      note(story.fire_due());
    }
  }

  Story story;
  std::set<std::string> fired;
  bool fired_twice = false;

 private:
  std::uint64_t draw(std::uint64_t below) { return random_() % below; }

  void note(const std::vector<std::string>& rows) {
    for (const std::string& row : rows) fired_twice = !fired.insert(row).second || fired_twice;
  }

  /// What a killed process finds is what the log says.
  void restart() {
    Memory rebuilt;
    for (const RecordedEvent& event : story.log) evolve(rebuilt.state, event);
    REQUIRE(rebuilt.same_as(story.memory));
  }

  TicketId some_ticket() {
    // The latest ones: older tickets are left to their timers.
    const std::size_t recent = std::min<std::size_t>(tickets_.size(), 6);
    return tickets_[tickets_.size() - 1 - draw(recent)];
  }

  void open() {
    OpenTicket open;
    open.requester = SubjectId("sub_customer");
    open.channel = draw(3) == 0 ? "slack" : "email";
    if (draw(4) > 0) open.customer_email = "jane@example.com";
    story.given(kPerson, open);
    tickets_.push_back(story.event<TicketOpened>().ticket);
  }

  /// Refusals are part of a desk's day.
  void act() {
    if (tickets_.empty() || draw(8) == 0) return open();
    const TicketId ticket = some_ticket();
    switch (draw(14)) {
      case 0:
      case 1:
        story.propose(ticket, "AUTO_RESOLVE");
        break;
      case 2:
        story.propose(ticket, "SCHEDULE_FOLLOWUP", R"({"delay_hours":12})");
        break;
      case 3:
        story.propose(ticket, "process_refund", R"({"amount":1,"order_id":"O-1"})");
        break;
      case 4:
        vote(ticket);
        break;
      case 5:
        story.set_status(ticket, draw(2) == 0 ? TicketStatus::pending : TicketStatus::open);
        break;
      case 6:
        story.set_status(ticket, draw(2) == 0 ? TicketStatus::resolved : TicketStatus::closed);
        break;
      case 7:
      case 8:
        story.customer_writes(ticket);
        break;
      case 9:
        story.when(kPerson, ReopenTicket{ticket, "manual", {}, {}});
        break;
      case 10:
        answer(ticket);
        break;
      case 11:
        undo(ticket);
        break;
      case 12:
        story.when(kPerson, RequestFollowUp{ticket, story.now + std::chrono::hours(draw(40)), {}});
        break;
      default:
        cancel(ticket);
    }
  }

  void vote(const TicketId& ticket) {
    const auto open = story.ticket(ticket).open_approvals;
    if (!open.empty())
      story.vote(kManager, open.front(), draw(2) == 0 ? Vote::approve : Vote::reject);
  }
  void answer(const TicketId& ticket) {
    SubmitFeedback command;
    command.ticket = ticket;
    command.confirmed = draw(2) == 0;
    story.when(kCustomer, command);
  }
  void undo(const TicketId& ticket) {
    const auto last = story.ticket(ticket).last_resolution;
    const ResolutionState* const resolution = last ? story.memory.resolutions.find(*last) : nullptr;
    if (resolution != nullptr && resolution->action) story.roll_back(*resolution->action);
  }
  void cancel(const TicketId& ticket) {
    const auto pending = story.ticket(ticket).pending_followups;
    if (!pending.empty()) story.when(kPerson, CancelFollowUp{pending.front()});
    if (draw(3) == 0)
      story.when(kManager, WaiveClock{ticket, SlaClockName::resolution, "agreed with them"});
  }

  std::mt19937_64 random_;
  std::vector<TicketId> tickets_;
};

/// Reads a whole log and says what must never have happened.
struct Judge {
  std::vector<std::string> faults;
  std::map<std::string, bool> ended;  // follow-ups and approvals
  std::map<std::string, int> asked;   // follow-ups sent by resolution
  std::map<std::string, SlaClock> clocks;
  std::set<std::string> assumed;
  std::map<std::string, TicketStatus> status;
  std::size_t sent = 0, missed = 0, breached = 0, closed = 0, expired = 0, postponed = 0;

  void fault(std::string what) { faults.push_back(std::move(what)); }

  template <class Other>
  void operator()(const Other&) {}

  void end(const std::string& id, std::string_view how) {
    if (std::exchange(ended[id], true)) fault(id + " ended twice, then " + std::string(how));
  }
  void operator()(const FollowUpSent& e) {
    end(e.followup.value(), "sent");
    if (e.resolution && ++asked[e.resolution->value()] > 1)
      fault("asked twice about " + e.resolution->value());
    ++sent;
  }
  void operator()(const FollowUpPostponed& e) {
    if (ended[e.followup.value()]) fault(e.followup.value() + " was postponed after its end");
    ++postponed;
  }
  void operator()(const FollowUpSkipped& e) { end(e.followup.value(), "skipped"); }
  void operator()(const FollowUpCancelled& e) { end(e.followup.value(), "cancelled"); }
  void operator()(const FollowUpMissed& e) {
    end(e.followup.value(), "missed");
    ++missed;
  }
  void operator()(const ApprovalExpired& e) {
    end(e.approval.value(), "expired");
    ++expired;
  }
  void operator()(const ApprovalGranted& e) { end(e.approval.value(), "granted"); }
  void operator()(const ApprovalRejected& e) { end(e.approval.value(), "rejected"); }

  void operator()(const TicketStatusChanged& e) {
    status[e.ticket.value()] = e.to;
    if (e.to == TicketStatus::closed) ++closed;
  }
  void operator()(const ResolutionAssumed& e) {
    if (!assumed.insert(e.resolution.value()).second) fault("assumed twice");
    if (status[e.ticket.value()] != TicketStatus::resolved) fault("assumed what was not resolved");
  }

  static std::string key(const TicketId& ticket, std::string_view clock) {
    return ticket.value() + '/' + std::string(clock);
  }
  void operator()(const SlaApplied& e) {
    for (const SlaTarget& target : e.clocks) clocks[key(e.ticket, word(target.clock))] = {};
  }
  void operator()(const SlaPaused& e) {
    clocks[key(e.ticket, word(e.clock))].status = SlaStatus::paused;
  }
  void operator()(const SlaResumed& e) {
    clocks[key(e.ticket, word(e.clock))].status = SlaStatus::running;
  }
  void operator()(const SlaMet& e) { clocks[key(e.ticket, word(e.clock))].status = SlaStatus::met; }
  void operator()(const SlaWaived& e) {
    clocks[key(e.ticket, word(e.clock))].status = SlaStatus::waived;
  }
  void operator()(const SlaBreached& e) {
    SlaClock& clock = clocks[key(e.ticket, e.clock.text)];
    if (std::exchange(clock.breached, true)) fault("breached twice: " + e.ticket.value());
    if (clock.status != SlaStatus::running) fault("breached while it did not run");
    ++breached;
  }
};

TEST_CASE("over a year of a busy desk every timer fires once, and none after it was cancelled") {
  for (const std::uint64_t seed : {1, 2, 3, 4}) {
    CAPTURE(seed);
    Year year(seed);
    year.live();
    CHECK_FALSE(year.fired_twice);
    CHECK(year.story.memory.due.rows.empty());
    CHECK(year.story.memory.timers.rows.empty());
    Judge judge;
    for (const RecordedEvent& event : year.story.log) visit(judge, event.data);
    for (const std::string& fault : judge.faults) FAIL_CHECK(fault);
    // The year had some of everything.
    CHECK(judge.sent > 5);
    CHECK(judge.missed > 0);
    CHECK(judge.postponed > 0);
    CHECK(judge.breached > 20);
    CHECK(judge.closed > 10);
    CHECK(judge.expired > 5);
    // Nobody was ever asked in the night.
    for (const RecordedEvent& event : year.story.log) {
      if (!holds_alternative<FollowUpSent>(event.data)) continue;
      const QuietHours night{20h, 8h};
      CHECK(first_open(night, zone_or_utc("Europe/Rome"), event.time) == event.time);
    }
  }
}

}  // namespace
}  // namespace recourse
