#include "tests/property/oversight/watch.h"

namespace recourse::model {
namespace {

struct WatchApprovals : Watch {
  template <class Other>
  void operator()(const Other&) {}

  template <class Event>
  Approval& approval(const Event& e) {
    must(m.approvals.contains(e.approval), "what happens to an approval was asked for before");
    return m.approvals[e.approval];
  }
  template <class Event>
  Approval& pending(const Event& e) {
    Approval& a = approval(e);
    must(a.status == ApprovalStatus::pending, "what has ended stays ended");
    return a;
  }
  void wait(const Approval& a, int more) {
    if (a.action.value().empty()) return;
    m.tickets[m.actions[a.action].ticket].waiting += more;
    m.touched.insert(m.actions[a.action].ticket);
  }
  void lead(const Approval& a, ActionStatus to) {
    if (a.action.value().empty()) return;
    Action& subject = m.actions[a.action];
    if (waits(subject)) subject.status = to;
  }
  void stop_claim(const ApprovalId& id, Approval& a) {
    a.claim.reset();
    clear("claim", id.value());
  }
  void stop_asking(const ApprovalId& id, Approval& a) {
    stop_claim(id, a);
    clear("escalation", id.value());
  }
  void end_approval(const ApprovalId& id, Approval& a, ApprovalStatus to) {
    if (a.status == ApprovalStatus::pending) wait(a, -1);
    a.status = to;
    stop_asking(id, a);
    clear("approval", id.value());
    if (a.rollback && a.step && to != ApprovalStatus::consumed)
      m.rollbacks[*a.rollback].steps.at(static_cast<std::size_t>(*a.step)).waiver.reset();
  }

