#include "engine/base/bytes.h"
#include "tests/property/oversight/maker.h"

namespace recourse::model {

bool Maker::is_pending(const Approval& a) { return a.status == ApprovalStatus::pending; }

void Maker::check_voter(const Approval& a) {
  const Principal& by = order_.by;
  refused_if(by.kind != ActorType::human, "machines never vote");
  refused_if(!a.roles.contains(std::string(word(by.role))), "nobody asked this role");
  refused_if(a.votes.contains(by.id), "has voted");
  refused_if(a.excluded.contains(by.id), "has asked for it");
  refused_if(!is_pending(a) || now_ >= a.expires_at, "it is over");
}

void Maker::find_voter(const Approval& a) {
  std::vector<const Principal*> fitting;
  for (const Principal& one : cast())
    if (one.kind == ActorType::human && a.roles.contains(std::string(word(one.role))) &&
        !a.excluded.contains(one.id) && !a.votes.contains(one.id))
      fitting.push_back(&one);
  if (!fitting.empty()) order_.by = *fitting[static_cast<std::size_t>(who_) % fitting.size()];
}

bool Maker::of_another(const Approval& a) const {
  return a.claim && now_ < a.claim->second && a.claim->first != order_.by.id;
}

void Maker::vote() {
  CastVote c;
  c.approval = pick(m_.approvals, "apr_none", is_pending);
  c.vote = how_ % 4 == 0 ? Vote::reject : Vote::approve;
  if (c.vote == Vote::reject) {
    c.reason = reason();
    if (spare_ % 3 == 0) c.retry = RetryAdvice::forbid;
  }
  const auto found = m_.approvals.find(c.approval);
  const bool as_shown = luck_ % 19 != 3;
  c.render_digest =
      found != m_.approvals.end() && as_shown ? to_base64(as_text(found->second.render)) : "AAAA";
  order_.command = c;
  const Approval* a = look(m_.approvals, c.approval);
  if (a == nullptr) return;
  if (luck_ % 5 != 0) find_voter(*a);
  check_voter(*a);
  refused_if(of_another(*a), "somebody looks at it");
  refused_if(!as_shown, "it shows something else");
  refused_if(c.vote == Vote::reject && !c.reason, "without a reason");
  if (a->step && c.vote == Vote::approve)
    refused_if(m_.rollbacks.at(*a->rollback).steps.at(static_cast<std::size_t>(*a->step)).status ==
                   StepStatus::started,
               "an executor is at it");
  if (a->rollback) return accept_rest();
  const Action& action = m_.actions.at(a->action);
  if (c.vote == Vote::approve && m_.stopped(action)) refuse("the kill switch");
  // A limit or breaker may speak against running one of our own at once.
  if (c.vote == Vote::reject || !is_internal(action.type)) accept_rest();
}

void Maker::claim() {
  ClaimApproval c;
  c.approval = pick(m_.approvals, "apr_none", is_pending);
  if (luck_ % 23 == 4) c.claim_s = 0;
  order_.command = c;
  const Approval* a = look(m_.approvals, c.approval);
  if (a == nullptr) return;
  check_voter(*a);
  refused_if(c.claim_s < 1, "no time");
  refused_if(of_another(*a) && order_.by.role != Role::admin, "somebody looks at it");
  accept_rest();
}

void Maker::release() {
  ReleaseApproval c;
  c.approval =
      pick(m_.approvals, "apr_none", [](const Approval& a) { return is_pending(a) && a.claim; });
  order_.command = c;
  const Approval* a = look(m_.approvals, c.approval);
  if (a == nullptr) return;
  refused_if(!is_pending(*a) || now_ >= a->expires_at, "it is over");
  refused_if(!a->claim || now_ >= a->claim->second, "nobody claimed it");
  refused_if(of_another(*a) && order_.by.role != Role::admin, "another's");
  accept_rest();
}

void Maker::escalate_approval() {
  EscalateApproval c;
  c.approval = pick(m_.approvals, "apr_none", is_pending);
  order_.command = c;
  const Approval* a = look(m_.approvals, c.approval);
  if (a == nullptr) return;
  const bool by_time = order_.by.kind == ActorType::system;
  if (by_time && is_pending(*a) && now_ >= a->expires_at) return accept_rest();  // It expires.
  refused_if(!is_pending(*a) || now_ >= a->expires_at, "it is over");
  refused_if(a->escalated, "it was already");
  refused_if(by_time && (!a->escalate_at || now_ < *a->escalate_at), "it is not time");
  accept_rest();
}

void Maker::revoke() {
  RevokeApproval c;
  c.approval = pick(m_.approvals, "apr_none",
                    [](const Approval& a) { return a.status == ApprovalStatus::granted; });
  c.reason = reason();
  order_.command = c;
  const Approval* a = look(m_.approvals, c.approval);
  if (a == nullptr) return;
  refused_if(!a->roles.contains(std::string(word(order_.by.role))) && order_.by.role != Role::admin,
             "has no say");
  refused_if(!c.reason, "without a reason");
  refused_if(a->status != ApprovalStatus::granted, "nothing is granted");
  accept_rest();
}

void Maker::expire_approval() {
  ExpireApproval c;
  c.approval = pick(m_.approvals, "apr_none", is_pending);
  order_.command = c;
  const Approval* a = look(m_.approvals, c.approval);
  if (a == nullptr) return;
  refused_if(!is_pending(*a) && a->status != ApprovalStatus::granted, "it is over");
  refused_if(now_ < a->expires_at, "it is not time");
  accept_rest();
}

void Maker::expire_claim() {
  ExpireClaim c;
  c.approval = pick(m_.approvals, "apr_none", is_pending);
  order_.command = c;
  const Approval* a = look(m_.approvals, c.approval);
  if (a == nullptr) return;
  refused_if(!is_pending(*a) || !a->claim, "nobody claimed it");
  refused_if(a->claim && now_ < a->claim->second, "it still runs");
  accept_rest();
}

}  // namespace recourse::model
