#include "projections/rollbacks.h"

#include <algorithm>

#include "projections/row_table.h"
#include "projections/rows.h"

namespace recourse {
namespace {

constexpr std::size_t kKept = 64;

struct Mark {};
BOOST_DESCRIBE_STRUCT(Mark, (), ())

template <class Item>
void keep_some(std::vector<Item>& kept, const std::vector<Item>& more) {
  for (const Item& item : more)
    if (kept.size() < kKept) kept.push_back(item);
}

/// Carried out by the engine itself.
bool is_internal(const RollbackStep& step) { return step.executor.text == "internal"; }

class Rollbacks final : public Projection {
 public:
  Rollbacks(const RowSource& source, Digest& digest)
      : rollbacks_("rollback/", source, digest),
        steps_("step/", source, digest),
        incidents_("incident/", source, digest),
        open_("open/", source, digest),
        going_("going/", source, digest) {}

  void apply(const RecordedEvent& event) override {
    visit([&](const auto& data) { on(event, data); }, event.data);
  }

  std::vector<FlushedTable*> tables() override {
    return {&rollbacks_, &steps_, &incidents_, &open_, &going_};
  }

 private:
  static std::string key(const RollbackId& rollback, std::int64_t number) {
    std::string digits = std::to_string(number);
    if (digits.size() < 6) digits.insert(0, 6 - digits.size(), '0');
    return rollback.value() + '/' + digits;
  }
  static std::optional<SealedRef> ref(const RecordedEvent& event,
                                      const std::optional<Sealed>& sealed) {
    if (!sealed) return std::nullopt;
    return ref_to(event, *sealed);
  }

  RollbackRow& touch(const RecordedEvent& event, const RollbackId& id) {
    RollbackRow& row = rollbacks_.change(id.value());
    row.rollback = id;
    row.last_position = static_cast<std::int64_t>(event.position.value());
    return row;
  }
  RollbackStepRow& step(const RollbackId& id, std::int64_t number) {
    RollbackStepRow& row = steps_.change(key(id, number));
    row.number = number;
    return row;
  }

  // ---- The plan ------------------------------------------------------------------------------

  void on(const RecordedEvent& event, const RollbackRequested& data) {
    RollbackRow& row = touch(event, data.rollback);
    row.mode = data.mode;
    row.action = data.action;
    row.ticket = data.ticket;
    row.run = data.run;
    row.selector = data.selector;
    row.reason_code = data.reason_code;
    row.reason = ref(event, data.reason);
    row.requested_by = event.actor.id;
    row.requested_at = event.time;
    row.position = static_cast<std::int64_t>(event.position.value());
  }
  void on(const RecordedEvent& event, const RollbackRefused& data) {
    RollbackRow& row = end(event, data.rollback, RollbackStatus::refused);
    row.code = data.code;
    row.later_writers = data.later_writers;
    if (data.dependents) row.dependents = *data.dependents;
  }
  void on(const RecordedEvent& event, const RollbackPlanned& data) {
    RollbackRow& row = touch(event, data.rollback);
    row.status = RollbackStatus::planned;
    row.plan_digest = data.plan_digest;
    row.base_position = data.base_position;
    row.step_count = data.step_count;
    row.customers = data.customers;
    row.required_approvals = data.required_approvals;
    row.money_delta = data.money_delta;
    keep_some(row.dependents, data.dependents);
    keep_some(row.conflicts, data.conflicts);
    keep_some(row.skipped, data.skipped);
    keep_some(row.cannot_undo, data.cannot_undo);
    add_steps(row, 0, data.steps);
  }
  void on(const RecordedEvent& event, const RollbackPlanContinued& data) {
    RollbackRow& row = touch(event, data.rollback);
    keep_some(row.dependents, data.lists.dependents);
    keep_some(row.conflicts, data.lists.conflicts);
    keep_some(row.skipped, data.lists.skipped);
    keep_some(row.cannot_undo, data.lists.cannot_undo);
    add_steps(row, data.first_step, data.lists.steps);
  }
  void add_steps(RollbackRow& row, std::int64_t number, const std::vector<RollbackStep>& steps) {
    for (const RollbackStep& plan : steps) {
      step(row.rollback, number).plan = plan;
      if (plan.after) step(row.rollback, *plan.after).next = number;
      row.ready += is_internal(plan) && !plan.after ? 1 : 0;
      ++number;
    }
  }

