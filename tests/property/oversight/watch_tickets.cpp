#include "tests/property/oversight/watch.h"

namespace recourse::model {
namespace {

/// From where a person, an agent or time may lead a ticket to where. A rollback leads back.
bool leads_to(TicketStatus from, TicketStatus to, bool reopened) {
  using enum TicketStatus;
  if (from == to || to == new_ || from == merged) return false;
  if (from == closed) return reopened && to == open;
  if (from == resolved) return to == closed || to == merged || (reopened && to == open);
  return true;
}

struct WatchTickets : Watch {
  template <class Other>
  void operator()(const Other&) {}

  void operator()(const TicketOpened& e) { m.tickets[e.ticket].status = e.status; }
  void operator()(const TicketReopened& e) { m.reopened.insert(e.ticket); }
  void operator()(const TicketStatusChanged& e) {
    Ticket& t = m.tickets[e.ticket];
    must(t.status == e.from, "a ticket goes on from where it is");
    must(e.rollback.has_value() || leads_to(e.from, e.to, m.reopened.contains(e.ticket)),
         "a ticket goes only where it may");
    t.status = e.to;
    if (e.to != TicketStatus::resolved) clear("closing", e.ticket.value());
  }
  void operator()(const TicketMerged& e) {
    must(event.actor.type == ActorType::human, "only people merge");
    if (!e.into) return;
    must(!m.tickets[*e.into].over(), "a ticket goes on in one that does");
    for (const auto& [id, action] : m.actions)
      if (action.ticket == e.ticket)
        must(action.status != ActionStatus::held && action.status != ActionStatus::authorized &&
                 action.status != ActionStatus::awaiting_approval,
             "nothing waits on a ticket that was merged");
  }
  void operator()(const TicketEscalated& e) { m.tickets[e.ticket].handler = TicketHandler::human; }
  void operator()(const TicketHandlerChanged& e) {
    Ticket& t = m.tickets[e.ticket];
    must(t.handler == e.from, "the handler goes on from who it is");
    must(e.rollback || event.actor.type == ActorType::human, "only a person hands a ticket back");
    t.handler = e.to;
  }
  void operator()(const TicketAutomationChanged& e) {
    Ticket& t = m.tickets[e.ticket];
    must(t.automation == e.from, "automation goes on from where it is");
    must((e.from != Automation::off && e.to != Automation::off) ||
             event.actor.type == ActorType::human,
         "only a person switches automation off, or on again");
    t.automation = e.to;
    m.touched.insert(e.ticket);
  }
  void operator()(const ResolutionAsserted& e) {
    must(m.tickets[e.ticket].status == TicketStatus::resolved, "what is resolved is a resolution");
    if (e.close_at) set("closing", e.ticket.value(), *e.close_at);
  }
  void operator()(const ResolutionVoided& e) { m.voided.insert(e.resolution); }
  void operator()(const ResolutionConfirmed& e) {
    must(!m.voided.contains(e.resolution), "what was rolled back is confirmed by nobody");
  }
  void operator()(const FollowUpScheduled& e) {
    m.followups[e.followup] = {e.ticket, e.action, e.resolution, FollowUpStatus::scheduled,
                               e.due_at};
    set("followup", e.followup.value(), e.due_at);
  }
  void operator()(const FollowUpPostponed& e) {
    FollowUp& f = m.followups[e.followup];
    must(f.status == FollowUpStatus::scheduled, "what has ended is not postponed");
    f.due_at = e.due_at;
    set("followup", e.followup.value(), e.due_at);
  }
  FollowUp& end_followup(const FollowUpId& id, FollowUpStatus to) {
    FollowUp& f = m.followups[id];
    must(f.status == FollowUpStatus::scheduled, "a follow-up ends once");
    f.status = to;
    clear("followup", id.value());
    return f;
  }
  void operator()(const FollowUpSent& e) {
    const FollowUp& f = end_followup(e.followup, FollowUpStatus::sent);
    must(m.given.now >= f.due_at, "nobody is asked before it is time");
    must(!f.action || !m.undone.contains(*f.action), "nobody is asked about what was undone");
    must(!f.resolution || !m.voided.contains(*f.resolution),
         "nobody is asked about what was undone");
    must(!m.killed.contains("tenant"), "nothing is said after a kill switch");
  }
  void operator()(const FollowUpSkipped& e) { end_followup(e.followup, FollowUpStatus::skipped); }
  void operator()(const FollowUpMissed& e) { end_followup(e.followup, FollowUpStatus::missed); }
  void operator()(const FollowUpCancelled& e) {
    end_followup(e.followup, FollowUpStatus::cancelled);
  }
  void operator()(const FollowUpAnswered& e) {
    FollowUp& f = m.followups[e.followup];
    must(f.status == FollowUpStatus::sent, "who answers was asked");
    f.status = FollowUpStatus::answered;
  }
  void operator()(const FeedbackSubmitted& e) { m.feedback[e.feedback] = false; }
  void operator()(const FeedbackRetracted& e) {
    must(!m.feedback[e.feedback], "feedback is retracted once");
    m.feedback[e.feedback] = true;
  }

