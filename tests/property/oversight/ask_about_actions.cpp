#include "tests/property/oversight/maker.h"

namespace recourse::model {

void Maker::propose() {
  if (luck_ % 4 != 0) order_.by = cast()[static_cast<std::size_t>(who_) % 2];
  const Proposal& chosen = kProposals[how_ % std::size(kProposals)];
  ProposeAction c;
  c.ticket = some_ticket();
  c.type = chosen.type;
  c.args_json = chosen.args;
  if (spare_ % 5 != 0) c.confidence_ppm = spare_ % 5 == 1 ? 300'000 : 990'000;
  if (spare_ % 3 == 0) c.agent_version = "2026-01-05";
  if (spare_ % 6 == 1) c.reads = {"team", "status"};
  if (spare_ % 6 == 2 && !m_.actions.empty())
    c.caused_by = pick(m_.actions, "act_none", [](const Action&) { return true; });
  order_.command = c;
  if (c.caused_by && look(m_.actions, *c.caused_by) == nullptr) return;
  const Ticket* t = look(m_.tickets, c.ticket);
  if (t == nullptr) return;
  if (!refused_if(t->over(), "it is over")) accept_rest();
}

bool Maker::waits(const Action& a) {
  return a.status == ActionStatus::awaiting_approval || a.status == ActionStatus::authorized ||
         a.status == ActionStatus::held;
}

/// The outbox takes what its connector runs, and nobody else does.
bool Maker::not_theirs(const std::optional<std::string>& runs,
                       const std::optional<std::string>& takes) const {
  const bool connected = runs && m_.connectors.contains(*runs);
  if (!connected) return takes.has_value();
  return order_.by.kind != ActorType::system || takes != runs;
}

void Maker::lease() {
  LeaseAction c;
  c.action = pick(m_.actions, "act_none", [&](const Action& a) {
    return a.status == ActionStatus::authorized ||
           (a.status == ActionStatus::held && now_ >= a.hold_until.value_or(now_)) ||
           (how_ % 5 == 0 && a.status == ActionStatus::dispatching);
  });
  if (luck_ % 23 == 4) c.lease_s = 0;
  const auto found = m_.actions.find(c.action);
  if (found != m_.actions.end() && found->second.connector && luck_ % 5 != 0) {
    c.connector = found->second.connector;
    order_.by = cast().back();
  }
  if (found != m_.actions.end() && found->second.status == ActionStatus::dispatching && how_ % 2)
    c.lease = found->second.lease;
  order_.command = c;
  const Action* a = look(m_.actions, c.action);
  if (a == nullptr) return;
  refused_if(c.lease_s < 1, "no time");
  refused_if(is_internal(a->type), "it is not to run");
  if (c.lease) {
    refused_if(a->status != ActionStatus::dispatching || a->lease != c.lease, "the lease");
    refused_if(a->lease_until && now_ >= *a->lease_until, "the lease ran out");
    return accept_rest();
  }
  refused_if(a->status != ActionStatus::authorized && a->status != ActionStatus::held,
             "it is not to run");
  refused_if(a->status == ActionStatus::held && now_ < a->hold_until.value_or(now_), "it is held");
  refused_if(not_theirs(a->connector, c.connector), "another's");
  accept_rest();
}

void Maker::recall() {
  RecallAction c;
  c.action =
      pick(m_.actions, "act_none", [](const Action& a) { return a.status == ActionStatus::held; });
  order_.command = c;
  const Action* a = look(m_.actions, c.action);
  if (a == nullptr) return;
  refused_if(a->status != ActionStatus::held && a->status != ActionStatus::authorized, "too late");
  refused_if(order_.by.kind == ActorType::agent && order_.by.id != a->proposer, "another's");
  accept_rest();
}

void Maker::report() {
  ReportAction c;
  c.action = pick(m_.actions, "act_none", [](const Action& a) {
    return a.status == ActionStatus::dispatching || a.status == ActionStatus::outcome_unknown;
  });
  c.outcome = outcome();
  if (c.outcome == EffectOutcome::succeeded && spare_ % 2 == 0) c.provider_ref = "ref_1";
  c.retryable = spare_ % 3 == 0;
  const auto found = m_.actions.find(c.action);
  if (found != m_.actions.end() && luck_ % 5 != 0) c.lease = found->second.lease;
  if (luck_ % 29 == 5) c.lease = LeaseId("lse_other");
  order_.command = c;
  const Action* a = look(m_.actions, c.action);
  if (a == nullptr) return;
  const bool late = a->status == ActionStatus::outcome_unknown;
  if (refused_if(!late && a->status != ActionStatus::dispatching, "nothing is under way")) return;
  const bool outbox = order_.by.kind == ActorType::system;
  refused_if(late && !outbox && c.outcome == EffectOutcome::unknown, "that is known");
  const bool knows = by_person_above_desk() || (outbox && a->connector);
  refused_if(c.lease ? c.lease != a->lease : !(late && knows), "the lease");
  accept_rest();
}

void Maker::withdraw() {
  WithdrawAction c;
  c.action = pick(m_.actions, "act_none", waits);
  order_.command = c;
  const Action* a = look(m_.actions, c.action);
  if (a == nullptr) return;
  refused_if(!waits(*a), "it does not wait");
  refused_if(order_.by.kind == ActorType::agent && order_.by.id != a->proposer, "another's");
  accept_rest();
}

void Maker::amend() {
  AmendAction c;
  c.action = pick(m_.actions, "act_none", waits);
  const auto found = m_.actions.find(c.action);
  c.args_json = how_ % 2 == 0 ? R"({"amount":12,"order_id":"O"})" : R"({"text":"hello"})";
  if (found != m_.actions.end() && how_ % 5 == 0) c.args_json = found->second.args;
  c.confidence_ppm = 990'000;
  order_.command = c;
  const Action* a = look(m_.actions, c.action);
  if (a == nullptr) return;
  refused_if(!waits(*a), "it does not wait");
  refused_if(order_.by.kind == ActorType::agent && order_.by.id != a->proposer, "another's");
  refused_if(c.args_json == a->args, "nothing changes");
  refused_if(m_.tickets.at(a->ticket).over(), "the ticket is over");
  accept_rest();
}

void Maker::expire_lease() {
  ExpireLease c;
  c.action = pick(m_.actions, "act_none",
                  [](const Action& a) { return a.status == ActionStatus::dispatching; });
  order_.command = c;
  const Action* a = look(m_.actions, c.action);
  if (a == nullptr) return;
  refused_if(a->status != ActionStatus::dispatching || !a->lease_until, "no lease is out");
  refused_if(a->lease_until && now_ < *a->lease_until, "it still runs");
  accept_rest();
}

}  // namespace recourse::model
