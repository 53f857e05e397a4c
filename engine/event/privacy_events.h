#pragma once

#include "engine/base/id.h"
#include "engine/base/vocabulary.h"
#include "engine/event/text.h"

namespace recourse {

/// Requests of data subjects, erasure, retention and legal holds. People stand here as subjects
/// (sub_), whose link to a name is destroyed with them.

struct DsrReceived {
  static constexpr std::string_view kType = "recourse.dsr.received.v1";
  EntryId dsr;
  DsrKind kind = DsrKind::access;
  std::optional<SubjectId> subject;  ///< Absent while nobody knows who asks.
  Timestamp due_at;
  Clear channel;
  std::optional<Sealed> request;
};
BOOST_DESCRIBE_STRUCT(DsrReceived, (), (dsr, kind, subject, due_at, channel, request))

struct DsrIdentityVerified {
  static constexpr std::string_view kType = "recourse.dsr.identity_verified.v1";
  EntryId dsr;
  SubjectId subject;
  Clear method;
};
BOOST_DESCRIBE_STRUCT(DsrIdentityVerified, (), (dsr, subject, method))

struct DsrAssessed {
  static constexpr std::string_view kType = "recourse.dsr.assessed.v1";
  EntryId dsr;
  DsrVerdict verdict = DsrVerdict::grant;
  std::optional<Clear> ground;  ///< Of a refusal, such as gdpr-17-3-e.
  std::vector<EntryId> holds;   ///< That stand in the way.
  std::optional<Sealed> reason;
};
BOOST_DESCRIBE_STRUCT(DsrAssessed, (), (dsr, verdict, ground, holds, reason))

/// More time, with the reason that the person is told.
struct DsrExtended {
  static constexpr std::string_view kType = "recourse.dsr.extended.v1";
  EntryId dsr;
  Timestamp due_at;
  std::optional<Sealed> reason;
};
BOOST_DESCRIBE_STRUCT(DsrExtended, (), (dsr, due_at, reason))

struct DsrCompleted {
  static constexpr std::string_view kType = "recourse.dsr.completed.v1";
  EntryId dsr;
  Clear outcome;               ///< A code: done, refused, withdrawn
  std::optional<Hash> answer;  ///< SHA-256 of what the person was given.
};
BOOST_DESCRIBE_STRUCT(DsrCompleted, (), (dsr, outcome, answer))

/// An erasure waits until holds are released; until then the person's data is only kept.
struct ErasureDeferred {
  static constexpr std::string_view kType = "recourse.erasure.deferred.v1";
  EntryId dsr;
  SubjectId subject;
  std::vector<EntryId> holds;
};
BOOST_DESCRIBE_STRUCT(ErasureDeferred, (), (dsr, subject, holds))

/// The keys of a person are gone, and so is the row that said who it was.
struct SubjectErased {
  static constexpr std::string_view kType = "recourse.subject.erased.v1";
  std::optional<EntryId> dsr;
  SubjectId subject;
  std::int64_t fields = 0;  ///< Sealed values that nobody can open any more.
  Hash root{};              ///< Merkle root over the list of (position, path) of these.
  std::int64_t vault_rows = 0, directory_rows = 0, blobs = 0;
};
BOOST_DESCRIBE_STRUCT(SubjectErased, (),
                      (dsr, subject, fields, root, vault_rows, directory_rows, blobs))

/// In the meta ledger: all keys that are left are wrapped by the key of the next epoch, and the one
/// of `epoch` is destroyed. What was deleted before cannot be read in any copy.
struct KekEpochRetired {
  static constexpr std::string_view kType = "recourse.kek.epoch_retired.v1";
  std::int64_t epoch = 0, rewrapped = 0;
  Clear method;  ///< file, or the device
  Assurance assurance = Assurance::best_effort;
  std::optional<std::int64_t> backup;  ///< The one that was made under the new key before.
};
BOOST_DESCRIBE_STRUCT(KekEpochRetired, (), (epoch, rewrapped, method, assurance, backup))

struct ErasureCertified {
  static constexpr std::string_view kType = "recourse.erasure.certified.v1";
  EntryId dsr;
  SubjectId subject;
  std::int64_t epoch = 0;  ///< Retired after the erasure.
  Assurance assurance = Assurance::best_effort;
  Hash certificate{};  ///< SHA-256 of the signed certificate.
};
BOOST_DESCRIBE_STRUCT(ErasureCertified, (), (dsr, subject, epoch, assurance, certificate))

/// GDPR Article 19: one who got the data was told.
struct RecipientsNotified {
  static constexpr std::string_view kType = "recourse.recipients.notified.v1";
  EntryId dsr;
  Clear recipient;
  Clear outcome;  ///< acknowledged, sent, failed, impossible
};
BOOST_DESCRIBE_STRUCT(RecipientsNotified, (), (dsr, recipient, outcome))

/// Another store that had copies says what it did.
struct ErasurePropagated {
  static constexpr std::string_view kType = "recourse.erasure.propagated.v1";
  EntryId dsr;
  Clear store;
  Clear outcome;  ///< acknowledged, sent, failed, not_applicable
};
BOOST_DESCRIBE_STRUCT(ErasurePropagated, (), (dsr, store, outcome))

/// A sealed value was wrong; the right one stands here, the old one where it was.
struct ValueCorrected {
  static constexpr std::string_view kType = "recourse.value.corrected.v1";
  SubjectId subject;
  std::int64_t position = 0;
  Clear path;
  Sealed value;
  std::optional<EntryId> dsr;
};
BOOST_DESCRIBE_STRUCT(ValueCorrected, (), (subject, position, path, value, dsr))

/// GDPR Article 18: kept, and not used.
struct ProcessingRestricted {
  static constexpr std::string_view kType = "recourse.processing.restricted.v1";
  SubjectId subject;
  std::optional<EntryId> dsr;
};
BOOST_DESCRIBE_STRUCT(ProcessingRestricted, (), (subject, dsr))

struct ProcessingReleased {
  static constexpr std::string_view kType = "recourse.processing.released.v1";
  SubjectId subject;
  std::optional<EntryId> dsr;
};
BOOST_DESCRIBE_STRUCT(ProcessingReleased, (), (subject, dsr))

/// Nothing within the scope may be destroyed.
struct HoldPlaced {
  static constexpr std::string_view kType = "recourse.hold.placed.v1";
  EntryId hold;
  HoldScope scope = HoldScope::tenant;
  std::optional<SubjectId> subject;
  std::optional<TicketId> ticket;
  std::optional<Timestamp> from, to;  ///< Of what was recorded.
  Clear matter;
  PrincipalId requested_by;  ///< Another one than who authorises it, its actor.
  Timestamp review_at;
};
BOOST_DESCRIBE_STRUCT(HoldPlaced, (),
                      (hold, scope, subject, ticket, from, to, matter, requested_by, review_at))

struct HoldReviewed {
  static constexpr std::string_view kType = "recourse.hold.reviewed.v1";
  EntryId hold;
  Timestamp review_at;
};
BOOST_DESCRIBE_STRUCT(HoldReviewed, (), (hold, review_at))

struct HoldReleased {
  static constexpr std::string_view kType = "recourse.hold.released.v1";
  EntryId hold;
  std::optional<Sealed> reason;
};
BOOST_DESCRIBE_STRUCT(HoldReleased, (), (hold, reason))

/// The key of a month's values of one retention class is gone, since their time is over.
struct BucketDestroyed {
  static constexpr std::string_view kType = "recourse.bucket.destroyed.v1";
  Clear retention;  ///< The class, such as pii-24m
  Clear month;      ///< Such as 2026-01
  Timestamp due_at;
};
BOOST_DESCRIBE_STRUCT(BucketDestroyed, (), (retention, month, due_at))

/// Sealed values were shown to somebody outside.
struct DisclosureMade {
  static constexpr std::string_view kType = "recourse.disclosure.made.v1";
  Clear recipient;
  Clear purpose;
  std::int64_t fields = 0;
  std::optional<SubjectId> subject;
  std::optional<EntryId> dsr;
};
BOOST_DESCRIBE_STRUCT(DisclosureMade, (), (recipient, purpose, fields, subject, dsr))

}  // namespace recourse
