#include "engine/decision/sla.h"

#include "tests/unit/engine/decision/story.h"

namespace recourse {
namespace {

using namespace std::chrono_literals;
using std::chrono::microseconds;

CalendarRule office() {
  CalendarRule calendar;
  calendar.rule = "office";
  calendar.zone = "Europe/Rome";
  CalendarHours weekdays;
  weekdays.days = {Weekday::mon, Weekday::tue, Weekday::wed, Weekday::thu, Weekday::fri};
  weekdays.from = "09:00";
  weekdays.to = "17:00";
  calendar.hours = {weekdays};
  return calendar;
}

/// Clocks that never stand still: an hour for the first answer, two for the next, a day in all.
SlaRule around_the_clock() {
  return {.rule = "everybody",
          .first_response_s = 3'600,
          .next_response_s = 7'200,
          .resolution_s = 86'400};
}

struct Promises : Story {
  explicit Promises(std::vector<SlaRule> rules = {around_the_clock()}) {
    Policy policy = default_policy();
    policy.sla = std::move(rules);
    policy.calendars = {office()};
    given(kSystem, ActivatePolicy{"pol_test@1", policy_json(policy)});
  }

  TicketId open(std::optional<std::string> priority = {}) {
    OpenTicket open;
    open.requester = SubjectId("sub_customer");
    open.priority = std::move(priority);
    given(kPerson, open);
    return event<TicketOpened>().ticket;
  }
  Story& reply(const TicketId& id) {
    AddMessage command;
    command.ticket = id;
    command.from = MessageFrom::agent;
    command.body = "we look into it";
    return given(kPerson, command);
  }
  const SlaClock* clock(const TicketId& id, SlaClockName name) const {
    const auto found = memory.slas.rows.find(id);
    return found == memory.slas.rows.end() ? nullptr : find_clock(found->second.clocks, name);
  }
  const SlaClock& first(const TicketId& id) const {
    return *clock(id, SlaClockName::first_response);
  }
  const SlaClock& next(const TicketId& id) const { return *clock(id, SlaClockName::next_response); }
  const SlaClock& resolution(const TicketId& id) const {
    return *clock(id, SlaClockName::resolution);
  }
};

TEST_CASE("without a rule nothing is promised and no clock runs") {
  Story story;
  const TicketId ticket = story.open_ticket();
  CHECK(story.memory.slas.rows.empty());
  CHECK_FALSE(story.has<SlaApplied>());
}

TEST_CASE_FIXTURE(Promises,
                  "an opened ticket starts the clocks of the first answer and the solution") {
  const TicketId ticket = open();
  then({"ticket.opened", "sla.applied"});
  CHECK(event<SlaApplied>().rule == Clear("everybody"));
  CHECK(first(ticket).due_at == now + 1h);
  CHECK(resolution(ticket).due_at == now + 24h);
  CHECK(clock(ticket, SlaClockName::next_response) == nullptr);
  CHECK(has_timer(TimerKind::sla, ticket.value() + "/first_response"));
}

TEST_CASE_FIXTURE(
    Promises, "an answer in time keeps the promise, and the customer's next word starts the next") {
  const TicketId ticket = open();
  now += 30min;
  reply(ticket);
  CHECK(first(ticket).status == SlaStatus::met);
  CHECK(first(ticket).left_ms == 30 * 60'000);
  CHECK_FALSE(first(ticket).breached);
  now += 10min;
  customer_writes(ticket);
  CHECK(next(ticket).due_at == now + 2h);
  now += 10min;
  customer_writes(ticket);
  CHECK(next(ticket).due_at == now + 1h + 50min);
  reply(ticket);
  CHECK(next(ticket).status == SlaStatus::met);
  now += 1h;
  customer_writes(ticket);
  CHECK(next(ticket).due_at == now + 2h);
}

TEST_CASE_FIXTURE(Promises, "a message before the first answer starts no second clock") {
  const TicketId ticket = open();
  customer_writes(ticket).then({"message.received"});
}

TEST_CASE_FIXTURE(Promises, "a clock that runs out is breached once, at the moment it was due") {
  const TicketId ticket = open();
  const Timestamp due = first(ticket).due_at;
  now = due + 5s;
  CHECK(fire_due().size() == 1);
  then({"sla.breached"});
  CHECK(event<SlaBreached>().due_at == due);
  CHECK(event<SlaBreached>().retroactive == false);
  CHECK(first(ticket).breached);
  CHECK(fire_due().empty());
  when(kSystem, BreachClock{ticket, SlaClockName::first_response})
      .then_refused(ErrorCode::conflict);
  now += 10min;
  reply(ticket);
  then({"message.sent", "ticket.status_changed", "sla.met"});
  CHECK(event<SlaMet>().left_ms == -(10 * 60'000 + 5'000));
}

TEST_CASE_FIXTURE(Promises, "what was breached while nobody looked was breached when it was due") {
  const TicketId ticket = open();
  const Timestamp due = first(ticket).due_at;
  now = due + 3h;
  fire_due();
  CHECK(event<SlaBreached>().due_at == due);
  CHECK(event<SlaBreached>().retroactive == true);
  const TicketId other = open();
  now += 1h + 1s;
  // The answer comes before the timer does.
  reply(other);
  CHECK(event<SlaBreached>().ticket == other);
  CHECK(event<SlaBreached>().due_at == now - 1s);
  CHECK(first(other).status == SlaStatus::met);
  CHECK(first(other).breached);
  fire_due();
}

TEST_CASE_FIXTURE(Promises, "clocks stand still while the customer or a third party has the word") {
  for (const TicketStatus waits : {TicketStatus::pending, TicketStatus::on_hold}) {
    const TicketId ticket = open();
    reply(ticket);
    now += 4h;
    set_status(ticket, waits);
    CHECK(event<SlaPaused>().cause == Clear(word(waits)));
    CHECK(resolution(ticket).status == SlaStatus::paused);
    CHECK(resolution(ticket).left_ms == 20 * 3'600'000);
    CHECK_FALSE(has_timer(TimerKind::sla, ticket.value() + "/resolution"));
    now += 100h;
    CHECK(fire_due().empty());
    set_status(ticket, TicketStatus::open);
    CHECK(resolution(ticket).status == SlaStatus::running);
    CHECK(resolution(ticket).due_at == now + 20h);
    CHECK(has_timer(TimerKind::sla, ticket.value() + "/resolution"));
    set_status(ticket, TicketStatus::resolved);
    fire_due();
  }
}

TEST_CASE_FIXTURE(Promises, "the customer's answer ends the pause") {
  const TicketId ticket = open();
  reply(ticket);
  set_status(ticket, TicketStatus::pending);
  now += 10h;
  customer_writes(ticket);
  CHECK(resolution(ticket).status == SlaStatus::running);
  CHECK(next(ticket).status == SlaStatus::running);
}

TEST_CASE_FIXTURE(Promises,
                  "a solution ends every clock; sent back it goes on with what was left") {
  const TicketId ticket = open();
  now += 6h;
  fire_due();
  set_status(ticket, TicketStatus::resolved);
  CHECK(resolution(ticket).status == SlaStatus::met);
  CHECK(first(ticket).status == SlaStatus::met);
  CHECK(first(ticket).breached);
  now += 48h;
  given(kPerson, ReopenTicket{ticket, "manual", {}, {}});
  CHECK(event<SlaResumed>().cause == Clear("reopened"));
  CHECK(resolution(ticket).due_at == now + 18h);
  CHECK_FALSE(resolution(ticket).breached);
}

TEST_CASE_FIXTURE(Promises,
                  "after a rollback the clock was never stopped, which may breach it afterwards") {
  const TicketId ticket = open();
  const Timestamp due = resolution(ticket).due_at;
  const ActionId action = proposed(ticket, "AUTO_RESOLVE");
  CHECK(resolution(ticket).status == SlaStatus::met);
  now += 5h;
  fire_due();
  roll_back(action);
  CHECK(event<SlaResumed>().cause == Clear("rollback"));
  CHECK(event<SlaResumed>().due_at == due);
  CHECK_FALSE(resolution(ticket).breached);
  now += 13h;
  const ActionId again = proposed(ticket, "AUTO_RESOLVE");
  now += 12h;
  roll_back(again);
  REQUIRE(has<SlaBreached>());
  CHECK(event<SlaBreached>().due_at == due);
  CHECK(event<SlaBreached>().retroactive == true);
  CHECK(resolution(ticket).status == SlaStatus::running);
  CHECK_FALSE(has_timer(TimerKind::sla, ticket.value() + "/resolution"));
}

TEST_CASE("open time is that of the calendar that the rule names") {
  SlaRule rule = around_the_clock();
  rule.calendar = "office";
  Promises story({rule});
  // A Friday, half past four in Rome.
  story.now = *from_rfc3339("2026-01-09T15:30:00Z");
  const TicketId ticket = story.open();
  CHECK(story.first(ticket).due_at == *from_rfc3339("2026-01-12T08:30:00Z"));
  story.now = *from_rfc3339("2026-01-10T12:00:00Z");
  story.reply(ticket);
  CHECK(story.first(ticket).left_ms == 30 * 60'000);
}

TEST_CASE("the rule that names most counts, and one that does not fit never does") {
  SlaRule urgent{.rule = "urgent", .priority = "high", .first_response_s = 60};
  SlaRule network{
      .rule = "network", .priority = "high", .category = "network", .first_response_s = 30};
  Promises story({around_the_clock(), urgent, network});
  const TicketId usual = story.open("low");
  CHECK(story.event<SlaApplied>().rule == Clear("everybody"));
  const TicketId high = story.open("high");
  CHECK(story.event<SlaApplied>().rule == Clear("urgent"));
  CHECK(story.clock(high, SlaClockName::resolution) == nullptr);
  CHECK(story.first(usual).target_s == 3'600);
  Policy only_high;
  only_high.sla = {urgent};
  CHECK(sla_rule(only_high, std::nullopt, std::nullopt) == nullptr);
  CHECK(sla_rule(only_high, Clear("high"), Clear("network"))->rule == Clear("urgent"));
}

TEST_CASE_FIXTURE(Promises, "a manager may waive a clock that still runs, with a reason") {
  const TicketId ticket = open();
  when(kManager, WaiveClock{ticket, SlaClockName::first_response, {}})
      .then_refused(ErrorCode::invalid);
  when(kPerson, WaiveClock{ticket, SlaClockName::first_response, "spam"})
      .then_refused(ErrorCode::forbidden);
  given(kManager, WaiveClock{ticket, SlaClockName::first_response, "spam"});
  CHECK(first(ticket).status == SlaStatus::waived);
  now += 2h;
  CHECK(fire_due().empty());
  when(kManager, WaiveClock{ticket, SlaClockName::first_response, "spam"})
      .then_refused(ErrorCode::conflict);
  when(kManager, WaiveClock{ticket, SlaClockName::next_response, "spam"})
      .then_refused(ErrorCode::not_found);
}

TEST_CASE_FIXTURE(Promises, "imported tickets were promised nothing here") {
  TicketOpened opened;
  opened.ticket = TicketId("tkt_imported");
  opened.number = 1;
  opened.channel = "import";
  opened.requester = SubjectId("sub_customer");
  opened.provenance.imported = true;
  opened.provenance.source = "incidents";
  NewEvent event;
  event.stream = event.subject = "tkt_imported";
  event.data = opened;
  Events events{event};
  SeededRandom random{1};
  const DecisionContext context{now, random, kSystem, 1, {}, {}};
  keep_clocks(memory.state, context, events);
  CHECK(events.size() == 1);
}

}  // namespace
}  // namespace recourse
