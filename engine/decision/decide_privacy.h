#pragma once

#include "engine/decision/draft.h"

namespace recourse {

/// Orders about the data of persons. All are an admin's. What needs the vault, the key store or a
/// walk over the ledger is done by engine/erasure; here is decided whether it may be done.

/// What a walk over a ledger finds of one person.
struct SubjectTrace {
  std::vector<std::string> groups;       ///< `subject` attributes of the events: tickets, or empty.
  std::int64_t fields = 0;               ///< Sealed values that name the person.
  Hash root{};                           ///< docs/format/erasure.md
  std::optional<Timestamp> first, last;  ///< Of these.
  std::int64_t vault_rows = 0, directory_rows = 0, blobs = 0;
};

struct ReceiveDsr {
  DsrKind kind = DsrKind::access;
  std::optional<SubjectId> subject;
  std::string channel = "api";
  std::optional<std::string> request;
};
struct VerifyIdentity {
  EntryId dsr;
  SubjectId subject;
  std::string method;  ///< A code.
};
/// REQUIRES, of the decision: `trace` is of the request's subject.
struct AssessDsr {
  EntryId dsr;
  DsrVerdict verdict = DsrVerdict::grant;
  std::optional<std::string> ground;  ///< A code such as gdpr-17-3-b; of a refusal.
  std::optional<std::string> reason;
  SubjectTrace trace;
};
struct ExtendDsr {
  EntryId dsr;
  std::optional<Timestamp> due_at;  ///< Default: two months later.
  std::string reason;
};
/// REQUIRES: as of AssessDsr; nothing that names the subject is staged.
struct EraseSubject {
  EntryId dsr;
  SubjectTrace trace;
  std::vector<EntryId> others = {};  ///< Requests that may be the subject's too: they end with it.
};
struct CertifyErasure {
  EntryId dsr;
  std::int64_t epoch = 0;
  Assurance assurance = Assurance::best_effort;
  Hash certificate{};
};
/// One who failed to be told is told again, or it is said that this is impossible.
struct NotifyRecipient {
  EntryId dsr;
  std::string recipient, outcome;
};
struct PropagateErasure {
  EntryId dsr;
  std::string store, outcome;
};
/// Restriction and objection: the data are kept and no agent uses them.
struct RestrictProcessing {
  EntryId dsr;
};
struct ReleaseProcessing {
  SubjectId subject;
  std::optional<EntryId> dsr;
};
/// REQUIRES: a value of the request's subject stands there, sealed.
struct CorrectValue {
  EntryId dsr;
  std::int64_t position = 0;
  std::string path;  ///< JSON pointer in the leaf.
  std::string value_json;  ///< Canonical.
};
/// Of an access or portability request that was answered.
struct AnswerDsr {
  EntryId dsr;
  Hash answer{};  ///< SHA-256 of what the person is given.
  std::int64_t fields = 0;
  std::vector<DecisionExplained> explained;
  std::int64_t end = 0;  ///< Size of the ledger that it tells of.
  std::string tenant;
};
struct PlaceHold {
  HoldScope scope = HoldScope::tenant;
  std::optional<SubjectId> subject;
  std::optional<TicketId> ticket;
  std::optional<Timestamp> from, to;
  std::string matter;  ///< A code.
  PrincipalId requested_by;
  Timestamp review_at;
};
struct ReviewHold {
  EntryId hold;
  Timestamp review_at;
};
struct ReleaseHold {
  EntryId hold;
  std::optional<std::string> reason;
};
/// REQUIRES: no hold keeps something of this month.
struct DestroyBucket {
  std::string retention, month;
  Timestamp due_at;
};

/// Errors of all: forbidden for anybody but an admin; not_found; conflict, saying what to do.
Result<Events> receive_dsr(State&, const ReceiveDsr&, const DecisionContext&);
Result<Events> verify_identity(State&, const VerifyIdentity&, const DecisionContext&);
/// A grant of an erasure that a hold forbids is erasure.deferred, with restriction; such a one can be
/// refused later, with a ground.
Result<Events> assess_dsr(State&, const AssessDsr&, const DecisionContext&);
Result<Events> extend_dsr(State&, const ExtendDsr&, const DecisionContext&);
/// subject.erased and the end of the subject's other requests; or erasure.deferred where a hold was
/// placed meanwhile.
Result<Events> erase_subject(State&, const EraseSubject&, const DecisionContext&);
Result<Events> certify_erasure(State&, const CertifyErasure&, const DecisionContext&);
Result<Events> notify_recipient(State&, const NotifyRecipient&, const DecisionContext&);
Result<Events> propagate_erasure(State&, const PropagateErasure&, const DecisionContext&);
Result<Events> restrict_processing(State&, const RestrictProcessing&, const DecisionContext&);
Result<Events> release_processing(State&, const ReleaseProcessing&, const DecisionContext&);
Result<Events> correct_value(State&, const CorrectValue&, const DecisionContext&);
Result<Events> answer_dsr(State&, const AnswerDsr&, const DecisionContext&);
Result<Events> place_hold(State&, const PlaceHold&, const DecisionContext&);
Result<Events> review_hold(State&, const ReviewHold&, const DecisionContext&);
Result<Events> release_hold(State&, const ReleaseHold&, const DecisionContext&);
Result<Events> destroy_bucket(State&, const DestroyBucket&, const DecisionContext&);

/// Whether a hold keeps what `trace` found of `subject`, see holds_on().
bool keeps(const HoldState& hold, const SubjectId& subject, const SubjectTrace& trace);
/// The holds in force that forbid to destroy what `trace` found of `subject`. A hold over a range
/// of time counts when the range meets the time from the person's first value to the last.
std::vector<HoldState> holds_on(State& state, const SubjectId& subject, const SubjectTrace& trace);
/// Those that may keep something recorded from `from` to `before`, by their time alone.
std::vector<HoldState> holds_between(State& state, Timestamp from, Timestamp before);

/// The same day and time `months` later, or the last day of that month.
Timestamp months_later(Timestamp time, int months);

}  // namespace recourse
