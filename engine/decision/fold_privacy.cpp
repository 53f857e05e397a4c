#include <algorithm>

#include "engine/decision/fold.h"

namespace recourse {
namespace {

/// None is ever dropped: who got the data has to be told.
void add_recipient(std::vector<Clear>& recipients, const Clear& one) {
  if (std::find(recipients.begin(), recipients.end(), one) != recipients.end()) return;
  recipients.push_back(one);
}

class PrivacyFold {
 public:
  PrivacyFold(State& state, const RecordedEvent& event) : state_(state), event_(event) {}

  template <class Other>
  void operator()(const Other&) {}

  void operator()(const DsrReceived& e) {
    DsrState& row = state_.dsrs.change(e.dsr);
    row.dsr = e.dsr;
    row.kind = e.kind;
    row.subject = e.subject;
    row.received_at = event_.time;
    row.due_at = e.due_at;
    row.channel = e.channel;
  }
  void operator()(const DsrIdentityVerified& e) {
    DsrState& row = state_.dsrs.change(e.dsr);
    row.status = DsrStatus::verified;
    row.subject = e.subject;
    row.identity_verified = true;
  }
  void operator()(const DsrAssessed& e) {
    DsrState& row = state_.dsrs.change(e.dsr);
    row.status = DsrStatus::assessed;
    row.verdict = e.verdict;
    row.ground = e.ground;
    row.holds = e.holds;
  }
  void operator()(const DsrExtended& e) {
    DsrState& row = state_.dsrs.change(e.dsr);
    row.due_at = e.due_at;
    row.extended = true;
  }
  void operator()(const DsrCompleted& e) {
    DsrState& row = state_.dsrs.change(e.dsr);
    row.status = DsrStatus::completed;
    row.outcome = e.outcome;
    PrivacyState& open = state_.privacy.change(TenantId());
    std::erase(open.deferred, e.dsr);
    std::erase(open.uncertified, e.dsr);
  }
  void operator()(const ErasureDeferred& e) {
    DsrState& row = state_.dsrs.change(e.dsr);
    row.status = DsrStatus::deferred;
    row.holds = e.holds;
    std::vector<EntryId>& deferred = state_.privacy.change(TenantId()).deferred;
    if (std::find(deferred.begin(), deferred.end(), e.dsr) == deferred.end())
      deferred.push_back(e.dsr);
  }
  void operator()(const SubjectErased& e) {
    state_.subjects.change(e.subject).erased_at = event_.time;
    if (!e.dsr) return;
    PrivacyState& open = state_.privacy.change(TenantId());
    std::erase(open.deferred, *e.dsr);
    open.uncertified.push_back(*e.dsr);
    DsrState& row = state_.dsrs.change(*e.dsr);
    row.status = DsrStatus::erased;
    row.erased_at = static_cast<std::int64_t>(event_.position.value());
    row.holds.clear();
    list_recipients(*e.dsr, e.subject);
  }
  void operator()(const ErasureCertified& e) {
    DsrState& row = state_.dsrs.change(e.dsr);
    row.status = DsrStatus::certified;
    row.epoch = e.epoch;
    row.certificate = e.certificate;
    std::erase(state_.privacy.change(TenantId()).uncertified, e.dsr);
  }
  void operator()(const RecipientsNotified& e) {
    if (e.outcome.text != "failed") add_recipient(state_.dsrs.change(e.dsr).notified, e.recipient);
  }
  void operator()(const ErasurePropagated& e) {
    add_recipient(state_.dsrs.change(e.dsr).propagated, e.store);
  }
  void operator()(const ProcessingRestricted& e) {
    state_.subjects.change(e.subject).restricted = true;
    if (e.dsr) list_recipients(*e.dsr, e.subject);
  }
  void operator()(const ValueCorrected& e) {
    if (e.dsr) list_recipients(*e.dsr, e.subject);
  }
  void operator()(const ProcessingReleased& e) {
    state_.subjects.change(e.subject).restricted = false;
  }
  void operator()(const DisclosureMade& e) {
    // What the person was given is nobody else's to forget.
    if (e.recipient.text == "subject") return;
    if (e.subject)
      add_recipient(state_.subjects.change(*e.subject).recipients, e.recipient);
    else
      add_recipient(state_.privacy.change(TenantId()).recipients, e.recipient);
  }
  void operator()(const EffectDispatched& e) {
    // What is run here, or by an executor of the tenant's own, stays in the house.
    const std::string& name = e.connector.text;
    if (e.provenance.imported || name == "internal" || name == "client") return;
    const TicketState* const ticket = state_.tickets.find(e.ticket);
    if (ticket == nullptr || ticket->requester.value().empty()) return;
    const SubjectId requester = ticket->requester;
    const Clear provider("connector/" + name);
    const SubjectState* const known = state_.subjects.find(requester);
    if (known != nullptr && std::find(known->recipients.begin(), known->recipients.end(),
                                      provider) != known->recipients.end())
      return;
    add_recipient(state_.subjects.change(requester).recipients, provider);
  }
  void operator()(const HoldPlaced& e) {
    state_.holds.change(e.hold) = {e.hold,          e.scope,     e.subject,   e.ticket,
                                   e.from,          e.to,        e.matter,    e.requested_by,
                                   event_.actor.id, event_.time, e.review_at, false};
    state_.privacy.change(TenantId()).holds.push_back(e.hold);
  }
  void operator()(const HoldReviewed& e) { state_.holds.change(e.hold).review_at = e.review_at; }
  void operator()(const HoldReleased& e) {
    state_.holds.change(e.hold).released = true;
    std::erase(state_.privacy.change(TenantId()).holds, e.hold);
  }

 private:
  /// Who has to be told of what was done: who got values of this person, or of anybody.
  void list_recipients(const EntryId& dsr, const SubjectId& subject) {
    std::vector<Clear> all;
    if (const SubjectState* const own = state_.subjects.find(subject)) all = own->recipients;
    if (const PrivacyState* const open = state_.privacy.find(TenantId()))
      all.insert(all.end(), open->recipients.begin(), open->recipients.end());
    DsrState& row = state_.dsrs.change(dsr);
    for (const Clear& one : all) add_recipient(row.recipients, one);
  }

  State& state_;
  const RecordedEvent& event_;
};

}  // namespace

void fold_privacy(State& state, const RecordedEvent& event) {
  visit(PrivacyFold(state, event), event.data);
}

}  // namespace recourse
