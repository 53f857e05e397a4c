#include "tools/soc2/control_test.h"

namespace recourse::soc2 {
namespace {

/// RC-15
class Rollbacks final : public OneControlTest {
 public:
  explicit Rollbacks(const TestContext& context) : OneControlTest(context, "RC-15") {}

  void see(const Seen& seen) override {
    if (seen.meta) return;
    if (const auto* e = seen.as<RollbackRequested>()) on_request(seen, *e);
    if (const auto* e = seen.as<RollbackRefused>()) on_end(seen, e->rollback);
    if (const auto* e = seen.as<RollbackCompleted>()) on_end(seen, e->rollback);
    if (const auto* e = seen.as<RollbackPartial>()) on_end(seen, e->rollback);
    if (const auto* e = seen.as<RollbackAborted>()) on_end(seen, e->rollback);
    if (const auto* e = seen.as<ApprovalGranted>(); e != nullptr && e->rollback)
      approved_.insert(e->rollback->value());
    if (const auto* e = seen.as<RollbackStarted>()) on_start(seen, *e);
    if (const auto* e = seen.as<CompensationSucceeded>())
      on_undone(seen, e->rollback, e->action, e->kept && !e->kept->empty());
    if (const auto* e = seen.as<CompensationRecordedManually>())
      on_undone(seen, e->rollback, e->action, false);
    if (const auto* e = seen.as<CompensationFailed>(); e != nullptr && !e->retry_at)
      on_failure(seen, e->rollback, e->step);
    if (const auto* e = seen.as<RollbackStuck>()) on_failure(seen, e->rollback, e->step);
    // One about what was built on the action is about something else.
    if (const auto* e = seen.as<IncidentOpened>();
        e != nullptr && e->rollback && e->kind != IncidentKind::review)
      on_incident(seen, *e);
    if (const auto* e = seen.as<IncidentClosed>(); e != nullptr && e->rollback)
      if (const auto found = open_.find(e->rollback->value());
          found != open_.end() && found->second.by_people)
        on_end(seen, *e->rollback);
  }

  void finish() override {
    for (auto& [id, rollback] : open_) {
      for (const auto& [step, since] : rollback.failed)
        if (!late_escalation(id, rollback, since, context_.last))
          writer_.leave(rollback.member, "still_in_time");
      if (rollback.ended) continue;
      const Timestamp until = rollback.since + std::chrono::hours(thresholds_.rollback_end_h);
      if (rollback.by_people) {
        writer_.enter(rollback.member);
      } else if (context_.last <= until) {
        writer_.leave(rollback.member, "still_in_time");
      } else {
        writer_.fail(rollback.member, "no_end",
                     "Rollback " + id + " has not ended until " + to_rfc3339(until) + ".");
      }
    }
  }

 private:
  struct Rollback {
    Member member;
    Timestamp since;
    bool by_person = false;
    bool by_people = false;  ///< Nothing is undone, people put it right: an incident leads it.
    std::map<std::int64_t, Timestamp> failed;  ///< Steps that wait for an incident.
    bool escalated = false, ended = false;
  };

  void on_request(const Seen& seen, const RollbackRequested& e) {
    Rollback rollback;
    rollback.member = writer_.member(seen);
    rollback.since = seen.event.time;
    rollback.by_person = seen.event.actor.type == ActorType::human;
    rollback.by_people = e.mode == RollbackMode::forward_fix;
    Row& row = writer_.row_of(rollback.member);
    row.subject = e.rollback.value();
    if (rollback.by_person) row.accountable = seen.event.actor.id.value();
    if (seen.within() && e.reason_code.text.empty() && !e.reason)
      writer_.fail(rollback.member, "no_reason",
                   "Rollback " + e.rollback.value() + " was asked for without a reason.");
    open_.insert_or_assign(e.rollback.value(), std::move(rollback));
  }

  void on_start(const Seen& seen, const RollbackStarted& e) {
    const auto found = open_.find(e.rollback.value());
    if (found == open_.end() || seen.place == Place::before) return;
    Rollback& rollback = found->second;
    if (rollback.by_person || approved_.contains(found->first)) return;
    writer_.fail(rollback.member, "no_authoriser",
                 "Rollback " + found->first + " started at " + sequence_text(seen.event.position) +
                     " and no person had asked for it or approved it.");
  }

  void on_undone(const Seen& seen, const RollbackId& rollback, const ActionId& action,
                 bool partly) {
    const auto [known, is_new] = undone_.emplace(action.value(), rollback.value());
    if (partly && is_new) undone_.erase(known);
    if (is_new) return;
    const std::string what = "Action " + action.value() + " was undone at " +
                             sequence_text(seen.event.position) + " by " + rollback.value() +
                             " and had been undone by " + known->second + ".";
    const auto found = open_.find(rollback.value());
    if (found != open_.end() && seen.within()) {
      writer_.fail(found->second.member, "compensated_twice", what);
    } else {
      writer_.fail_at(seen, "compensated_twice", what);
    }
  }

  void on_failure(const Seen& seen, const RollbackId& id, std::int64_t step) {
    const auto found = open_.find(id.value());
    if (found == open_.end() || found->second.escalated) return;
    found->second.failed.try_emplace(step, seen.event.time);
  }