  // ---- Controls

  void operator()(const ConnectorConfigured& e) { m.connectors.insert(e.connector.text); }
  void operator()(const ConnectorRemoved& e) { m.connectors.erase(e.connector.text); }
  void operator()(const KillswitchEngaged& e) {
    m.killed.insert(e.scope.text);
    std::int64_t held = 0;
    for (const auto& [id, action] : m.actions) {
      const bool within = e.scope.text == "tenant" || e.scope.text == action.type ||
                          e.scope.text == action.proposer.value();
      if (within && action.status == ActionStatus::held) ++held;
    }
    if (e.scope.text != "deployment")
      must(e.held_effects == held, "a kill switch knows what it holds back");
  }
  void operator()(const KillswitchReleased& e) { m.killed.erase(e.scope.text); }
  void operator()(const BreakerTransitioned& e) {
    Breaker& b = m.breakers[breaker_name(e.agent, e.agent_version, e.action_type.text)];
    must(b.status == e.from, "a breaker goes on from where it is");
    b = {e.to, e.until};
    const std::string name = breaker_name(e.agent, e.agent_version, e.action_type.text);
    clear("breaker", name);
    if (e.until) set("breaker", name, *e.until);
  }
  void operator()(const PolicyDrafted& e) { m.policies[e.policy.text] = false; }
  void operator()(const PolicyActivated& e) {
    m.policies.emplace(e.policy.text, false);
    must(!m.policies[e.policy.text], "a retired policy comes back as another version");
    if (e.mode != PolicyMode::shadow && !m.policy.empty() && m.policy != e.policy.text)
      m.earlier.push_back(m.policy);
    if (m.earlier.size() > 16) m.earlier.erase(m.earlier.begin());
    (e.mode == PolicyMode::shadow ? m.shadow_policy : m.policy) = e.policy.text;
    if (e.mode != PolicyMode::shadow && m.shadow_policy == e.policy.text) m.shadow_policy.clear();
  }
  void operator()(const PolicyReverted& e) {
    must(e.from.text == m.policy, "what is taken back is in force");
    must(e.to.text == m.policy_before(), "in force again is what was so before");
    while (!m.earlier.empty() && m.policy != e.to.text) {
      m.policy = m.earlier.back();
      m.earlier.pop_back();
    }
    if (m.shadow_policy == m.policy) m.shadow_policy.clear();
  }
  void operator()(const PolicyRetired& e) {
    m.policies[e.policy.text] = true;
    if (m.shadow_policy == e.policy.text) m.shadow_policy.clear();
  }

  // ---- Experiments

  Experiment& experiment(const Clear& key) {
    must(m.experiments.contains(key.text), "what happens to an experiment was started before");
    return m.experiments[key.text];
  }
  void operator()(const ExperimentStarted& e) {
    must(!m.experiments.contains(e.key.text), "an experiment starts once");
    Experiment& started = m.experiments[e.key.text];
    for (const Clear& type : e.types) started.types.insert(type.text);
    for (const auto& [key, other] : m.experiments)
      must(&other == &started || !other.runs || !other.overlaps(started.types),
           "an action is tried by one experiment");
  }
  void operator()(const ExperimentAssigned& e) {
    Experiment& one = experiment(e.key);
    must(one.runs, "what has ended tries nothing");
    must(one.tickets.insert(e.ticket).second, "a ticket has one arm for ever");
    m.tried[e.action] = e.key.text;  // The decision to propose it comes with it.
  }
  void operator()(const ExperimentConcluded& e) {
    Experiment& one = experiment(e.key);
    must(one.runs, "an experiment ends once");
    one.runs = false;
  }
};

}  // namespace

void watch_tickets(Model& model, const RecordedEvent& event) {
  visit(WatchTickets{{model, event}}, event.data);
}

}  // namespace recourse::model
