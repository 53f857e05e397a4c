#pragma once

#include "engine/base/id.h"
#include "engine/base/vocabulary.h"
#include "engine/event/text.h"

namespace recourse {

/// What people decide around the agents, as an auditor asks for it: who may do what, what was
/// changed, what went wrong. References to the customer's own systems are opaque and not checked.

/// Somebody is to get a role.
struct AccessRequested {
  static constexpr std::string_view kType = "recourse.access.requested.v1";
  EntryId request;
  PrincipalId principal;
  Role role = Role::viewer;
  std::optional<Clear> scope;      ///< What it is limited to.
  std::optional<Clear> reference;  ///< Of the customer's own ticket.
  std::optional<Sealed> reason;
};
BOOST_DESCRIBE_STRUCT(AccessRequested, (), (request, principal, role, scope, reference, reason))

struct AccessGranted {
  static constexpr std::string_view kType = "recourse.access.granted.v1";
  EntryId grant;
  std::optional<EntryId> request;
  PrincipalId principal;
  Role role = Role::viewer;
  std::optional<Clear> scope;
  std::optional<PrincipalId> approved_by;  ///< Another one than who asked and who gets it.
  std::optional<Timestamp> expires_at;
  std::optional<Clear> reference;
};
BOOST_DESCRIBE_STRUCT(AccessGranted, (),
                      (grant, request, principal, role, scope, approved_by, expires_at, reference))

/// Notice that somebody leaves, or needs the access no more: from `effective_at` on it must go.
struct AccessTerminated {
  static constexpr std::string_view kType = "recourse.access.terminated.v1";
  EntryId notice;
  PrincipalId principal;
  Timestamp effective_at;
  std::optional<Clear> reference;
};
BOOST_DESCRIBE_STRUCT(AccessTerminated, (), (notice, principal, effective_at, reference))

/// Everything that a grant or a principal had is gone; the keys were revoked before this was
/// recorded.
struct AccessRemoved {
  static constexpr std::string_view kType = "recourse.access.removed.v1";
  PrincipalId principal;
  std::optional<EntryId> grant;   ///< Absent: all.
  std::optional<EntryId> notice;  ///< That it follows.
  std::int64_t keys_revoked = 0;
};
BOOST_DESCRIBE_STRUCT(AccessRemoved, (), (principal, grant, notice, keys_revoked))

/// A review of who may do what: every account listed is to be kept or removed.
struct AccessReviewOpened {
  static constexpr std::string_view kType = "recourse.access.review_opened.v1";
  EntryId review;
  Clear cycle;  ///< Such as 2026-Q1.
  Timestamp due_at;
  std::vector<PrincipalId> accounts;  ///< Active at this moment, in order.
};
BOOST_DESCRIBE_STRUCT(AccessReviewOpened, (), (review, cycle, due_at, accounts))

struct AccessReviewed {
  static constexpr std::string_view kType = "recourse.access.reviewed.v1";
  EntryId review;
  PrincipalId principal;
  bool keep = false;
  std::optional<Role> role;
  std::optional<Sealed> reason;
};
BOOST_DESCRIBE_STRUCT(AccessReviewed, (), (review, principal, keep, role, reason))

struct AccessReviewClosed {
  static constexpr std::string_view kType = "recourse.access.review_closed.v1";
  EntryId review;
  std::int64_t kept = 0, removed = 0, open = 0;
};
BOOST_DESCRIBE_STRUCT(AccessReviewClosed, (), (review, kept, removed, open))

/// Something that decides what agents do is to be another one.
struct ChangeRequested {
  static constexpr std::string_view kType = "recourse.change.requested.v1";
  EntryId change;
  ChangeKind kind = ChangeKind::other;
  Clear what;                  ///< Name and version of what is put into force.
  std::optional<Hash> digest;  ///< Of its bytes.
  bool emergency = false;      ///< May be in force before it is approved; is reviewed afterwards.
  std::optional<Clear> test;   ///< Reference of the test that it passed.
  std::optional<Sealed> reason;
};
BOOST_DESCRIBE_STRUCT(ChangeRequested, (), (change, kind, what, digest, emergency, test, reason))

struct ChangeApproved {
  static constexpr std::string_view kType = "recourse.change.approved.v1";
  EntryId change;
  std::optional<Sealed> reason;
};
BOOST_DESCRIBE_STRUCT(ChangeApproved, (), (change, reason))

struct ChangeActivated {
  static constexpr std::string_view kType = "recourse.change.activated.v1";
  EntryId change;
  ChangeKind kind = ChangeKind::other;
  Clear what;
  std::optional<Hash> digest;
};
BOOST_DESCRIBE_STRUCT(ChangeActivated, (), (change, kind, what, digest))

/// What people say of an emergency change afterwards.
struct ChangeReviewed {
  static constexpr std::string_view kType = "recourse.change.reviewed.v1";
  EntryId change;
  bool accepted = false;
  std::optional<Sealed> reason;
};
BOOST_DESCRIBE_STRUCT(ChangeReviewed, (), (change, accepted, reason))

struct AlertRaised {
  static constexpr std::string_view kType = "recourse.alert.raised.v1";
  EntryId alert;
  Clear rule;
  Severity severity = Severity::medium;
  std::optional<Clear> about;  ///< An agent, an action type, a store.
  Timestamp triage_due_at;
  std::optional<std::int64_t> value, threshold;
};
BOOST_DESCRIBE_STRUCT(AlertRaised, (),
                      (alert, rule, severity, about, triage_due_at, value, threshold))

struct AlertTriaged {
  static constexpr std::string_view kType = "recourse.alert.triaged.v1";
  EntryId alert;
  Clear verdict;  ///< A code: real, false_alarm, known, test
  std::optional<PrincipalId> owner;
  std::optional<IncidentId> incident;
};
BOOST_DESCRIBE_STRUCT(AlertTriaged, (), (alert, verdict, owner, incident))

struct AlertClosed {
  static constexpr std::string_view kType = "recourse.alert.closed.v1";
  EntryId alert;
  std::optional<Clear> reason_code;
  std::optional<Sealed> reason;
};
BOOST_DESCRIBE_STRUCT(AlertClosed, (), (alert, reason_code, reason))

/// A declared incident gets on.
struct IncidentProgressed {
  static constexpr std::string_view kType = "recourse.incident.progressed.v1";
  IncidentId incident;
  IncidentStage stage = IncidentStage::contained;
  std::optional<Clear> root_cause;  ///< A code.
  std::optional<Sealed> note;
};
BOOST_DESCRIBE_STRUCT(IncidentProgressed, (), (incident, stage, root_cause, note))

struct IncidentFollowUpAdded {
  static constexpr std::string_view kType = "recourse.incident.followup_added.v1";
  IncidentId incident;
  EntryId item;
  PrincipalId owner;
  Timestamp due_at;
  std::optional<Sealed> text;
};
BOOST_DESCRIBE_STRUCT(IncidentFollowUpAdded, (), (incident, item, owner, due_at, text))

struct IncidentFollowUpDone {
  static constexpr std::string_view kType = "recourse.incident.followup_done.v1";
  IncidentId incident;
  EntryId item;
};
BOOST_DESCRIBE_STRUCT(IncidentFollowUpDone, (), (incident, item))

/// Who answers for an agent that acts without being approved each time, and within which limits.
struct MandateGranted {
  static constexpr std::string_view kType = "recourse.mandate.granted.v1";
  EntryId mandate;
  PrincipalId agent;
  std::vector<Clear> types;  ///< Of actions; none: all.
  std::optional<std::int64_t> max_amount_minor, max_per_day;
  std::optional<Clear> currency;
  Timestamp expires_at;
  std::optional<Sealed> reason;
};
BOOST_DESCRIBE_STRUCT(MandateGranted, (),
                      (mandate, agent, types, max_amount_minor, max_per_day, currency, expires_at,
                       reason))

struct MandateRevoked {
  static constexpr std::string_view kType = "recourse.mandate.revoked.v1";
  EntryId mandate;
  std::optional<Sealed> reason;
};
BOOST_DESCRIBE_STRUCT(MandateRevoked, (), (mandate, reason))

/// A person who knows how watches over an agent.
struct OversightAssigned {
  static constexpr std::string_view kType = "recourse.oversight.assigned.v1";
  PrincipalId person;
  std::optional<PrincipalId> agent;  ///< Absent: all.
  Clear competence;                  ///< A code or a reference, of training for example.
  std::optional<Timestamp> until;
};
BOOST_DESCRIBE_STRUCT(OversightAssigned, (), (person, agent, competence, until))

struct ProviderNotified {
  static constexpr std::string_view kType = "recourse.provider.notified.v1";
  Clear provider;
  Clear cause;  ///< A code.
  std::optional<IncidentId> incident;
  std::optional<Clear> reference;
};
BOOST_DESCRIBE_STRUCT(ProviderNotified, (), (provider, cause, incident, reference))

/// A person was told that an AI writes.
struct AiDisclosed {
  static constexpr std::string_view kType = "recourse.disclosure.ai_shown.v1";
  TicketId ticket;
  Clear channel;
  Clear text;  ///< Name and version of what was shown.
};
BOOST_DESCRIBE_STRUCT(AiDisclosed, (), (ticket, channel, text))

/// Somebody was told how a decision came about.
struct DecisionExplained {
  static constexpr std::string_view kType = "recourse.decision.explained.v1";
  ActionId action;
  std::optional<TicketId> ticket;
  Clear to;       ///< subject, reviewer or auditor
  Hash digest{};  ///< SHA-256 of the explanation.
  std::optional<EntryId> dsr;
};
BOOST_DESCRIBE_STRUCT(DecisionExplained, (), (action, ticket, to, digest, dsr))

/// What came in by a channel within an hour, counted where it came in.
struct IngressCounted {
  static constexpr std::string_view kType = "recourse.ingress.counted.v1";
  Clear channel;
  Timestamp hour;
  std::int64_t received = 0, accepted = 0, rejected = 0, duplicates = 0;
};
BOOST_DESCRIBE_STRUCT(IngressCounted, (), (channel, hour, received, accepted, rejected, duplicates))

/// A control was tested over a range of the log.
struct ControlTested {
  static constexpr std::string_view kType = "recourse.control.tested.v1";
  Clear control;  ///< RC-01 to RC-26
  Clear result;   ///< passed, exceptions, no_population
  std::int64_t start = 0, end = 0, population = 0, exceptions = 0;
  Hash report{};                     ///< SHA-256 of the manifest of the report.
  std::optional<PrincipalId> owner;  ///< Of a deficiency.
  std::optional<Timestamp> due_at;
};
BOOST_DESCRIBE_STRUCT(ControlTested, (),
                      (control, result, start, end, population, exceptions, report, owner, due_at))

/// A package of evidence was made.
struct ReportGenerated {
  static constexpr std::string_view kType = "recourse.report.generated.v1";
  Clear report;  ///< A run's id.
  Clear format;
  std::int64_t start = 0, end = 0;
  Hash manifest{}, parameters{};
  std::optional<Clear> purpose, recipient;
};
BOOST_DESCRIBE_STRUCT(ReportGenerated, (),
                      (report, format, start, end, manifest, parameters, purpose, recipient))

/// Management answers an exception.
struct ExceptionAnswered {
  static constexpr std::string_view kType = "recourse.exception.answered.v1";
  Clear exception;  ///< Control / position, such as RC-02/0000000000000117
  ExceptionStatus status = ExceptionStatus::acknowledged;
  std::optional<PrincipalId> owner;
  std::optional<Timestamp> until;  ///< Of what is accepted.
  std::vector<Clear> remediation;  ///< Ids of events.
  std::optional<Sealed> response;
};
BOOST_DESCRIBE_STRUCT(ExceptionAnswered, (),
                      (exception, status, owner, until, remediation, response))

}  // namespace recourse
