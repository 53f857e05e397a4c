#include "engine/decision/fold.h"

namespace recourse {
namespace {

void count(State& state, const RecordedEvent& event) {
  const std::int64_t next = event.stream_version + 1;
  const std::string& stream = event.stream;
  if (stream.empty()) return;
  if (stream.starts_with("tkt_")) {
    TicketState& ticket = state.tickets.change(TicketId(stream));
    ticket.ticket = TicketId(stream);
    ticket.next_version = next;
    ticket.last_position = static_cast<std::int64_t>(event.position.value());
    if (!holds_alternative<TicketAutomationChanged>(event.data))
      ticket.changed_version = event.stream_version;
  } else if (stream.starts_with("act_")) {
    state.actions.change(ActionId(stream)).next_version = next;
  } else if (stream.starts_with("apr_")) {
    state.approvals.change(ApprovalId(stream)).next_version = next;
  } else if (stream.starts_with("res_")) {
    state.resolutions.change(ResolutionId(stream)).next_version = next;
  } else if (stream.starts_with("rbk_")) {
    state.rollbacks.change(RollbackId(stream)).next_version = next;
  } else if (stream.starts_with("inc_")) {
    state.incidents.change(IncidentId(stream)).next_version = next;
  } else if (stream.starts_with("fup_")) {
    state.followups.change(FollowUpId(stream)).next_version = next;
  } else if (stream.starts_with("fbk_")) {
    state.feedback.change(FeedbackId(stream)).next_version = next;
  } else if (stream.starts_with("run_")) {
    state.runs.change(RunId(stream)).next_version = next;
  } else {
    state.streams.change(stream).next_version = next;
  }
}

}  // namespace

void evolve(State& state, const RecordedEvent& event) {
  count(state, event);
  fold_windows(state, event);
  fold_ticket(state, event);
  fold_action(state, event);
  fold_approval(state, event);
  fold_resolution(state, event);
  fold_rollback(state, event);
  fold_tenant(state, event);
  fold_control(state, event.data, event.time);
  fold_policies(state, event);
  fold_connector(state, event);
  fold_privacy(state, event);
  fold_register(state, event);
  fold_clocks(state, event);
  fold_timers(state, event);
}

}  // namespace recourse