  void operator()(const ApprovalRequested& e) {
    must(!m.approvals.contains(e.approval), "an approval is asked for once");
    Approval& a = m.approvals[e.approval];
    if (e.action) a.action = *e.action;
    a.rollback = e.rollback;
    a.step = e.step;
    a.quorum = e.quorum;
    for (const Clear& role : e.roles) a.roles.insert(role.text);
    a.excluded.insert(e.excluded.begin(), e.excluded.end());
    if (e.not_alone) a.not_alone.insert(e.not_alone->begin(), e.not_alone->end());
    a.commitment = e.args_commitment;
    a.render = e.render_digest;
    a.expires_at = e.expires_at;
    a.escalate_at = e.escalate_at;
    must(e.quorum > 0 && !a.roles.empty(), "somebody is asked");
    must(e.expires_at > m.given.now, "an approval has its time");
    must(e.render_digest != Hash{}, "people see what they agree to");
    set("approval", e.approval.value(), e.expires_at);
    if (e.escalate_at) set("escalation", e.approval.value(), *e.escalate_at);
    wait(a, 1);
    if (e.action) {
      Action& subject = action(*e.action);
      must(a.commitment == subject.commitment, "people are asked about what will run");
      must(a.excluded.contains(subject.proposer), "who proposes has no vote");
      must(subject.status == ActionStatus::awaiting_approval ||
               subject.status == ActionStatus::staled,
           "the policy asks for the approval");
      // Who amends is kept out as well as who proposed first.
      if (m.given.command == "amend_action")
        must(a.excluded.contains(m.given.by.id), "who amends has no vote");
      subject.status = ActionStatus::awaiting_approval;
      subject.approval = e.approval;
      return;
    }
    must(a.excluded.contains(m.given.by.id), "who asks for a rollback or a waiver has no vote");
    Rollback& rollback = m.rollbacks[*e.rollback];
    if (e.step) {
      rollback.steps.at(static_cast<std::size_t>(*e.step)).waiver = e.approval;
      return;
    }
    must(rollback.status == RollbackStatus::planned, "people agree to a plan");
    must(a.commitment == rollback.digest, "people agree to this plan");
    rollback.status = RollbackStatus::awaiting_approval;
    rollback.approval = e.approval;
  }
  void operator()(const ApprovalClaimed& e) {
    Approval& a = pending(e);
    must(by_person() && !a.excluded.contains(e.by), "who has no vote claims nothing");
    a.claim = {e.by, e.until};
    set("claim", e.approval.value(), e.until);
  }
  void operator()(const ApprovalReleased& e) {
    Approval& a = pending(e);
    must(a.claim.has_value(), "what is released was claimed");
    stop_claim(e.approval, a);
  }
  void operator()(const ApprovalVoted& e) {
    Approval& a = pending(e);
    const Principal& voter = m.given.by;
    const std::string role(word(voter.role));
    must(by_person() && voter.kind == ActorType::human, "machines never vote");
    must(a.roles.contains(role), "only those who are asked vote");
    must(!a.excluded.contains(voter.id), "who asked for it does not vote");
    must(m.given.now < a.expires_at, "nobody votes on what has expired");
    must(!a.claim || a.claim->first == voter.id || m.given.now >= a.claim->second,
         "what somebody looks at waits for them");
    must(e.render_digest == a.render, "a vote is bound to what was shown");
    must(a.votes.emplace(voter.id, Ballot{e.vote, role}).second, "a person votes once");
    stop_claim(e.approval, a);
  }
  void operator()(const ApprovalEscalated& e) {
    Approval& a = pending(e);
    must(!a.escalated, "an approval is escalated once");
    a.escalated = true;
    a.roles.clear();
    for (const Clear& role : e.to) a.roles.insert(role.text);
    must(!a.roles.empty(), "somebody is asked");
    std::erase_if(a.votes, [&](const auto& vote) { return !a.roles.contains(vote.second.role); });
    stop_asking(e.approval, a);
  }
  void operator()(const ApprovalGranted& e) {
    Approval& a = pending(e);
    bool another = false;
    for (const auto& [who, ballot] : a.votes) {
      another = another || !a.not_alone.contains(who);
      must(ballot.vote == Vote::approve, "one rejection ends an approval");
    }
    must(a.in_favour() >= a.quorum, "as many agreed as were asked for");
    must(another, "who agreed to the action does not alone agree to undo it");
    must(m.given.now < a.expires_at, "what has expired is never granted");
    wait(a, -1);
    a.status = ApprovalStatus::granted;
    stop_asking(e.approval, a);
    lead(a, ActionStatus::authorized);
    if (!e.expires_at) return;
    must(*e.expires_at > a.expires_at, "a hold window takes nothing from a grant's time");
    a.expires_at = *e.expires_at;
    set("approval", e.approval.value(), a.expires_at);
  }
  void operator()(const ApprovalRejected& e) {
    Approval& a = pending(e);
    end_approval(e.approval, a, ApprovalStatus::rejected);
    lead(a, ActionStatus::rejected);
    if (!e.action || e.retry.value_or(RetryAdvice::forbid) != RetryAdvice::forbid) return;
    const Action& subject = m.actions[*e.action];
    m.forbidden.insert({subject.ticket, subject.type, subject.args});
  }
  Approval& open(const ApprovalId& id, Approval& a) {
    m.must(a.status == ApprovalStatus::pending || a.status == ApprovalStatus::granted,
           "what has ended stays ended", id.value());
    return a;
  }
  void operator()(const ApprovalExpired& e) {
    Approval& a = open(e.approval, approval(e));
    must(m.given.now >= a.expires_at, "nothing expires before its time");
    end_approval(e.approval, a, ApprovalStatus::expired);
    lead(a, ActionStatus::expired);
  }
  void operator()(const ApprovalStaled& e) {
    Approval& a = open(e.approval, approval(e));
    end_approval(e.approval, a,
                 e.cause.text == "withdrawn" ? ApprovalStatus::withdrawn : ApprovalStatus::staled);
    lead(a, ActionStatus::staled);
  }
  void operator()(const ApprovalRevoked& e) {
    Approval& a = approval(e);
    must(a.status == ApprovalStatus::granted, "only what is granted is revoked");
    must(by_person(), "a person revokes");
    end_approval(e.approval, a, ApprovalStatus::revoked);
    lead(a, ActionStatus::rejected);
  }
  void operator()(const ApprovalConsumed& e) {
    Approval& a = approval(e);
    must(a.status == ApprovalStatus::granted, "only what is granted is used, and once");
    end_approval(e.approval, a, ApprovalStatus::consumed);
    m.consumed.insert(e.approval);
  }
  void operator()(const BypassGranted& e) {
    must(by_person() && m.given.by.role == Role::admin, "an admin sets a control aside");
    if (e.scope.text != "rollback") return;
    for (const auto& [id, rollback] : m.rollbacks)
      if (rollback.approval == e.approval) m.glass_broken.insert(id);
  }
};

}  // namespace

void watch_approvals(Model& model, const RecordedEvent& event) {
  visit(WatchApprovals{{model, event}}, event.data);
}

}  // namespace recourse::model
