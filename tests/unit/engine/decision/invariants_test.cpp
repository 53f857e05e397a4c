#include <rapidcheck.h>

#include <map>
#include <set>

#include "tests/unit/engine/decision/story.h"

namespace recourse {
namespace {

struct ProposalChoice {
  const char* type;
  const char* args;
};
constexpr ProposalChoice kProposals[] = {
    {"AUTO_RESOLVE", "{}"},
    {"ESCALATE", R"({"team":"Tier 2"})"},
    {"ASSIGN_TO_TEAM", R"({"team":"Network"})"},
    {"ASSIGN_TO_TEAM", R"({"assignee":"usr_bob","team":"Storage"})"},
    {"SCHEDULE_FOLLOWUP", "{}"},
    {"REQUEST_CLARIFICATION", "{}"},
    {"process_refund", R"({"amount":10,"order_id":"O"})"},
    {"process_refund", R"({"amount":900,"order_id":"O"})"},
    {"check_order_status", R"({"order_id":"O"})"},
    {"send_reply", R"({"text":"hi"})"},
    {"no_such_tool", "{}"},
};

template <class Id, class Row>
Id any_of(const std::map<Id, Row>& rows, const char* none) {
  if (rows.empty()) return Id(none);
  auto at = rows.begin();
  std::advance(at, *rc::gen::inRange<std::size_t>(0, rows.size()));
  return at->first;
}

Principal any_principal() {
  return *rc::gen::element(kAgent, kPerson, kManager, kAdmin, kSystem, kCustomer);
}

/// One random command by a random principal: most are refused, and that is part of it.
void take_a_step(Story& story) {
  const TicketId ticket = any_of(story.memory.tickets.rows, "tkt_none");
  const ActionId action = any_of(story.memory.actions.rows, "act_none");
  const ApprovalId approval = any_of(story.memory.approvals.rows, "apr_none");
  story.now += std::chrono::seconds(*rc::gen::inRange(0, 400));
  switch (*rc::gen::inRange(0, 14)) {
    case 0:
      story.open_ticket();
      return;
    case 1:
    case 2:
    case 3: {
      const auto choice = *rc::gen::elementOf(
          std::vector<ProposalChoice>(std::begin(kProposals), std::end(kProposals)));
      story.propose(ticket, choice.type, choice.args,
                    *rc::gen::element<std::optional<std::int64_t>>(std::nullopt, 100'000, 990'000));
      return;
    }
    case 4:
    case 5:
      if (story.memory.approvals.rows.empty()) return;
      story.vote(any_principal(), approval, *rc::gen::element(Vote::approve, Vote::reject));
      return;
    case 6:
      story.lease(action);
      return;
    case 7:
      if (story.memory.actions.rows.empty()) return;
      story.report(action, *rc::gen::element(EffectOutcome::succeeded, EffectOutcome::failed,
                                             EffectOutcome::unknown));
      return;
    case 8:
      story.roll_back(action, any_principal());
      return;
    case 9:
      story.set_status(ticket,
                       *rc::gen::element(TicketStatus::open, TicketStatus::pending,
                                         TicketStatus::resolved, TicketStatus::closed),
                       any_principal());
      return;
    case 10: {
      SubmitFeedback feedback;
      feedback.ticket = ticket;
      feedback.confirmed = *rc::gen::arbitrary<bool>();
      story.when(kCustomer, feedback);
      return;
    }
    case 11:
      story.customer_writes(ticket);
      return;
    case 12: {
      const bool engage = *rc::gen::arbitrary<bool>();
      story.when(kManager, engage ? Command(EngageKillswitch{}) : Command(ReleaseKillswitch{}));
      return;
    }
    default:
      story.when(kSystem, *rc::gen::arbitrary<bool>() ? Command(ExpireApproval{approval})
                                                      : Command(ExpireLease{action}));
  }
}

struct TicketFields {
  TicketStatus status;
  TicketHandler handler;
  std::optional<PrincipalId> assignee;
  std::optional<Clear> team;
  bool operator==(const TicketFields&) const = default;
};

TicketFields fields_of(const TicketState& ticket) {
  return {ticket.status, ticket.handler, ticket.assignee, ticket.team};
}

/// What the log itself must show, whoever asked for what.
void check_log(const std::vector<RecordedEvent>& log) {
  std::map<ActionId, PolicyOutcome> judged;
  std::set<std::pair<ActionId, std::int64_t>> attempts;
  std::map<ActionId, Hash> proposed;
  std::set<ApprovalId> consumed;
  std::map<std::string, std::int64_t> versions;
  bool killed = false;
  for (const RecordedEvent& event : log) {
    RC_ASSERT(event.stream_version == versions[event.stream]++);
    if (const auto* e = get_if<ActionProposed>(&event.data))
      proposed[e->action] = e->args.commitment;
    if (const auto* e = get_if<KillswitchEngaged>(&event.data)) killed = e->scope.text == "tenant";
    if (holds_alternative<KillswitchReleased>(event.data)) killed = false;
    if (const auto* e = get_if<PolicyDecided>(&event.data)) {
      judged[e->action] = e->outcome;
      RC_ASSERT(!killed || e->outcome == PolicyOutcome::deny);
    }
    if (const auto* e = get_if<ApprovalConsumed>(&event.data))
      RC_ASSERT(consumed.insert(e->approval).second);
    if (const auto* e = get_if<EffectDispatched>(&event.data)) {
      RC_ASSERT(attempts.emplace(e->action, e->attempt).second);
      RC_ASSERT(judged.at(e->action) == PolicyOutcome::allow);
      RC_ASSERT(e->args_commitment == proposed.at(e->action));
      RC_ASSERT(!killed);
    }
    if (const auto* e = get_if<ApprovalRequested>(&event.data)) {
      // Not as one condition: within the macro both sides of an || are evaluated.
      if (!e->rollback) RC_ASSERT(e->args_commitment == proposed.at(*e->action));
      RC_ASSERT(e->render_digest != Hash{});
      RC_ASSERT(!e->roles.empty());
    }
    if (holds_alternative<ApprovalVoted>(event.data))
      RC_ASSERT(event.actor.type == ActorType::human);
  }
}

/// Money moves only after people other than the proposer agreed, as many as were asked for.
void check_money(const Story& story) {
  for (const auto& [id, action] : story.memory.actions.rows) {
    if (action.type.text != "process_refund" || action.attempts == 0) continue;
    RC_ASSERT(action.approval.has_value());
    const ApprovalState& approval = story.approval(*action.approval);
    RC_ASSERT(approval.status == ApprovalStatus::consumed);
    std::set<PrincipalId> voters;
    for (const VoteState& vote : approval.votes) voters.insert(vote.by);
    RC_ASSERT(static_cast<std::int64_t>(voters.size()) >= approval.quorum);
    RC_ASSERT(!voters.contains(action.proposer));
  }
}

/// A ticket waits exactly as long as an approval of it is pending.
void check_waiting(const Story& story) {
  std::map<TicketId, int> pending;
  for (const auto& [id, approval] : story.memory.approvals.rows)
    if (approval.status == ApprovalStatus::pending && !approval.rollback)
      ++pending[approval.ticket];
  for (const auto& [id, ticket] : story.memory.tickets.rows)
    RC_ASSERT((ticket.automation == Automation::awaiting_approval) == (pending[id] > 0));
}

TEST_CASE("whatever is asked in whatever order, the log keeps its promises") {
  CHECK(rc::check([] {
    Story story;
    story.open_ticket();
    const int steps = *rc::gen::inRange(1, 60);
    for (int i = 0; i < steps; ++i) {
      take_a_step(story);
      check_waiting(story);
    }
    check_log(story.log);
    check_money(story);
  }));
}

TEST_CASE("folding the log again gives the state that was kept") {
  CHECK(rc::check([] {
    Story story;
    story.open_ticket();
    const int steps = *rc::gen::inRange(1, 40);
    for (int i = 0; i < steps; ++i) take_a_step(story);
    Memory again;
    for (const RecordedEvent& event : story.log) {
      // Through the bytes, as a rebuild reads them: texts are gone, commitments stay.
      RecordedEvent stored = event;
      stored.source = "origin";
      auto read = read_leaf(write_leaf(stored));
      RC_ASSERT(read.ok());
      evolve(again.state, *read);
    }
    RC_ASSERT(again.same_as(story.memory));
  }));
}

TEST_CASE("a rollback restores exactly, or refuses and changes nothing") {
  CHECK(rc::check([] {
    Story story;
    story.open_ticket();
    std::map<ActionId, TicketFields> before;
    std::map<ActionId, TicketFields> after;
    const int steps = *rc::gen::inRange(5, 50);
    for (int i = 0; i < steps; ++i) {
      std::map<TicketId, TicketFields> was;
      for (const auto& [id, ticket] : story.memory.tickets.rows) was[id] = fields_of(ticket);
      const std::size_t so_far = story.log.size();
      take_a_step(story);
      if (story.log.size() == so_far) continue;
      if (story.has<EffectConfirmed>()) {
        const auto& confirmed = story.event<EffectConfirmed>();
        before[confirmed.action] = was[confirmed.ticket];
        after[confirmed.action] = fields_of(story.ticket(confirmed.ticket));
      }
      if (story.has<RollbackRefused>()) {
        const TicketId& ticket = *story.event<RollbackRefused>().ticket;
        RC_ASSERT(was[ticket] == fields_of(story.ticket(ticket)));
      }
      if (!story.has<RollbackCompleted>() || !story.has<CompensationSucceeded>()) continue;
      const auto& done = story.event<CompensationSucceeded>();
      const TicketFields &now = fields_of(story.ticket(done.ticket)), &then = before[done.action],
                         &left = after[done.action], &found = was[done.ticket];
      // Each field that the action changed is back, and nobody else's value was overwritten; each
      // other field is as it was found.
      // The customer said no and the ticket is worked on again: that part has been undone already.
      const auto& resolution = story.action(done.action).resolution;
      const bool contradicted =
          resolution && story.memory.resolutions.rows.at(*resolution).confirmed == false;
      const bool reopened = contradicted && found.status != TicketStatus::resolved &&
                            found.status != TicketStatus::closed;
      RC_ASSERT(left.status == then.status || reopened || found.status == left.status);
      RC_ASSERT(left.handler == then.handler || found.handler == left.handler);
      RC_ASSERT(left.assignee == then.assignee || found.assignee == left.assignee);
      RC_ASSERT(left.team == then.team || found.team == left.team);
      RC_ASSERT(now.status ==
                (left.status == then.status || reopened ? found.status : then.status));
      RC_ASSERT(now.handler == (left.handler == then.handler ? found.handler : then.handler));
      RC_ASSERT(now.assignee == (left.assignee == then.assignee ? found.assignee : then.assignee));
      RC_ASSERT(now.team == (left.team == then.team ? found.team : then.team));
    }
  }));
}

}  // namespace
}  // namespace recourse
