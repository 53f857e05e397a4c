#include <rapidcheck.h>

#include <map>
#include <set>

#include "tests/unit/engine/decision/rollback_story.h"

namespace recourse {
namespace {

template <class Id, class Row>
Id any_of(const std::map<Id, Row>& rows, const char* none) {
  if (rows.empty()) return Id(none);
  auto at = rows.begin();
  std::advance(at, *rc::gen::inRange<std::size_t>(0, rows.size()));
  return at->first;
}

/// Mostly one for which `fits` holds, so that stories get on; sometimes any, which is refused.
template <class Id, class Row, class Fits>
Id mostly(const std::map<Id, Row>& rows, const char* none, const Fits& fits) {
  std::map<Id, Row> fitting;
  for (const auto& [id, row] : rows)
    if (fits(row)) fitting.emplace(id, row);
  const bool any = *rc::gen::inRange(0, 6) == 0;
  return any_of(any || fitting.empty() ? rows : fitting, none);
}

bool runs(const RollbackState& rollback) {
  return rollback.status == RollbackStatus::started || rollback.status == RollbackStatus::stuck;
}

std::vector<ActionId> all_actions(const Story& story) {
  std::vector<ActionId> ids;
  for (const auto& [id, action] : story.memory.actions.rows) ids.push_back(id);
  return ids;
}

void propose_something(RollbackStory& story, const TicketId& ticket) {
  ProposeAction command;
  command.ticket = ticket;
  const int which = *rc::gen::inRange(0, 6);
  command.type = which < 2    ? "ASSIGN_TO_TEAM"
                 : which == 2 ? "AUTO_RESOLVE"
                 : which == 3 ? "ESCALATE"
                 : which == 4 ? "reset_password"
                              : "create_bug_report";
  if (which < 2) command.args_json = which == 0 ? R"({"team":"A"})" : R"({"team":"B"})";
  if (which == 4) command.args_json = R"({"user_email":"jane@example.com"})";
  if (which == 5) command.args_json = R"({"description":"d","title":"t"})";
  command.confidence_ppm = 990'000;
  if (*rc::gen::arbitrary<bool>())
    command.caused_by = any_of(story.memory.actions.rows, "act_none");
  if (*rc::gen::arbitrary<bool>()) command.reads = {"team"};
  story.when(kAgent, command);
  if (story.refused() || which < 4) return;
  const ActionId id = story.event<ActionProposed>().action;
  if (story.has<ApprovalRequested>()) story.vote(kThird, story.event<ApprovalRequested>().approval);
  story.lease(id);
  if (!story.refused() && story.has<EffectDispatched>())
    story.report(id, *rc::gen::weightedElement<EffectOutcome>(
                         {{5, EffectOutcome::succeeded}, {1, EffectOutcome::unknown}}));
}

void ask_for_rollback(RollbackStory& story, const TicketId& ticket) {
  RollBack command;
  command.mode = *rc::gen::element(RollbackMode::restrict_, RollbackMode::cascade,
                                   RollbackMode::detach, RollbackMode::forward_fix);
  command.plan_only = *rc::gen::arbitrary<bool>();
  command.found = all_actions(story);
  switch (*rc::gen::inRange(0, 4)) {
    case 0:
      command.ticket = ticket;
      break;
    case 1:
      command.bulk = BulkTarget{};
      command.bulk->type = "ASSIGN_TO_TEAM";
      break;
    default:
      command.action = any_of(story.memory.actions.rows, "act_none");
  }
  story.when(kManager, command);
}

/// One random step of agents, people, executors and timers.
void take_a_step(RollbackStory& story) {
  const TicketId ticket = any_of(story.memory.tickets.rows, "tkt_none");
  const int which = *rc::gen::inRange(0, 16);
  const RollbackId rollback =
      mostly(story.memory.rollbacks.rows, "rbk_none", [&](const RollbackState& row) {
        return which == 9 ? row.status == RollbackStatus::planned : runs(row);
      });
  const bool known = story.memory.rollbacks.rows.contains(rollback);
  const std::int64_t steps = known ? story.state(rollback).steps : 0;
  const std::int64_t step = steps > 0 ? *rc::gen::inRange<std::int64_t>(0, steps) : 0;
  story.now += std::chrono::seconds(*rc::gen::inRange(0, 120));
  switch (which) {
    case 0:
      story.open_ticket();
      return;
    case 1:
    case 2:
    case 3:
      return propose_something(story, ticket);
    case 4:
      story.assign(ticket, *rc::gen::element<std::string>("A", "C"));
      return;
    case 5:
      story.set_status(ticket, *rc::gen::element(TicketStatus::open, TicketStatus::resolved));
      return;
    case 6:
    case 7:
    case 8:
      return ask_for_rollback(story, ticket);
    case 9:
      if (known) story.start(rollback);
      return;
    case 10: {
      const ApprovalId approval =
          mostly(story.memory.approvals.rows, "apr_none",
                 [](const ApprovalState& row) { return row.status == ApprovalStatus::pending; });
      if (!story.memory.approvals.rows.empty())
        story.vote(*rc::gen::element(kManager, kSecond, kThird), approval,
                   *rc::gen::weightedElement<Vote>({{5, Vote::approve}, {1, Vote::reject}}));
      return;
    }
    case 11:
      if (steps > 0) story.lease_step(rollback, step);
      return;
    case 12:
      if (steps > 0)
        story.report_step(rollback, step,
                          *rc::gen::element(EffectOutcome::succeeded, EffectOutcome::failed,
                                            EffectOutcome::unknown),
                          *rc::gen::arbitrary<bool>());
      return;
    case 13:
      if (steps > 0) story.record_step(rollback, step);
      return;
    case 14:
      if (steps > 0) {
        if (*rc::gen::arbitrary<bool>())
          story.retry_step(rollback, step);
        else
          story.skip_step(rollback, step);
      }
      return;
    default:
      story.when(kSystem, *rc::gen::arbitrary<bool>() ? Command(ContinueRollback{rollback, 2})
                                                      : Command(ExpireStepLease{rollback, step}));
  }
}

/// The values of one field with who wrote them, newest last, as the log alone tells it.
struct Written {
  std::optional<Clear> value;
  std::optional<ActionId> action;  ///< None: a person.
};

class FieldHistory {
 public:
  void write(const TicketId& ticket, const char* field, std::optional<Clear> value,
             std::optional<ActionId> action, const std::optional<RollbackId>& rollback) {
    std::vector<Written>& stack = stacks_[{ticket, field}];
    if (!rollback) {
      stack.push_back({std::move(value), std::move(action)});
      return;
    }
    // A rollback writes only over the action that it is undoing right now.
    RC_ASSERT(!stack.empty());
    RC_ASSERT(stack.back().action.has_value());
    RC_ASSERT(stack.back().action == undoing_[*rollback]);
    stack.pop_back();
    if (!stack.empty()) RC_ASSERT(stack.back().value == value);
  }
  void begin(const RollbackId& rollback, const ActionId& action) { undoing_[rollback] = action; }