  void on(const RecordedEvent& event, const ApprovalRequested& data) {
    if (!data.rollback) return;
    RollbackRow& row = touch(event, *data.rollback);
    if (data.step) {
      step(*data.rollback, *data.step).waiver = data.approval;
    } else {
      row.status = RollbackStatus::awaiting_approval;
      row.approval = data.approval;
    }
  }
  void on(const RecordedEvent& event, const ApprovalRejected& data) { end_waiver(event, data); }
  void on(const RecordedEvent& event, const ApprovalExpired& data) { end_waiver(event, data); }
  void on(const RecordedEvent& event, const ApprovalStaled& data) { end_waiver(event, data); }
  void on(const RecordedEvent& event, const ApprovalRevoked& data) { end_waiver(event, data); }
  template <class E>
  void end_waiver(const RecordedEvent& event, const E& data) {
    if (!data.rollback || !data.step) return;
    touch(event, *data.rollback);
    step(*data.rollback, *data.step).waiver.reset();
  }

  // ---- The rollback's own ways -----------------------------------------------------------------

  RollbackRow& end(const RecordedEvent& event, const RollbackId& id, RollbackStatus status) {
    RollbackRow& row = touch(event, id);
    row.status = status;
    row.ended_at = event.time;
    row.ready = 0;
    going_.erase(id.value());
    return row;
  }
  void on(const RecordedEvent& event, const RollbackStaled& data) {
    end(event, data.rollback, RollbackStatus::staled).code = data.cause;
  }
  void on(const RecordedEvent& event, const RollbackAborted& data) {
    end(event, data.rollback, RollbackStatus::aborted).code = data.cause;
  }
  void on(const RecordedEvent& event, const RollbackStarted& data) {
    RollbackRow& row = touch(event, data.rollback);
    row.status = RollbackStatus::started;
    row.started_at = event.time;
    settle_going(row);
  }
  void on(const RecordedEvent& event, const RollbackPaused& data) {
    RollbackRow& row = touch(event, data.rollback);
    row.paused_by = event.actor.id;
    row.pause_reason = ref(event, data.reason);
    settle_going(row);
  }
  void on(const RecordedEvent& event, const RollbackResumed& data) {
    RollbackRow& row = touch(event, data.rollback);
    row.paused_by.reset();
    row.pause_reason.reset();
    settle_going(row);
  }
  void on(const RecordedEvent& event, const RollbackStuck& data) {
    RollbackRow& row = touch(event, data.rollback);
    row.status = RollbackStatus::stuck;
    row.code = data.code;
    auto& steps = row.stuck_steps;
    if (std::find(steps.begin(), steps.end(), data.step) == steps.end()) steps.push_back(data.step);
  }
  void on(const RecordedEvent& event, const RollbackCompleted& data) {
    end(event, data.rollback, RollbackStatus::completed);
  }
  void on(const RecordedEvent& event, const RollbackPartial& data) {
    RollbackRow& row = end(event, data.rollback, RollbackStatus::partial);
    row.undone = data.undone;
    row.left = data.left;
  }

  // ---- Steps -----------------------------------------------------------------------------------

  /// Whether the engine has something to carry out.
  void settle_going(const RollbackRow& row) {
    const bool runs = row.status == RollbackStatus::started || row.status == RollbackStatus::stuck;
    if (runs && !row.paused_by && row.ready > 0)
      going_.change(row.rollback.value());
    else
      going_.erase(row.rollback.value());
  }
  /// A step of the engine's that has not begun yet begins now.
  void begin(RollbackRow& row, const RollbackStepRow& one) {
    if (one.status != StepStatus::planned || one.attempts > 0 || !is_internal(one.plan)) return;
    --row.ready;
    settle_going(row);
  }
  /// What waited for an ended step may begin, if the engine carries it out.
  void let_next_begin(RollbackRow& row, const RollbackStepRow& one) {
    if (!one.next) return;
    const RollbackStepRow& next = step(row.rollback, *one.next);
    if (next.status != StepStatus::planned || !is_internal(next.plan)) return;
    ++row.ready;
    settle_going(row);
  }

  static void end_lease(RollbackStepRow& one) {
    one.lease.reset();
    one.lease_until.reset();
    one.retry_at.reset();
  }

  template <class E>
  RollbackStepRow& end_step(const RecordedEvent& event, const E& data, StepStatus status) {
    RollbackRow& row = touch(event, data.rollback);
    RollbackStepRow& one = step(data.rollback, data.step);
    begin(row, one);
    end_lease(one);
    one.status = status;
    one.ended_at = event.time;
    one.by = event.actor.id;
    const bool was_stuck = std::erase(row.stuck_steps, data.step) > 0;
    if (was_stuck && row.stuck_steps.empty() && row.status == RollbackStatus::stuck) {
      row.status = RollbackStatus::started;
      row.code.reset();
    }
    const bool done = status == StepStatus::succeeded || status == StepStatus::recorded_manually;
    if (status == StepStatus::skipped) ++row.left;
    if (done) ++row.undone;
    if (done || status == StepStatus::skipped) let_next_begin(row, one);
    return one;
  }