  void on_incident(const Seen& seen, const IncidentOpened& e) {
    const auto found = open_.find(e.rollback->value());
    if (found == open_.end()) return;
    Rollback& rollback = found->second;
    if (seen.place != Place::before)
      for (const auto& [step, since] : rollback.failed)
        late_escalation(found->first, rollback, since, seen.event.time);
    rollback.failed.clear();
    rollback.escalated = true;
    close(seen, found);
  }

  /// Whether it is late by `now`.
  bool late_escalation(const std::string& id, Rollback& rollback, Timestamp since, Timestamp now) {
    const Timestamp until = since + std::chrono::seconds(thresholds_.escalation_s);
    if (now <= until) return false;
    writer_.fail(rollback.member, "not_escalated",
                 "A step of rollback " + id + " failed for good at " + to_rfc3339(since) +
                     " and there was no incident until " + to_rfc3339(until) + ".");
    return true;
  }

  void on_end(const Seen& seen, const RollbackId& id) {
    const auto found = open_.find(id.value());
    if (found == open_.end() || found->second.ended) return;
    Rollback& rollback = found->second;
    rollback.ended = true;
    if (seen.place != Place::before) {
      writer_.enter(rollback.member);
      const Timestamp until = rollback.since + std::chrono::hours(thresholds_.rollback_end_h);
      if (seen.event.time > until && !rollback.by_people)
        writer_.fail(
            rollback.member, "no_end",
            "Rollback " + found->first + " ended only at " + to_rfc3339(seen.event.time) + ".");
    }
    close(seen, found);
  }

  /// A rollback that ends goes on as long as a step that failed for good waits for its incident.
  void close(const Seen& seen, std::map<std::string, Rollback>::iterator found) {
    if (!found->second.ended || !found->second.failed.empty()) return;
    if (seen.place != Place::before) writer_.enter(found->second.member);
    open_.erase(found);
  }

  std::map<std::string, Rollback> open_;
  std::set<std::string> approved_;                       ///< Rollbacks that people approved.
  std::unordered_map<std::string, std::string> undone_;  ///< Action -> rollback.
};

/// RC-16
class KnownOutcomes final : public OneControlTest {
 public:
  explicit KnownOutcomes(const TestContext& context) : OneControlTest(context, "RC-16") {}

  void see(const Seen& seen) override {
    if (seen.meta) return;
    if (const auto* e = seen.as<EffectDispatched>()) on_dispatch(seen, *e);
    if (const auto* e = seen.as<EffectConfirmed>()) known(seen, e->action);
    if (const auto* e = seen.as<EffectRejected>()) known(seen, e->action);
    if (const auto* e = seen.as<EffectRecalled>()) known(seen, e->action);
    if (const auto* e = seen.as<CompensationSucceeded>()) known(seen, e->action);
    if (const auto* e = seen.as<CompensationRecordedManually>()) known(seen, e->action);
    if (const auto* e = seen.as<EffectReconciled>();
        e != nullptr && e->verdict != EffectOutcome::unknown)
      known(seen, e->action);
  }

  void finish() override {
    for (auto& [action, open] : open_) {
      const Timestamp until = open.since + std::chrono::hours(thresholds_.outcome_h);
      if (context_.last <= until) {
        writer_.leave(open.member, "still_in_time");
      } else {
        writer_.fail(
            open.member, "no_outcome",
            "What became of action " + action + " was not known until " + to_rfc3339(until) + ".");
      }
    }
  }

 private:
  struct Open {
    Member member;
    Timestamp since;
  };

  void on_dispatch(const Seen& seen, const EffectDispatched& e) {
    const PastAction* const action = context_.history.action(e.action.value());
    if (e.provenance.imported || (action != nullptr && action->imported)) {
      if (seen.within()) writer_.exclude("imported");
      return;
    }
    Open open{writer_.member(seen), seen.event.time};
    Row& row = writer_.row_of(open.member);
    row.subject = e.ticket.value();
    if (action != nullptr && action->verdict) row.policy = action->verdict->policy;
    const auto [found, is_new] = open_.try_emplace(e.action.value(), std::move(open));
    if (is_new) return;
    // Tried again while nobody knew what had become of the first try.
    if (found->second.member.at || found->second.member.place != Place::before)
      writer_.fail(found->second.member, "no_outcome",
                   "Action " + e.action.value() + " was dispatched again at " +
                       sequence_text(seen.event.position) + " and nobody knew what became of it.");
    found->second = std::move(open);
  }

  void known(const Seen& seen, const ActionId& action) {
    const auto found = open_.find(action.value());
    if (found == open_.end()) return;
    Open& open = found->second;
    if (seen.place != Place::before) {
      writer_.enter(open.member);
      const Timestamp until = open.since + std::chrono::hours(thresholds_.outcome_h);
      if (seen.event.time > until)
        writer_.fail(open.member, "outcome_late",
                     "What became of action " + found->first + " was known only at " +
                         to_rfc3339(seen.event.time) + ".");
    }
    open_.erase(found);
  }

  std::unordered_map<std::string, Open> open_;
};

}  // namespace

void add_effect_tests(const TestContext& context, ControlTests& tests) {
  tests.push_back(std::make_unique<Rollbacks>(context));
  tests.push_back(std::make_unique<KnownOutcomes>(context));
}

}  // namespace recourse::soc2
