#include "projections/action_history.h"

#include "projections/row_table.h"
#include "projections/rows.h"

namespace recourse {
namespace {

constexpr std::size_t kMaxSteps = 32;
constexpr std::size_t kUsualSteps = 4;

/// Who asked for a rollback, and why: its actions show it, whoever carries a step out.
struct Asked {
  PrincipalId by;
  std::optional<SealedRef> reason;
};
BOOST_DESCRIBE_STRUCT(Asked, (), (by, reason))

class History final : public Projection {
 public:
  History(const RowSource& source, Digest& digest)
      : actions_("ticket/", source, digest),
        tickets_("id/", source, digest),
        asked_("rollback/", source, digest) {}

  void apply(const RecordedEvent& event) override {
    visit([&](const auto& data) { on(event, data); }, event.data);
  }

  std::vector<FlushedTable*> tables() override { return {&actions_, &tickets_, &asked_}; }

 private:
  ActionRow& touch(const RecordedEvent& event, const TicketId& ticket, const ActionId& action) {
    key_.assign(ticket.value()).append(1, '/').append(action.value());
    ActionRow& row = actions_.change(key_);
    row.action = action;
    row.ticket = ticket;
    row.last_position = static_cast<std::int64_t>(event.position.value());
    return row;
  }
  template <class E>
  ActionRow& touch(const RecordedEvent& event, const E& data) {
    return touch(event, data.ticket, data.action);
  }

  static void step(ActionRow& row, const RecordedEvent& event, ActionStatus status) {
    row.status = status;
    if (row.steps.empty()) row.steps.reserve(kUsualSteps);
    if (row.steps.size() == kMaxSteps) row.steps.erase(row.steps.begin());
    row.steps.push_back(
        {status, static_cast<std::int64_t>(event.position.value()), event.time, event.actor.id});
  }

  static std::optional<SealedRef> ref(const RecordedEvent& event,
                                      const std::optional<Sealed>& sealed) {
    if (!sealed) return std::nullopt;
    return ref_to(event, *sealed);
  }

  static void end_lease(ActionRow& row) {
    row.lease.reset();
    row.lease_until.reset();
  }

  void on(const RecordedEvent& event, const ActionProposed& data) {
    ActionRow& row = touch(event, data);
    row.position = static_cast<std::int64_t>(event.position.value());
    row.type = data.type;
    row.type_version = data.type_version;
    row.unknown_type = ref(event, data.unknown_type);
    row.args = ref_to(event, data.args);
    row.args_are_json = data.args_are_json;
    row.proposed_by = event.actor.id;
    row.proposed_by_type = event.actor.type;
    row.proposed_at = event.time;
    row.occurred_at = data.provenance.occurred_at;
    row.imported = data.provenance.imported;
    row.confidence_ppm = data.confidence_ppm;
    row.amount_minor = data.amount_minor;
    row.currency = data.currency;
    row.reasoning = ref(event, data.reasoning);
    row.run = data.run;
    row.agent_version = data.agent_version;
    row.step = data.step;
    row.amends = data.amends;
    step(row, event, ActionStatus::proposed);
    tickets_.change(data.action.value()) = data.ticket;
  }

  void on(const RecordedEvent& event, const PolicyDecided& data) {
    if (data.shadow && !data.provenance.imported) return;  // What a policy on trial would say.
    ActionRow& row = touch(event, data);
    row.outcome = Clear(word(data.outcome));
    row.problem = data.problem;
    row.policy = data.policy;
    row.decided_at = static_cast<std::int64_t>(event.position.value());
    if (data.shadow) return;
    switch (data.outcome) {
      case PolicyOutcome::allow:
        return step(row, event, ActionStatus::authorized);
      case PolicyOutcome::deny:
        return step(row, event, ActionStatus::denied);
      case PolicyOutcome::shadow:
        return step(row, event, ActionStatus::shadowed);
      case PolicyOutcome::require_approval:
        return step(row, event, ActionStatus::awaiting_approval);
      case PolicyOutcome::defer:
        return;
    }
  }