  void on(const RecordedEvent& event, const CompensationStarted& data) {
    RollbackRow& row = touch(event, data.rollback);
    RollbackStepRow& one = step(data.rollback, data.step);
    begin(row, one);
    end_lease(one);
    one.status = StepStatus::started;
    one.attempts = data.attempt.value_or(one.attempts + 1);
    one.lease = data.lease;
    one.lease_until = data.lease_until;
  }
  void on(const RecordedEvent& event, const CompensationHeartbeat& data) {
    touch(event, data.rollback);
    step(data.rollback, data.step).lease_until = data.lease_until;
  }
  void on(const RecordedEvent& event, const CompensationSucceeded& data) {
    RollbackStepRow& one = end_step(event, data, StepStatus::succeeded);
    one.provider_ref = data.provider_ref;
    one.result = ref(event, data.result);
    one.code.reset();
  }
  void on(const RecordedEvent& event, const CompensationFailed& data) {
    RollbackStepRow& one = end_step(event, data, StepStatus::failed);
    one.code = data.code;
    one.retry_at = data.retry_at;
    one.result = ref(event, data.result);
  }
  void on(const RecordedEvent& event, const CompensationOutcomeUnknown& data) {
    end_step(event, data, StepStatus::outcome_unknown).code = data.cause;
  }
  void on(const RecordedEvent& event, const CompensationRetried& data) {
    end_step(event, data, StepStatus::planned).ended_at.reset();
  }
  void on(const RecordedEvent& event, const CompensationSkipped& data) {
    RollbackStepRow& one = end_step(event, data, StepStatus::skipped);
    one.code = data.code;
    one.by = data.by;
    one.waiver = data.waiver;
  }
  void on(const RecordedEvent& event, const CompensationRecordedManually& data) {
    RollbackStepRow& one = end_step(event, data, StepStatus::recorded_manually);
    one.by = data.by;
    one.evidence_sha256 = data.evidence_sha256;
    one.note = ref(event, data.note);
  }

  // ---- Incidents -------------------------------------------------------------------------------

  void on(const RecordedEvent& event, const IncidentOpened& data) {
    RollbackIncidentRow& row = incidents_.change(data.incident.value());
    row.incident = data.incident;
    row.kind = data.kind;
    row.rollback = data.rollback;
    row.step = data.step;
    row.action = data.action;
    row.ticket = data.ticket;
    row.opened_at = event.time;
    row.due_at = data.due_at;
    row.severity = data.severity;
    row.title = ref(event, data.title);
    row.last_position = static_cast<std::int64_t>(event.position.value());
    open_.change(data.incident.value());
    if (data.rollback && data.kind == IncidentKind::remediation)
      touch(event, *data.rollback).status = RollbackStatus::remediation;
  }
  void on(const RecordedEvent& event, const IncidentProgressed& data) {
    RollbackIncidentRow& row = incidents_.change(data.incident.value());
    row.incident = data.incident;
    row.stage = data.stage;
    if (data.root_cause) row.root_cause = data.root_cause;
    row.last_position = static_cast<std::int64_t>(event.position.value());
  }
  void on(const RecordedEvent& event, const IncidentClosed& data) {
    RollbackIncidentRow& row = incidents_.change(data.incident.value());
    row.incident = data.incident;
    row.open = false;
    row.closed_at = event.time;
    row.closed_by = event.actor.id;
    row.resolution = data.resolution;
    row.reason = ref(event, data.reason);
    row.last_position = static_cast<std::int64_t>(event.position.value());
    open_.erase(data.incident.value());
  }

  template <class E>
  void on(const RecordedEvent&, const E&) {}

  RowTable<RollbackRow> rollbacks_;
  RowTable<RollbackStepRow> steps_;
  RowTable<RollbackIncidentRow> incidents_;
  RowTable<Mark> open_, going_;
};

}  // namespace

ProjectionKind rollbacks_kind() {
  return {8, "rollbacks", 5,
          [](const RowSource& source, Digest& digest) -> std::unique_ptr<Projection> {
            return std::make_unique<Rollbacks>(source, digest);
          }};
}

}  // namespace recourse