 private:
  std::map<std::pair<TicketId, std::string>, std::vector<Written>> stacks_;
  std::map<RollbackId, ActionId> undoing_;
};

std::optional<Clear> clear(const std::optional<PrincipalId>& id) {
  return id ? std::optional<Clear>(id->value()) : std::nullopt;
}

void check_nobody_was_overwritten(const std::vector<RecordedEvent>& log) {
  FieldHistory history;
  for (const RecordedEvent& event : log) {
    if (const auto* e = get_if<CompensationStarted>(&event.data))
      history.begin(e->rollback, e->action);
    if (const auto* e = get_if<TicketOpened>(&event.data))
      history.write(e->ticket, "status", Clear(word(e->status)), {}, {});
    if (const auto* e = get_if<TicketStatusChanged>(&event.data))
      history.write(e->ticket, "status", Clear(word(e->to)), e->action, e->rollback);
    if (const auto* e = get_if<TicketHandlerChanged>(&event.data))
      history.write(e->ticket, "handler", Clear(word(e->to)), {}, e->rollback);
    if (const auto* e = get_if<TicketEscalated>(&event.data)) {
      if (e->prev_handler != TicketHandler::human)
        history.write(e->ticket, "handler", Clear("human"), e->action, {});
      if (e->to_team && e->to_team != e->prev_team)
        history.write(e->ticket, "team", e->to_team, e->action, {});
    }
    if (const auto* e = get_if<TicketAssigned>(&event.data)) {
      if (e->team != e->prev_team)
        history.write(e->ticket, "team", e->team, e->action, e->rollback);
      if (e->assignee != e->prev_assignee)
        history.write(e->ticket, "assignee", clear(e->assignee), e->action, e->rollback);
    }
  }
}

void check_once_each(const std::vector<RecordedEvent>& log) {
  using Step = std::pair<RollbackId, std::int64_t>;
  std::set<ActionId> undone;
  std::set<Step> ended, out;
  std::map<RollbackId, int> ends;
  const auto end = [&](const auto& e) {
    out.erase({e.rollback, e.step});
    RC_ASSERT(ended.emplace(e.rollback, e.step).second);
  };
  for (const RecordedEvent& event : log) {
    if (const auto* e = get_if<CompensationStarted>(&event.data)) {
      RC_ASSERT(!ended.contains({e->rollback, e->step}));
      RC_ASSERT(out.emplace(e->rollback, e->step).second);
      RC_ASSERT(!undone.contains(e->action));
    }
    if (const auto* e = get_if<CompensationFailed>(&event.data)) out.erase({e->rollback, e->step});
    if (const auto* e = get_if<CompensationRetried>(&event.data)) out.erase({e->rollback, e->step});
    if (const auto* e = get_if<CompensationSkipped>(&event.data)) end(*e);
    if (const auto* e = get_if<CompensationSucceeded>(&event.data)) {
      end(*e);
      RC_ASSERT(undone.insert(e->action).second);
    }
    if (const auto* e = get_if<CompensationRecordedManually>(&event.data)) {
      end(*e);
      RC_ASSERT(undone.insert(e->action).second);
    }
    if (const auto* e = get_if<RollbackCompleted>(&event.data)) RC_ASSERT(++ends[e->rollback] == 1);
    if (const auto* e = get_if<RollbackPartial>(&event.data)) RC_ASSERT(++ends[e->rollback] == 1);
  }
}

/// A ticket's automation is suspended exactly while a step of it is stuck.
void check_suspended(const RollbackStory& story) {
  std::set<TicketId> stuck;
  for (const auto& [id, incident] : story.memory.incidents.rows)
    if (incident.open && incident.kind == IncidentKind::rollback_stuck)
      stuck.insert(*incident.ticket);
  for (const auto& [id, ticket] : story.memory.tickets.rows)
    RC_ASSERT((ticket.automation == Automation::suspended) == stuck.contains(id));
}

TEST_CASE("nothing is undone twice, no step is repeated, no later writer is overwritten") {
  int undone = 0;
  CHECK(rc::check([&] {
    RollbackStory story;
    story.open_ticket();
    const int steps = *rc::gen::inRange(10, 90);
    for (int i = 0; i < steps; ++i) {
      take_a_step(story);
      check_suspended(story);
    }
    check_once_each(story.log);
    check_nobody_was_overwritten(story.log);
    for (const RecordedEvent& event : story.log)
      undone += holds_alternative<CompensationSucceeded>(event.data) ? 1 : 0;
  }));
  CHECK(undone > 10);  // Else the stories were about nothing.
}

TEST_CASE("a plan is carried out as it was looked at, or not at all") {
  CHECK(rc::check([] {
    RollbackStory story;
    story.open_ticket();
    const int steps = *rc::gen::inRange(10, 60);
    for (int i = 0; i < steps; ++i) take_a_step(story);
    std::map<std::pair<RollbackId, std::int64_t>, RollbackStep> planned;
    for (const RecordedEvent& event : story.log) {
      if (const auto* e = get_if<RollbackPlanned>(&event.data))
        for (std::size_t i = 0; i < e->steps.size(); ++i)
          planned[{e->rollback, static_cast<std::int64_t>(i)}] = e->steps[i];
      if (const auto* e = get_if<CompensationSucceeded>(&event.data))
        if (!e->writes.empty()) RC_ASSERT(e->writes == planned.at({e->rollback, e->step}).writes);
    }
  }));
}

}  // namespace
}  // namespace recourse
