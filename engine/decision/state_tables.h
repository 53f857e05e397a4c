#pragma once

#include "engine/decision/state.h"

namespace recourse {

/// The tables that stand behind a State: all of one kind, Table<Id, Row>, which can be made of
/// nothing. Stays where it is, since `state` refers to them.
template <template <class, class> class Table>
struct StateTables {
  StateTables() = default;
  StateTables(const StateTables&) = delete;
  StateTables& operator=(const StateTables&) = delete;

  Table<TicketId, TicketState> tickets;
  Table<ActionId, ActionState> actions;
  Table<ApprovalId, ApprovalState> approvals;
  Table<ResolutionId, ResolutionState> resolutions;
  Table<std::string, StreamState> streams;
  Table<std::int64_t, TicketId> ticket_numbers;
  Table<TenantId, TenantState> tenant;
  Table<std::string, WindowState> windows;
  Table<RollbackId, RollbackState> rollbacks;
  Table<std::string, StepState> steps;
  Table<IncidentId, IncidentState> incidents;
  Table<RunId, RunState> runs;
  Table<std::string, BreakerState> breakers;
  Table<std::string, RolloutState> rollouts;
  Table<std::string, AssignmentState> assignments;
  Table<std::string, PolicyState> policies;
  Table<std::string, TimerState> timers, due;
  Table<FollowUpId, FollowUpState> followups;
  Table<FeedbackId, FeedbackState> feedback;
  Table<TicketId, SlaState> slas;
  Table<std::string, ConnectorState> connectors;
  Table<std::string, ExperimentState> experiments;
  Table<std::string, ParticipantState> participants;
  Table<std::string, HeldState> held;
  Table<EntryId, EntryState> entries;
  Table<EntryId, DsrState> dsrs;
  Table<EntryId, HoldState> holds;
  Table<SubjectId, SubjectState> subjects;
  Table<TenantId, PrivacyState> privacy;
  State state{tickets,   actions,  approvals,   resolutions, streams,     ticket_numbers,
              tenant,    windows,  rollbacks,   steps,       incidents,   runs,
              breakers,  rollouts, assignments, policies,    timers,      due,
              followups, feedback, slas,        connectors,  experiments, participants,
              held,      dsrs,     holds,       subjects,    privacy,     entries};
};

/// Calls visit(prefix, table of `a`, table of `b`) for every table; each of the two is a State or
/// StateTables. The prefix is that of its rows' keys in decision_state.
template <class A, class B, class Visit>
void for_each_table(A& a, B& b, const Visit& visit) {
  visit("ticket/", a.tickets, b.tickets);
  visit("action/", a.actions, b.actions);
  visit("approval/", a.approvals, b.approvals);
  visit("resolution/", a.resolutions, b.resolutions);
  visit("stream/", a.streams, b.streams);
  visit("number/", a.ticket_numbers, b.ticket_numbers);
  visit("tenant/", a.tenant, b.tenant);
  visit("window/", a.windows, b.windows);
  visit("rollback/", a.rollbacks, b.rollbacks);
  visit("step/", a.steps, b.steps);
  visit("incident/", a.incidents, b.incidents);
  visit("run/", a.runs, b.runs);
  visit("breaker/", a.breakers, b.breakers);
  visit("rollout/", a.rollouts, b.rollouts);
  visit("assignment/", a.assignments, b.assignments);
  visit("policy/", a.policies, b.policies);
  visit("timer/", a.timers, b.timers);
  visit("due/", a.due, b.due);
  visit("followup/", a.followups, b.followups);
  visit("feedback/", a.feedback, b.feedback);
  visit("sla/", a.slas, b.slas);
  visit("connector/", a.connectors, b.connectors);
  visit("experiment/", a.experiments, b.experiments);
  visit("participant/", a.participants, b.participants);
  visit("held/", a.held, b.held);
  visit("dsr/", a.dsrs, b.dsrs);
  visit("hold/", a.holds, b.holds);
  visit("subject/", a.subjects, b.subjects);
  visit("privacy/", a.privacy, b.privacy);
  visit("entry/", a.entries, b.entries);
}

}  // namespace recourse
