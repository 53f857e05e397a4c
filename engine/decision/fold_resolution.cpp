#include <algorithm>

#include "engine/decision/fold.h"

namespace recourse {
namespace {

class ResolutionFold {
 public:
  ResolutionFold(State& state, Timestamp now) : state_(state), now_(now) {}

  template <class Other>
  void operator()(const Other&) {}

  void operator()(const ResolutionAsserted& asserted) {
    ResolutionState& resolution = row(asserted);
    resolution.action = asserted.action;
    resolution.asserted_at = now_;
  }
  void operator()(const ResolutionAssumed& e) { row(e).assumed = true; }
  void operator()(const ResolutionConfirmed& e) { row(e).confirmed = true; }
  void operator()(const ResolutionContradicted& e) { row(e).confirmed = false; }
  void operator()(const ResolutionVoided& e) { row(e).voided = true; }

  void operator()(const FeedbackSubmitted& e) {
    FeedbackState& feedback = state_.feedback.change(e.feedback);
    feedback.feedback = e.feedback;
    feedback.ticket = e.ticket;
    feedback.resolution = e.resolution;
  }
  void operator()(const FeedbackRetracted& e) {
    state_.feedback.change(e.feedback).retracted = true;
  }

  void operator()(const FollowUpScheduled& e) {
    FollowUpState& followup = this->followup(e, FollowUpStatus::scheduled);
    followup.resolution = e.resolution;
    followup.planned_at = followup.due_at = e.due_at;
    followup.channel = e.channel;
  }
  void operator()(const FollowUpPostponed& e) {
    followup(e, FollowUpStatus::scheduled).due_at = e.due_at;
  }
  void operator()(const FollowUpSent& e) {
    followup(e, FollowUpStatus::sent).channel = e.channel;
    if (e.resolution) state_.resolutions.change(*e.resolution).asked = e.followup;
  }
  void operator()(const FollowUpSkipped& e) { followup(e, FollowUpStatus::skipped); }
  void operator()(const FollowUpAnswered& e) { followup(e, FollowUpStatus::answered); }
  void operator()(const FollowUpCancelled& e) { followup(e, FollowUpStatus::cancelled); }
  void operator()(const FollowUpMissed& e) { followup(e, FollowUpStatus::missed); }

 private:
  template <class Event>
  FollowUpState& followup(const Event& event, FollowUpStatus status) {
    FollowUpState& followup = state_.followups.change(event.followup);
    followup.followup = event.followup;
    followup.ticket = event.ticket;
    followup.status = status;
    return followup;
  }

  template <class Event>
  ResolutionState& row(const Event& event) {
    ResolutionState& resolution = state_.resolutions.change(event.resolution);
    resolution.resolution = event.resolution;
    resolution.ticket = event.ticket;
    return resolution;
  }

  State& state_;
  const Timestamp now_;
};

class TenantFold {
 public:
  explicit TenantFold(State& state) : state_(state) {}

  template <class Other>
  void operator()(const Other&) {}

  void operator()(const TicketOpened& opened) {
    TenantState& tenant = row();
    tenant.next_ticket_number = std::max(tenant.next_ticket_number, opened.number + 1);
  }
  void operator()(const KillswitchEngaged& engaged) {
    std::vector<Clear>& scopes = row().killed_scopes;
    std::erase(scopes, engaged.scope);
    scopes.push_back(engaged.scope);
  }
  void operator()(const KillswitchReleased& released) {
    std::erase(row().killed_scopes, released.scope);
  }

 private:
  TenantState& row() { return state_.tenant.change(TenantId()); }

  State& state_;
};

}  // namespace

void fold_resolution(State& state, const RecordedEvent& event) {
  visit(ResolutionFold(state, event.time), event.data);
}

void fold_tenant(State& state, const RecordedEvent& event) { visit(TenantFold(state), event.data); }

}  // namespace recourse
