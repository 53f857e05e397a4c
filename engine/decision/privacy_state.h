#pragma once

#include "engine/base/id.h"
#include "engine/base/time.h"
#include "engine/base/vocabulary.h"
#include "engine/event/text.h"

namespace recourse {

/// How far the request of a data subject is.
BOOST_DEFINE_ENUM_CLASS(DsrStatus, received, verified, assessed, deferred, erased, certified,
                        completed)

/// The request of a data subject.
struct DsrState {
  EntryId dsr;
  DsrKind kind = DsrKind::access;
  DsrStatus status = DsrStatus::received;
  std::optional<SubjectId> subject;
  Timestamp received_at, due_at;
  Clear channel;
  bool identity_verified = false;
  bool extended = false;
  std::optional<DsrVerdict> verdict;
  std::optional<Clear> ground;
  std::vector<EntryId> holds;               ///< That stood in the way when it was looked at last.
  std::optional<std::int64_t> erased_at;    ///< Position of subject.erased.
  std::optional<std::int64_t> epoch;        ///< Retired after the erasure.
  std::optional<Hash> certificate;          ///< SHA-256 of it.
  std::vector<Clear> recipients, notified;  ///< Who got the data, and who of these was told.
  std::vector<Clear> propagated;            ///< Other stores that said what they did.
  std::optional<Clear> outcome;
  bool operator==(const DsrState&) const = default;
};
BOOST_DESCRIBE_STRUCT(DsrState, (),
                      (dsr, kind, status, subject, received_at, due_at, channel, identity_verified,
                       extended, verdict, ground, holds, erased_at, epoch, certificate, recipients,
                       notified, propagated, outcome))

/// An order that something be kept.
struct HoldState {
  EntryId hold;
  HoldScope scope = HoldScope::tenant;
  std::optional<SubjectId> subject;
  std::optional<TicketId> ticket;
  std::optional<Timestamp> from, to;
  Clear matter;
  PrincipalId requested_by, authorised_by;
  Timestamp placed_at, review_at;
  bool released = false;
  bool operator==(const HoldState&) const = default;
};
BOOST_DESCRIBE_STRUCT(HoldState, (),
                      (hold, scope, subject, ticket, from, to, matter, requested_by, authorised_by,
                       placed_at, review_at, released))

/// What is known of a data subject besides tickets.
struct SubjectState {
  bool restricted = false;             ///< Kept, and not used.
  std::optional<Timestamp> erased_at;  ///< The keys are gone.
  std::vector<Clear> recipients;       ///< Who was shown values of this person.
  bool operator==(const SubjectState&) const = default;
};
BOOST_DESCRIBE_STRUCT(SubjectState, (), (restricted, erased_at, recipients))

/// What is open in one tenant.
struct PrivacyState {
  std::vector<EntryId> holds;        ///< In force.
  std::vector<EntryId> deferred;     ///< Erasures that wait for holds to be released.
  std::vector<EntryId> uncertified;  ///< Erased, and the key epoch of then is not retired yet.
  std::vector<Clear> recipients;     ///< Who was given what may hold values of anybody.
  bool operator==(const PrivacyState&) const = default;
};
BOOST_DESCRIBE_STRUCT(PrivacyState, (), (holds, deferred, uncertified, recipients))

}  // namespace recourse
