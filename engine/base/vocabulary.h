#pragma once

#include <boost/describe.hpp>
#include <optional>
#include <string_view>

namespace recourse {

/// The closed word lists of the domain. The words are stored in leaves: one may be added, none may
/// change. A trailing underscore keeps a C++ keyword apart and is not part of the word.

BOOST_DEFINE_ENUM_CLASS(ActorType, agent, human, system, customer)

BOOST_DEFINE_ENUM_CLASS(Role, viewer, agent, operator_, manager, admin, auditor)

BOOST_DEFINE_ENUM_CLASS(TicketStatus, new_, open, pending, on_hold, resolved, closed, merged)
BOOST_DEFINE_ENUM_CLASS(TicketHandler, none, agent, human)
BOOST_DEFINE_ENUM_CLASS(Automation, active, awaiting_approval, paused, suspended, off)

BOOST_DEFINE_ENUM_CLASS(MessageKind, reply, agent_response, notification, note)

/// How far an action can be taken back: R0 reads only, R1 internal with an exact inverse, R2
/// external with a true inverse, R3 can only be compensated, R4 cannot be undone.
BOOST_DEFINE_ENUM_CLASS(Reversibility, R0, R1, R2, R3, R4)

BOOST_DEFINE_ENUM_CLASS(ActionStatus, proposed, denied, shadowed, awaiting_approval, authorized,
                        rejected, expired, withdrawn, staled, dispatching, succeeded, failed,
                        outcome_unknown, rollback_pending, rolled_back, partially_rolled_back,
                        rollback_failed, irreversible, superseded, held, recalled)

BOOST_DEFINE_ENUM_CLASS(PolicyOutcome, allow, require_approval, shadow, deny, defer)
BOOST_DEFINE_ENUM_CLASS(PolicyMode, shadow, enforce)

/// How far an agent may go by itself: nothing is allowed; all is judged and recorded, nothing runs
/// and nobody is asked; what it would change is a suggestion that people may carry out themselves;
/// what it would change waits for a person; the other rules of the policy decide.
BOOST_DEFINE_ENUM_CLASS(AgentAutonomy, off, shadow, suggest, approve, auto_)

BOOST_DEFINE_ENUM_CLASS(ApprovalStatus, pending, granted, rejected, expired, staled, withdrawn,
                        consumed, revoked)
BOOST_DEFINE_ENUM_CLASS(Vote, approve, reject)
/// What a rejection says about another try: the same may be asked for again, better reasoned, or
/// the same arguments are not to come back on this ticket.
BOOST_DEFINE_ENUM_CLASS(RetryAdvice, revise, forbid)

/// What a client executor reports about an effect.
BOOST_DEFINE_ENUM_CLASS(EffectOutcome, succeeded, failed, unknown)

BOOST_DEFINE_ENUM_CLASS(RollbackMode, restrict_, cascade, detach, forward_fix)
/// `remediation`: nothing is undone, people put it right (forward_fix). `partial`: ended, and not
/// everything that was planned is undone.
BOOST_DEFINE_ENUM_CLASS(RollbackStatus, requested, refused, planned, awaiting_approval, staled,
                        aborted, started, stuck, remediation, completed, partial)
/// `failed` waits for its next attempt or, when the rollback is stuck, for a person.
BOOST_DEFINE_ENUM_CLASS(StepStatus, planned, started, failed, outcome_unknown, succeeded, skipped,
                        recorded_manually)
/// What people have to look after: a compensation that does not get on, a mistake that is put
/// right instead of undone, work that was built on something undone, an effect of which nobody
/// knows whether it happened; or what a person declared to be one.
BOOST_DEFINE_ENUM_CLASS(IncidentKind, rollback_stuck, remediation, review, outcome_unknown,
                        declared)
BOOST_DEFINE_ENUM_CLASS(FeedbackKind, csat, nps, thumb, rubric, correction, resolution)
BOOST_DEFINE_ENUM_CLASS(BreakerStatus, closed, open, half_open)
/// What speaks against an action that was executed.
BOOST_DEFINE_ENUM_CLASS(Mishap, error, rollback, reopening, low_satisfaction)
BOOST_DEFINE_ENUM_CLASS(RolloutUnit, ticket, tenant)
BOOST_DEFINE_ENUM_CLASS(ExperimentArm, control, treatment)
/// What ran succeeded; the first action on a ticket ran without a person.
BOOST_DEFINE_ENUM_CLASS(ExperimentMetric, success, alone)
/// By success: the interval lies on one side of nothing, or does not. Invalid: the arms are not
/// what chance would make them.
BOOST_DEFINE_ENUM_CLASS(ExperimentVerdict, treatment_better, control_better, undecided, invalid)
/// What a timer is about: an approval that ends, the lease of an action, that of a rollback's step,
/// a claim that ends, an approval that is escalated, a follow-up to be sent, a resolved ticket to
/// be closed, an SLA clock that runs out, a breaker whose state ends; and, for the outbox, what a
/// connector is to send and what it is to look up.
BOOST_DEFINE_ENUM_CLASS(TimerKind, approval, lease, step, claim, escalation, followup, closing, sla,
                        breaker, dispatch, look_up)
BOOST_DEFINE_ENUM_CLASS(SlaClockName, first_response, next_response, resolution)
BOOST_DEFINE_ENUM_CLASS(SlaStatus, running, paused, met, waived)
BOOST_DEFINE_ENUM_CLASS(FollowUpStatus, scheduled, sent, skipped, answered, cancelled, missed)

/// What a change puts into force.
BOOST_DEFINE_ENUM_CLASS(ChangeKind, policy, model, prompt, flag, agent_config, release, other)
BOOST_DEFINE_ENUM_CLASS(Severity, low, medium, high, critical)
/// The way of an incident that people declared, in this order; `reviewed` names the root cause.
BOOST_DEFINE_ENUM_CLASS(IncidentStage, contained, eradicated, recovered, reviewed)
/// What management says of an exception that a control's test found. It is never deleted.
BOOST_DEFINE_ENUM_CLASS(ExceptionStatus, acknowledged, remediated, compensated, accepted)
/// What a data subject asks for: GDPR Articles 15, 17, 18, 16, 20 and 21.
BOOST_DEFINE_ENUM_CLASS(DsrKind, access, erasure, restriction, rectification, portability,
                        objection)
BOOST_DEFINE_ENUM_CLASS(DsrVerdict, grant, partly, refuse)
BOOST_DEFINE_ENUM_CLASS(HoldScope, tenant, subject, ticket)
/// How sure it is that a destroyed key is gone: a file was overwritten and removed, or a device
/// that keeps keys said so.
BOOST_DEFINE_ENUM_CLASS(Assurance, best_effort, verified)
/// It works, it does not, it does in part.
BOOST_DEFINE_ENUM_CLASS(FollowUpAnswer, confirm, reject, partial)
BOOST_DEFINE_ENUM_CLASS(RunStatus, active, finished, failed, cancelled)

/// The word of an enumerator, without the keyword underscore.
template <class Enum>
constexpr std::string_view word(Enum value) {
  std::string_view found = "";
  boost::mp11::mp_for_each<boost::describe::describe_enumerators<Enum>>([&](auto described) {
    if (described.value == value) found = described.name;
  });
  if (!found.empty() && found.back() == '_') found.remove_suffix(1);
  return found;
}

template <class Enum>
constexpr std::optional<Enum> from_word(std::string_view text) {
  std::optional<Enum> found;
  boost::mp11::mp_for_each<boost::describe::describe_enumerators<Enum>>([&](auto described) {
    std::string_view name = described.name;
    if (name.back() == '_') name.remove_suffix(1);
    if (name == text) found = described.value;
  });
  return found;
}

}  // namespace recourse
