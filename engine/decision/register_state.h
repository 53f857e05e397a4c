#pragma once

#include <boost/describe.hpp>
#include <vector>

#include "engine/event/governance_events.h"

namespace recourse {

/// What an entry of a register is.
BOOST_DEFINE_ENUM_CLASS(EntryKind, access_request, access_grant, access_notice, access_review,
                        change, alert, mandate, incident_item)
BOOST_DEFINE_ENUM_CLASS(EntryStatus, open, approved, active, granted, triaged, closed, removed,
                        revoked, done)

/// One entry of the registers of access, changes, alerts, mandates and follow-up work, as decisions
/// and lists need it. Texts that people wrote are sealed in the events and not here.
struct EntryState {
  EntryId entry;
  EntryKind kind = EntryKind::access_request;
  EntryStatus status = EntryStatus::open;
  PrincipalId by;  ///< Who made it.
  Timestamp at, changed_at;
  std::optional<PrincipalId> about;  ///< Who gets the access, leaves, acts or is to do it.
  std::optional<PrincipalId> approved_by;
  std::optional<Role> role;
  std::optional<Clear> what;   ///< What a change puts into force, the rule of an alert, the cycle.
  std::optional<Clear> scope;  ///< What the access is limited to, or the alert is about.
  std::optional<Clear> reference, test;
  std::optional<ChangeKind> change;
  std::optional<Hash> digest;
  bool emergency = false, reviewed = false;
  std::optional<Severity> severity;
  std::optional<Timestamp> due_at;  ///< Of triage, a review, the work; when a mandate ends.
  std::optional<EntryId> of;        ///< The request of a grant.
  std::optional<IncidentId> incident;
  std::vector<PrincipalId> accounts;  ///< Of a review: not looked at yet.
  std::int64_t kept = 0, removed = 0;
  bool operator==(const EntryState&) const = default;
};
BOOST_DESCRIBE_STRUCT(EntryState, (),
                      (entry, kind, status, by, at, changed_at, about, approved_by, role, what,
                       scope, reference, test, change, digest, emergency, reviewed, severity,
                       due_at, of, incident, accounts, kept, removed))

}  // namespace recourse
