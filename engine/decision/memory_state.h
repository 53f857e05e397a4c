#pragma once

#include <string>
#include <unordered_map>

#include "engine/decision/state.h"

namespace recourse {

/// A table of rows that lives in memory only.
template <class IdType, class Row>
class MemoryTable final : public StateTable<IdType, Row> {
 public:
  const Row* find(const IdType& id) override {
    const auto found = rows_.find(id);
    return found != rows_.end() ? &found->second : nullptr;
  }
  Row& change(const IdType& id) override { return rows_[id]; }
  void erase(const IdType& id) override { rows_.erase(id); }

 private:
  std::unordered_map<IdType, Row> rows_;
};

/// The state that decisions read, for who folds events without keeping rows. Stays where it is.
/// Threads: one.
class MemoryState {
 public:
  MemoryState() = default;
  MemoryState(const MemoryState&) = delete;
  MemoryState& operator=(const MemoryState&) = delete;

  State& state() { return state_; }

 private:
  MemoryTable<TicketId, TicketState> tickets_;
  MemoryTable<ActionId, ActionState> actions_;
  MemoryTable<ApprovalId, ApprovalState> approvals_;
  MemoryTable<ResolutionId, ResolutionState> resolutions_;
  MemoryTable<std::string, StreamState> streams_;
  MemoryTable<std::int64_t, TicketId> ticket_numbers_;
  MemoryTable<TenantId, TenantState> tenant_;
  MemoryTable<std::string, WindowState> windows_;
  MemoryTable<RollbackId, RollbackState> rollbacks_;
  MemoryTable<std::string, StepState> steps_;
  MemoryTable<IncidentId, IncidentState> incidents_;
  MemoryTable<RunId, RunState> runs_;
  MemoryTable<std::string, BreakerState> breakers_;
  MemoryTable<std::string, RolloutState> rollouts_;
  MemoryTable<std::string, AssignmentState> assignments_;
  MemoryTable<std::string, PolicyState> policies_;
  MemoryTable<std::string, TimerState> timers_, due_;
  MemoryTable<FollowUpId, FollowUpState> followups_;
  MemoryTable<FeedbackId, FeedbackState> feedback_;
  MemoryTable<TicketId, SlaState> slas_;
  MemoryTable<std::string, ConnectorState> connectors_;
  MemoryTable<std::string, ExperimentState> experiments_;
  MemoryTable<std::string, ParticipantState> participants_;
  State state_{tickets_,   actions_,  approvals_,   resolutions_, streams_,     ticket_numbers_,
               tenant_,    windows_,  rollbacks_,   steps_,       incidents_,   runs_,
               breakers_,  rollouts_, assignments_, policies_,    timers_,      due_,
               followups_, feedback_, slas_,        connectors_,  experiments_, participants_};
};

}  // namespace recourse