  void on(const RecordedEvent& event, const ApprovalRequested& data) {
    if (!data.action || !data.ticket) return;
    ActionRow& row = touch(event, *data.ticket, *data.action);
    row.approval = data.approval;
    if (row.status != ActionStatus::awaiting_approval)
      step(row, event, ActionStatus::awaiting_approval);
  }
  /// What ended already, by withdrawal or by a denial, stays as it ended.
  template <class E>
  void end_waiting(const RecordedEvent& event, const E& data, ActionStatus status) {
    if (!data.action || !data.ticket) return;
    ActionRow& row = touch(event, *data.ticket, *data.action);
    const bool waits = row.status == ActionStatus::awaiting_approval ||
                       row.status == ActionStatus::authorized || row.status == ActionStatus::held;
    if (waits) step(row, event, status);
  }
  void on(const RecordedEvent& event, const ApprovalGranted& data) {
    end_waiting(event, data, ActionStatus::authorized);
  }
  void on(const RecordedEvent& event, const ApprovalRejected& data) {
    end_waiting(event, data, ActionStatus::rejected);
  }
  void on(const RecordedEvent& event, const ApprovalExpired& data) {
    end_waiting(event, data, ActionStatus::expired);
  }
  void on(const RecordedEvent& event, const ApprovalStaled& data) {
    end_waiting(event, data, ActionStatus::staled);
  }
  void on(const RecordedEvent& event, const ApprovalRevoked& data) {
    end_waiting(event, data, ActionStatus::rejected);
  }
  void on(const RecordedEvent& event, const ActionAmended& data) {
    ActionRow& row = touch(event, data);
    row.amended_by = data.by;
    step(row, event, ActionStatus::superseded);
  }
  void on(const RecordedEvent& event, const ActionWithdrawn& data) {
    step(touch(event, data), event, ActionStatus::withdrawn);
  }

  void on(const RecordedEvent& event, const EffectHeld& data) {
    ActionRow& row = touch(event, data);
    row.hold_until = data.until;
    row.connector = data.connector;
    step(row, event, ActionStatus::held);
  }
  void on(const RecordedEvent& event, const EffectRecalled& data) {
    ActionRow& row = touch(event, data);
    row.recall_reason = ref(event, data.reason);
    step(row, event, ActionStatus::recalled);
  }
  void on(const RecordedEvent& event, const EffectHeartbeat& data) {
    touch(event, data).lease_until = data.lease_until;
  }

  void on(const RecordedEvent& event, const EffectDispatched& data) {
    ActionRow& row = touch(event, data);
    end_lease(row);
    row.provider_key = data.provider_key;
    row.hold_until.reset();
    row.lease = data.lease;
    row.lease_until = data.lease_until;
    ++row.dispatches;
    step(row, event, ActionStatus::dispatching);
  }

  void executed(ActionRow& row, const RecordedEvent& event, ActionStatus status) {
    end_lease(row);
    row.executed_at = event.time;
    step(row, event, status);
  }

  static void set_changes(ActionRow& row, const RecordedEvent& event,
                          const std::vector<FieldWrite>& writes) {
    row.changes.clear();
    for (const FieldWrite& write : writes)
      row.changes.push_back({write.entity, write.field, write.before, write.after,
                             ref(event, write.sealed_before), ref(event, write.sealed_after)});
  }

