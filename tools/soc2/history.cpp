#include "tools/soc2/history.h"

#include <algorithm>

#include "engine/policy/judge.h"

namespace recourse::soc2 {
namespace {

template <class Map>
auto find_or_null(const Map& map, const std::string& key) -> const typename Map::mapped_type* {
  const auto found = map.find(key);
  return found != map.end() ? &found->second : nullptr;
}

}  // namespace

void History::apply(const Seen& seen) {
  visit([&](const auto& event) { on(seen, event); }, seen.event.data);
}

void History::on(const Seen& seen, const ActionProposed& e) {
  PastAction& action = actions_[e.action.value()];
  action.proposed = true;
  action.ticket = e.ticket;
  action.type = e.type.text;
  action.proposer = seen.event.actor;
  action.args = e.args.commitment;
  action.confidence_ppm = e.confidence_ppm;
  action.amount_minor = e.amount_minor;
  action.currency = e.currency ? e.currency->text : "";
  action.imported = e.provenance.imported;
}

void History::on(const Seen& seen, const PolicyDecided& e) {
  if (e.shadow) return;
  PastVerdict verdict;
  verdict.position = seen.event.position;
  verdict.event = seen.event.id.value();
  verdict.outcome = e.outcome;
  verdict.problem = e.problem ? e.problem->text : "";
  verdict.policy = e.policy.text;
  verdict.required_approvals = e.required_approvals;
  PastAction& action = actions_[e.action.value()];
  const bool ended = action.verdict && action.verdict->ends;
  verdict.ends = ended || (e.outcome == PolicyOutcome::deny && !holds_back(verdict.problem));
  action.verdict = std::move(verdict);
}

void History::on(const Seen&, const EffectDispatched& e) {
  actions_[e.action.value()].dispatched = true;
}

void History::on(const Seen& seen, const ApprovalRequested& e) {
  PastApproval& approval = approvals_[e.approval.value()];
  approval.position = seen.event.position;
  approval.requested_at = seen.event.time;
  approval.expires_at = e.expires_at;
  approval.args = e.args_commitment;
  approval.shown = e.render_digest;
  approval.quorum = e.quorum;
  for (const Clear& role : e.roles) approval.roles.insert(role.text);
  for (const PrincipalId& id : e.excluded) approval.excluded.insert(id.value());
  if (e.rollback) approval.rollback = e.rollback->value();
  if (!e.action || e.rollback) return;
  approval.action = e.action->value();
  actions_[approval.action].approval = e.approval.value();
}

void History::on(const Seen&, const ApprovalEscalated& e) {
  for (const Clear& role : e.to) approvals_[e.approval.value()].roles.insert(role.text);
}

void History::on(const Seen& seen, const ApprovalVoted& e) {
  PastVote vote;
  vote.voter = seen.event.actor.id.value();
  vote.voter_type = seen.event.actor.type;
  vote.approves = e.vote == Vote::approve;
  vote.role = e.role ? e.role->text : "";
  vote.render_digest = e.render_digest;
  vote.decision_ms = e.decision_ms;
  approvals_[e.approval.value()].votes.push_back(std::move(vote));
}

void History::on(const Seen& seen, const ApprovalGranted& e) {
  PastApproval& approval = approvals_[e.approval.value()];
  approval.granted_at = seen.event.time;
  approval.usable_until = e.expires_at;
}

void History::on(const Seen&, const ApprovalConsumed& e) {
  if (e.action && !e.rollback) actions_[e.action->value()].used_approval = e.approval.value();
}

void History::on(const Seen&, const BypassGranted& e) {
  if (e.approval) approvals_[e.approval->value()].bypassed = true;
}

void History::on(const Seen&, const TicketOpened& e) {
  PastTicket& ticket = tickets_[e.ticket.value()];
  ticket.channels.insert(e.channel.text);
  ticket.requester = e.requester.value();
  ticket.subjects.insert(e.requester.value());
  ticket.imported = e.provenance.imported;
}

void History::on(const Seen&, const TicketMerged& e) {
  for (const TicketId& from : e.from) {
    const PastTicket before = tickets_[from.value()];
    PastTicket& ticket = tickets_[e.ticket.value()];
    ticket.subjects.insert(before.subjects.begin(), before.subjects.end());
    ticket.channels.insert(before.channels.begin(), before.channels.end());
  }
}

void History::on(const Seen&, const MessageReceived& e) {
  PastTicket& ticket = tickets_[e.ticket.value()];
  ticket.subjects.insert(e.from.value());
  ticket.channels.insert(e.channel.text);
}

void History::on(const Seen&, const PolicyActivated& e) {
  policies_[e.policy.text] = {e.text.text, e.manifest_digest};
  if (e.mode == PolicyMode::enforce) in_force_ = e.policy.text;
}

void History::on(const Seen&, const PolicyReverted& e) { in_force_ = e.to.text; }

void History::on(const Seen& seen, const MandateGranted& e) {
  PastMandate mandate;
  mandate.id = e.mandate.value();
  mandate.agent = e.agent.value();
  mandate.author = seen.event.actor.id.value();
  for (const Clear& type : e.types) mandate.types.insert(type.text);
  mandate.max_amount_minor = e.max_amount_minor;
  mandate.max_per_day = e.max_per_day;
  mandate.currency = e.currency ? e.currency->text : "";
  mandate.expires_at = e.expires_at;
  mandates_.push_back(std::move(mandate));
}

void History::on(const Seen&, const MandateRevoked& e) {
  for (PastMandate& mandate : mandates_)
    if (mandate.id == e.mandate.value()) mandate.revoked = true;
}

void History::on(const Seen&, const AccessGranted& e) {
  leaving_.erase(e.principal.value());
  access_[e.principal.value()][e.grant.value()] = {e.role, e.expires_at};
}

void History::on(const Seen&, const AccessTerminated& e) {
  leaving_[e.principal.value()] = e.effective_at;
}

void History::on(const Seen& seen, const AccessRemoved& e) {
  if (e.grant) {
    access_[e.principal.value()].erase(e.grant->value());
    return;
  }
  leaving_[e.principal.value()] = seen.event.time;
  access_.erase(e.principal.value());
}

void History::on(const Seen&, const TenantCreated& e) {
  if (e.tenant.value() == tenant_) ledger_ = e.ledger;
}

void History::on(const Seen&, const PrincipalCreated& e) {
  tenants_of_[e.principal.value()].insert(e.tenant.value());
}

void History::on(const Seen&, const ApiKeyCreated& e) {
  tenants_of_[e.principal.value()].insert(e.tenant.value());
  if (e.tenant.value() == tenant_)
    access_[e.principal.value()][e.key.value()] = {e.role, e.expires_at};
}

void History::on(const Seen&, const ApiKeyRevoked& e) {
  for (auto& [principal, access] : access_) access.erase(e.key.value());
}

const PastAction* History::action(const std::string& id) const {
  return find_or_null(actions_, id);
}
const PastApproval* History::approval(const std::string& id) const {
  return find_or_null(approvals_, id);
}
const PastTicket* History::ticket(const std::string& id) const {
  return find_or_null(tickets_, id);
}
const PastPolicy* History::policy(const std::string& name) const {
  return find_or_null(policies_, name);
}

bool History::has_left(const std::string& principal, Timestamp now) const {
  const Timestamp* const since = find_or_null(leaving_, principal);
  return since != nullptr && *since <= now;
}

std::set<Role> History::roles(const std::string& principal) const {
  std::set<Role> roles;
  if (const auto* const access = find_or_null(access_, principal))
    for (const auto& [id, each] : *access) roles.insert(each.role);
  return roles;
}

bool History::has_more_than(const EntryId& grant, const std::string& principal,
                            Timestamp now) const {
  const auto* const access = find_or_null(access_, principal);
  return access != nullptr && std::any_of(access->begin(), access->end(), [&](const auto& each) {
           return each.first != grant.value() &&
                  (!each.second.expires_at || *each.second.expires_at > now);
         });
}

bool History::is_stranger(const std::string& principal) const {
  const auto* const tenants = find_or_null(tenants_of_, principal);
  return tenants != nullptr && !tenants->contains(tenant_) && !tenants->contains("meta");
}

}  // namespace recourse::soc2
