#include "engine/decision/timers.h"

#include "tests/unit/engine/decision/story.h"

namespace recourse {
namespace {

constexpr const char* kOrder = R"({"order_id":"O-1"})";
constexpr const char* kRefund = R"({"amount":1,"order_id":"O-1"})";

TEST_CASE("timers are found in the order of their moments") {
  Memory map;
  State& state = map.state;
  const Timestamp noon = *from_rfc3339("2026-01-05T12:00:00Z");
  set_timer(state, {TimerKind::lease, "act_1", noon + std::chrono::hours(1)});
  set_timer(state, {TimerKind::approval, "apr_1", noon});
  set_timer(state, {TimerKind::step, "rbk_1/000003", noon - std::chrono::hours(1)});
  std::vector<std::string> order;
  for (const auto& [key, timer] : map.due.rows) order.push_back(timer.id.text);
  CHECK(order == std::vector<std::string>{"rbk_1/000003", "apr_1", "act_1"});
  CHECK(map.due.rows.begin()->first == "2026-01-05T11:00:00.000000Z/step/rbk_1/000003");
}

TEST_CASE("what is set again has one moment, the last one, and what is cleared has none") {
  Memory map;
  const Timestamp noon = *from_rfc3339("2026-01-05T12:00:00Z");
  set_timer(map.state, {TimerKind::lease, "act_1", noon});
  set_timer(map.state, {TimerKind::lease, "act_1", noon + std::chrono::hours(1)});
  REQUIRE(map.due.rows.size() == 1);
  CHECK(map.due.rows.begin()->second.due_at == noon + std::chrono::hours(1));
  clear_timer(map.state, TimerKind::approval, "act_1");
  CHECK(map.due.rows.size() == 1);
  clear_timer(map.state, TimerKind::lease, "act_1");
  CHECK(map.due.rows.empty());
  CHECK(map.timers.rows.empty());
}

TEST_CASE("each kind of timer asks for its own command") {
  const Timestamp at{};
  CHECK(name(command_of({TimerKind::approval, "apr_1", at})) == "expire_approval");
  CHECK(name(command_of({TimerKind::lease, "act_1", at})) == "expire_lease");
  CHECK(name(command_of({TimerKind::claim, "apr_1", at})) == "expire_claim");
  CHECK(name(command_of({TimerKind::escalation, "apr_1", at})) == "escalate_approval");
  const Command step = command_of({TimerKind::step, "rbk_1/000012", at});
  REQUIRE(name(step) == "expire_step_lease");
  CHECK(std::get<ExpireStepLease>(step).rollback == RollbackId("rbk_1"));
  CHECK(std::get<ExpireStepLease>(step).step == 12);
}

TEST_CASE("an approval that nobody decides is escalated, and ends at its moment, once") {
  Story story;
  const TicketId ticket = story.open_ticket();
  const ActionId action = story.proposed(ticket, "process_refund", kRefund);
  const ApprovalId approval = *story.action(action).approval;
  CHECK(story.has_timer(TimerKind::approval, approval.value()));
  story.now += std::chrono::minutes(29);
  CHECK(story.fire_due().empty());
  story.now += std::chrono::minutes(30);
  CHECK(story.fire_due().size() == 1);
  CHECK(story.approval(approval).escalated);
  CHECK(story.fire_due().empty());
  story.now += std::chrono::minutes(2);
  CHECK(story.fire_due().size() == 1);
  CHECK(story.approval(approval).status == ApprovalStatus::expired);
  CHECK(story.memory.timers.rows.empty());
  CHECK(story.fire_due().empty());
}

TEST_CASE("an approval that was rejected has no timer, one that was granted until it is used") {
  Story story;
  const TicketId ticket = story.open_ticket();
  const ActionId rejected = story.proposed(ticket, "process_refund", kRefund);
  story.vote(kManager, *story.action(rejected).approval, Vote::reject);
  CHECK(story.memory.timers.rows.empty());
  CHECK(story.memory.due.rows.empty());
  const ActionId unused = story.proposed(ticket, "process_refund", kRefund);
  story.vote(kManager, *story.action(unused).approval);
  CHECK(story.memory.timers.rows.size() == 1);
  CHECK(story.has_timer(TimerKind::approval, story.action(unused).approval->value()));
  story.now += std::chrono::minutes(60);
  CHECK(story.fire_due().size() == 1);
  CHECK(story.action(unused).status == ActionStatus::expired);
  const ActionId used = story.proposed(ticket, "process_refund", kRefund);
  story.vote(kManager, *story.action(used).approval);
  story.lease(used);
  CHECK_FALSE(story.has_timer(TimerKind::approval, story.action(used).approval->value()));
}

TEST_CASE("a claim that nobody releases ends at its moment") {
  Story story;
  const ActionId action = story.proposed(story.open_ticket(), "process_refund", kRefund);
  const ApprovalId approval = *story.action(action).approval;
  story.given(kManager, ClaimApproval{approval, 600});
  story.now += std::chrono::minutes(10);
  CHECK(story.fire_due().size() == 1);
  CHECK_FALSE(story.approval(approval).claim.has_value());
  story.given(kManager, ClaimApproval{approval, 600});
  story.vote(kManager, approval);
  CHECK_FALSE(story.has_timer(TimerKind::claim, approval.value()));
}

TEST_CASE("a lease that is lost is noticed at its moment; a report stops the timer") {
  Story story;
  const TicketId ticket = story.open_ticket();
  const ActionId reported = story.proposed(ticket, "check_order_status", kOrder);
  story.lease(reported);
  CHECK(story.has_timer(TimerKind::lease, reported.value()));
  story.report(reported, EffectOutcome::succeeded);
  CHECK(story.memory.timers.rows.empty());
  const ActionId lost = story.proposed(ticket, "check_order_status", kOrder);
  story.lease(lost);
  story.now += std::chrono::minutes(2);
  CHECK(story.fire_due().size() == 1);
  CHECK(story.action(lost).status == ActionStatus::outcome_unknown);
  CHECK(story.memory.due.rows.empty());
}

TEST_CASE("what was due while nobody looked fires in the order in which it was due") {
  Story story;
  const TicketId ticket = story.open_ticket();
  const ActionId first = story.proposed(ticket, "process_refund", kRefund);
  story.now += std::chrono::minutes(1);
  const ActionId second = story.proposed(ticket, "check_order_status", kOrder);
  story.lease(second);
  story.now += std::chrono::hours(24 * 30);
  const auto fired = story.fire_due();
  REQUIRE(fired.size() == 2);
  CHECK(fired[0].ends_with(second.value()));
  CHECK(fired[1].ends_with(story.action(first).approval->value()));
}

}  // namespace
}  // namespace recourse