  void on(const RecordedEvent& event, const EffectConfirmed& data) {
    ActionRow& row = touch(event, data);
    row.provider_ref = data.provider_ref;
    row.result = ref(event, data.result);
    set_changes(row, event, data.writes);
    executed(row, event, ActionStatus::succeeded);
  }
  void on(const RecordedEvent& event, const EffectRejected& data) {
    ActionRow& row = touch(event, data);
    row.failure_code = data.code;
    row.result = ref(event, data.result);
    row.hold_until = data.retry_at;
    if (!data.retry_at) return executed(row, event, ActionStatus::failed);
    end_lease(row);
    step(row, event, ActionStatus::held);
  }
  void on(const RecordedEvent& event, const EffectOutcomeUnknown& data) {
    ActionRow& row = touch(event, data);
    row.failure_code = data.cause;
    executed(row, event, ActionStatus::outcome_unknown);
  }
  void on(const RecordedEvent& event, const EffectReconciled& data) {
    ActionRow& row = touch(event, data);
    if (data.verdict == EffectOutcome::succeeded) set_changes(row, event, data.writes);
    if (data.provider_ref) row.provider_ref = data.provider_ref;
    executed(row, event,
             data.verdict == EffectOutcome::succeeded ? ActionStatus::succeeded
             : data.verdict == EffectOutcome::failed  ? ActionStatus::failed
                                                      : ActionStatus::outcome_unknown);
  }

  void on(const RecordedEvent& event, const ResolutionAsserted& data) {
    if (data.action) touch(event, data.ticket, *data.action).resolution = data.resolution;
  }

  void on(const RecordedEvent& event, const RollbackRequested& data) {
    asked_.change(data.rollback.value()) = {event.actor.id, ref(event, data.reason)};
    if (!data.action || !data.ticket) return;
    ActionRow& row = touch(event, *data.ticket, *data.action);
    row.rollback_reason = ref(event, data.reason);
    if (!row.rolled_back) row.rollback = data.rollback;
  }
  void on(const RecordedEvent& event, const RollbackRefused& data) {
    if (data.action && data.ticket)
      touch(event, *data.ticket, *data.action).rollback_refusal = data.code;
  }
  void on(const RecordedEvent& event, const ActionBasedOn& data) {
    ActionRow& row = touch(event, data);
    row.caused_by = data.caused_by;
    row.redo_of = data.redo_of;
  }
  void on(const RecordedEvent& event, const ActionTainted& data) {
    touch(event, data).tainted_by = data.rollback;
  }
  void on(const RecordedEvent& event, const CompensationStarted& data) {
    ActionRow& row = touch(event, data);
    row.rollback = data.rollback;
    step(row, event, ActionStatus::rollback_pending);
  }
  void on(const RecordedEvent& event, const CompensationSucceeded& data) {
    const bool in_part = data.kept && !data.kept->empty();
    undone(event, data, in_part ? ActionStatus::partially_rolled_back : ActionStatus::rolled_back);
  }
  void on(const RecordedEvent& event, const CompensationRecordedManually& data) {
    undone(event, data, ActionStatus::rolled_back);
  }
  void on(const RecordedEvent& event, const CompensationSkipped& data) {
    ActionRow& row = touch(event, data);
    if (row.status == ActionStatus::rollback_pending)
      step(row, event, ActionStatus::rollback_failed);
  }
  /// What was taken back before it ran stays as it is.
  template <class E>
  void undone(const RecordedEvent& event, const E& data, ActionStatus status) {
    ActionRow& row = touch(event, data);
    if (row.status == ActionStatus::withdrawn || row.status == ActionStatus::recalled) return;
    row.rollback = data.rollback;
    row.rolled_back = true;
    row.rolled_back_at = event.time;
    const Asked* const asked = asked_.find(data.rollback.value());
    row.rolled_back_by = asked != nullptr ? asked->by : event.actor.id;
    if (asked != nullptr) row.rollback_reason = asked->reason;
    step(row, event, status);
  }

  template <class E>
  void on(const RecordedEvent&, const E&) {}

  std::string key_;
  RowTable<ActionRow> actions_;
  RowTable<TicketId> tickets_;
  RowTable<Asked> asked_;
};

}  // namespace

ProjectionKind action_history_kind() {
  return {2, "action_history", 7,
          [](const RowSource& source, Digest& digest) -> std::unique_ptr<Projection> {
            return std::make_unique<History>(source, digest);
          }};
}

}  // namespace recourse
