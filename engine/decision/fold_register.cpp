#include <algorithm>

#include "engine/decision/fold.h"

namespace recourse {
namespace {

class RegisterFold {
 public:
  RegisterFold(State& state, const RecordedEvent& event) : state_(state), event_(event) {}

  template <class Other>
  void operator()(const Other&) {}

  void operator()(const AccessRequested& e) {
    EntryState& row = made(e.request, EntryKind::access_request);
    row.about = e.principal;
    row.role = e.role;
    row.scope = e.scope;
    row.reference = e.reference;
  }
  void operator()(const AccessGranted& e) {
    if (e.request) {
      EntryState& request = changed(*e.request, EntryStatus::granted);
      request.approved_by = e.approved_by;
    }
    EntryState& row = made(e.grant, EntryKind::access_grant, EntryStatus::active);
    row.about = e.principal;
    row.role = e.role;
    row.scope = e.scope;
    row.reference = e.reference;
    row.of = e.request;
    row.approved_by = e.approved_by;
    row.due_at = e.expires_at;
  }
  void operator()(const AccessTerminated& e) {
    EntryState& row = made(e.notice, EntryKind::access_notice);
    row.about = e.principal;
    row.due_at = e.effective_at;
    row.reference = e.reference;
  }
  void operator()(const AccessRemoved& e) {
    if (e.grant) changed(*e.grant, EntryStatus::removed);
    if (e.notice) changed(*e.notice, EntryStatus::done);
  }
  void operator()(const AccessReviewOpened& e) {
    EntryState& row = made(e.review, EntryKind::access_review);
    row.what = e.cycle;
    row.due_at = e.due_at;
    row.accounts = e.accounts;
  }
  void operator()(const AccessReviewed& e) {
    EntryState& row = changed(e.review, EntryStatus::open);
    std::erase(row.accounts, e.principal);
    ++(e.keep ? row.kept : row.removed);
  }
  void operator()(const AccessReviewClosed& e) { changed(e.review, EntryStatus::closed); }
  void operator()(const ChangeRequested& e) {
    EntryState& row = made(e.change, EntryKind::change);
    row.change = e.kind;
    row.what = e.what;
    row.digest = e.digest;
    row.emergency = e.emergency;
    row.test = e.test;
  }
  void operator()(const ChangeApproved& e) {
    EntryState& row = state_.entries.change(e.change);
    if (row.status == EntryStatus::open) row.status = EntryStatus::approved;
    row.approved_by = event_.actor.id;
    row.changed_at = event_.time;
  }
  void operator()(const ChangeActivated& e) { changed(e.change, EntryStatus::active); }
  void operator()(const ChangeReviewed& e) {
    EntryState& row = state_.entries.change(e.change);
    row.reviewed = true;
    row.changed_at = event_.time;
  }
  void operator()(const AlertRaised& e) {
    EntryState& row = made(e.alert, EntryKind::alert);
    row.what = e.rule;
    row.scope = e.about;
    row.severity = e.severity;
    row.due_at = e.triage_due_at;
  }
  void operator()(const AlertTriaged& e) {
    EntryState& row = changed(e.alert, EntryStatus::triaged);
    row.about = e.owner;
    row.incident = e.incident;
  }
  void operator()(const AlertClosed& e) { changed(e.alert, EntryStatus::closed); }
  void operator()(const IncidentProgressed& e) {
    state_.incidents.change(e.incident).stage = e.stage;
  }
  void operator()(const IncidentFollowUpAdded& e) {
    EntryState& row = made(e.item, EntryKind::incident_item);
    row.incident = e.incident;
    row.about = e.owner;
    row.due_at = e.due_at;
  }
  void operator()(const IncidentFollowUpDone& e) { changed(e.item, EntryStatus::done); }
  void operator()(const MandateGranted& e) {
    EntryState& row = made(e.mandate, EntryKind::mandate, EntryStatus::active);
    row.about = e.agent;
    row.due_at = e.expires_at;
  }
  void operator()(const MandateRevoked& e) { changed(e.mandate, EntryStatus::revoked); }

 private:
  EntryState& made(const EntryId& id, EntryKind kind, EntryStatus status = EntryStatus::open) {
    EntryState& row = state_.entries.change(id);
    row.entry = id;
    row.kind = kind;
    row.status = status;
    row.by = event_.actor.id;
    row.at = row.changed_at = event_.time;
    return row;
  }
  EntryState& changed(const EntryId& id, EntryStatus status) {
    EntryState& row = state_.entries.change(id);
    row.status = status;
    row.changed_at = event_.time;
    return row;
  }

  State& state_;
  const RecordedEvent& event_;
};

}  // namespace

void fold_register(State& state, const RecordedEvent& event) {
  visit(RegisterFold(state, event), event.data);
}

}  // namespace recourse
