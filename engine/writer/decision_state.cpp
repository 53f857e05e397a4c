#include "engine/writer/decision_state.h"

#include "projections/row_table.h"

namespace recourse {
namespace {

const std::string& key_of(const std::string& id) { return id; }

/// Decimal with leading zeros, so that numbers sort.
std::string key_of(std::int64_t number) {
  std::string digits = std::to_string(number);
  return std::string(16 - std::min<std::size_t>(16, digits.size()), '0') + digits;
}

template <class Tag>
const std::string& key_of(const TextId<Tag>& id) {
  return id.value();
}

/// The decision layer's view of one stored table.
template <class IdType, class Row>
class StoredTable final : public StateTable<IdType, Row> {
 public:
  StoredTable(const char* prefix, const RowSource& source, Digest& digest)
      : rows_(prefix, source, digest) {}

  const Row* find(const IdType& id) override { return rows_.find(key_of(id)); }
  Row& change(const IdType& id) override { return rows_.change(key_of(id)); }
  void erase(const IdType& id) override { rows_.erase(key_of(id)); }
  FlushedTable* rows() { return &rows_; }

 private:
  RowTable<Row> rows_;
};

}  // namespace

struct DecisionState::Tables {
  Tables(const RowSource& source, Digest& digest)
      : tickets("ticket/", source, digest),
        actions("action/", source, digest),
        approvals("approval/", source, digest),
        resolutions("resolution/", source, digest),
        streams("stream/", source, digest),
        ticket_numbers("number/", source, digest),
        tenant("tenant/", source, digest),
        windows("window/", source, digest),
        rollbacks("rollback/", source, digest),
        steps("step/", source, digest),
        incidents("incident/", source, digest),
        runs("run/", source, digest),
        breakers("breaker/", source, digest),
        rollouts("rollout/", source, digest),
        assignments("assignment/", source, digest),
        policies("policy/", source, digest),
        timers("timer/", source, digest),
        due("due/", source, digest),
        followups("followup/", source, digest),
        feedback("feedback/", source, digest),
        slas("sla/", source, digest),
        connectors("connector/", source, digest),
        experiments("experiment/", source, digest),
        participants("participant/", source, digest) {}

  StoredTable<TicketId, TicketState> tickets;
  StoredTable<ActionId, ActionState> actions;
  StoredTable<ApprovalId, ApprovalState> approvals;
  StoredTable<ResolutionId, ResolutionState> resolutions;
  StoredTable<std::string, StreamState> streams;
  StoredTable<std::int64_t, TicketId> ticket_numbers;
  StoredTable<TenantId, TenantState> tenant;
  StoredTable<std::string, WindowState> windows;
  StoredTable<RollbackId, RollbackState> rollbacks;
  StoredTable<std::string, StepState> steps;
  StoredTable<IncidentId, IncidentState> incidents;
  StoredTable<RunId, RunState> runs;
  StoredTable<std::string, BreakerState> breakers;
  StoredTable<std::string, RolloutState> rollouts;
  StoredTable<std::string, AssignmentState> assignments;
  StoredTable<std::string, PolicyState> policies;
  StoredTable<std::string, TimerState> timers, due;
  StoredTable<FollowUpId, FollowUpState> followups;
  StoredTable<FeedbackId, FeedbackState> feedback;
  StoredTable<TicketId, SlaState> slas;
  StoredTable<std::string, ConnectorState> connectors;
  StoredTable<std::string, ExperimentState> experiments;
  StoredTable<std::string, ParticipantState> participants;
  State state{tickets,   actions,  approvals,   resolutions, streams,     ticket_numbers,
              tenant,    windows,  rollbacks,   steps,       incidents,   runs,
              breakers,  rollouts, assignments, policies,    timers,      due,
              followups, feedback, slas,        connectors,  experiments, participants};
};

DecisionState::DecisionState(const RowSource& source, Digest& digest)
    : tables_(std::make_unique<Tables>(source, digest)) {}
DecisionState::~DecisionState() = default;

State& DecisionState::state() { return tables_->state; }

std::vector<FlushedTable*> DecisionState::tables() {
  Tables& all = *tables_;
  return {all.tickets.rows(),     all.actions.rows(),     all.approvals.rows(),
          all.resolutions.rows(), all.streams.rows(),     all.ticket_numbers.rows(),
          all.tenant.rows(),      all.windows.rows(),     all.rollbacks.rows(),
          all.steps.rows(),       all.incidents.rows(),   all.runs.rows(),
          all.breakers.rows(),    all.rollouts.rows(),    all.assignments.rows(),
          all.policies.rows(),    all.timers.rows(),      all.due.rows(),
          all.followups.rows(),   all.feedback.rows(),    all.slas.rows(),
          all.connectors.rows(),  all.experiments.rows(), all.participants.rows()};
}

std::vector<ProjectionKind> all_projections() {
  std::vector<ProjectionKind> kinds = read_models();
  kinds.insert(kinds.begin(),
               {kDecisionState, "decision_state", 11,
                [](const RowSource& source, Digest& digest) -> std::unique_ptr<Projection> {
                  return std::make_unique<DecisionState>(source, digest);
                }});
  return kinds;
}

}  // namespace recourse
