#include "engine/base/bytes.h"
#include "tests/simulation/life.h"

// What people do: decide, undo, look after what does not get on, stop everything.

namespace recourse::simulation {
namespace {

using namespace std::chrono_literals;

Principal person(Role role, const char* id) {
  return {PrincipalId(id), ActorType::human, role, KeyId("key_" + std::string(id))};
}
const Principal kPeople[] = {person(Role::operator_, "usr_operator"),
                             person(Role::manager, "usr_manager"),
                             person(Role::manager, "usr_second"), person(Role::admin, "usr_admin"),
                             person(Role::admin, "usr_third")};
const Principal& kManager = kPeople[1];
const Principal kExecutor{PrincipalId("agt_helper"), ActorType::agent, Role::agent,
                          KeyId("key_helper")};

}  // namespace

/// Somebody who was asked looks, claims, agrees or not. Some look too late, or are not asked.
void Life::decide(const ApprovalId& approval) {
  const auto found = office_.model.approvals.find(approval);
  if (found == office_.model.approvals.end()) return;
  const model::Approval& asked = found->second;
  if (asked.status != ApprovalStatus::pending && !chance(10)) return;
  const Principal* who = &kPeople[draw(std::size(kPeople))];
  for (int i = 0; i < 8; ++i) {
    const bool fits = asked.roles.contains(std::string(word(who->role))) &&
                      !asked.excluded.contains(who->id) && !asked.votes.contains(who->id);
    if (fits || chance(5)) break;
    who = &kPeople[draw(std::size(kPeople))];
  }
  if (chance(15)) {
    ask(*who, ClaimApproval{approval, 900});
    if (chance(60)) return in(1min, 30min, [this, approval] { decide(approval); });
  }
  CastVote vote;
  vote.approval = approval;
  vote.vote = chance(88) ? Vote::approve : Vote::reject;
  vote.render_digest = to_base64(as_text(asked.render));
  if (vote.vote == Vote::reject) {
    vote.reason = "not this one";
    if (chance(30)) vote.retry = RetryAdvice::forbid;
  }
  ++counts.votes;
  ask(*who, vote);
}

/// Something that an agent did lately was wrong.
void Life::undo_something() {
  if (executed_.empty()) return;
  constexpr RollbackMode kModes[] = {RollbackMode::restrict_, RollbackMode::restrict_,
                                     RollbackMode::cascade, RollbackMode::detach,
                                     RollbackMode::forward_fix};
  const std::size_t recent = std::min<std::size_t>(executed_.size(), 60);
  RollBack command;
  // What was done outside is the harder part.
  for (int i = 0; i < 4; ++i) {
    command.action = executed_[executed_.size() - 1 - draw(recent)];
    if (!model::is_internal(office_.model.actions[command.action].type)) break;
  }
  command.mode = kModes[draw(5)];
  command.reason = "wrong";
  ++counts.rollbacks;
  ask(kManager, command, [this](const Committed& done) {
    for (const RecordedEvent& event : done.events)
      if (const auto* plan = get_if<RollbackPlanned>(&event.data)) {
        if (plan->required_approvals > 0) return;
        StartRollback start;
        start.rollback = plan->rollback;
        start.plan_digest = to_base64(as_text(plan->plan_digest));
        ask(kManager, start);
      }
  });
}

/// Everything that one agent did today was wrong.
void Life::undo_a_day() {
  RollBack command;
  command.bulk = BulkTarget{};
  command.bulk->agent = kExecutor.id;
  command.bulk->from = office_.now() - 6h;
  const std::size_t recent = std::min<std::size_t>(executed_.size(), 200);
  command.found.assign(executed_.end() - static_cast<std::ptrdiff_t>(recent), executed_.end());
  command.reason = "a bad version";
  ++counts.rollbacks;
  ask(kManager, command);
}

void Life::look_after(const RollbackId& id) {
  const auto found = office_.model.rollbacks.find(id);
  if (found == office_.model.rollbacks.end() || !found->second.runs()) return;
  bool left = false;
  for (std::size_t i = 0; i < found->second.steps.size(); ++i) {
    const model::Step& step = found->second.steps[i];
    if (step.ended()) continue;
    left = true;
    const auto number = static_cast<std::int64_t>(i);
    if (step.executor == "client" && step.status == StepStatus::planned &&
        (!step.connector || chance(10)))
      take_step(id, number);
    if (step.executor == "person" && step.status == StepStatus::planned) settle_step(id, number);
  }
  if (left) in(30min, 3h, [this, id] { look_after(id); });
}

/// An executor undoes it, or does not manage to.
void Life::take_step(const RollbackId& id, std::int64_t step) {
  ask(kExecutor, LeaseStep{id, step, 60, {}}, [this, id, step](const Committed& done) {
    for (const RecordedEvent& event : done.events) {
      const auto* started = get_if<CompensationStarted>(&event.data);
      if (started == nullptr || !started->lease) continue;
      const std::string key = model::step_name(id, step);
      ReportStep report;
      report.rollback = id;
      report.step = step;
      report.lease = started->lease;
      const std::uint64_t how = draw(100);
      report.outcome = how < 65 ? EffectOutcome::succeeded : EffectOutcome::failed;
      report.retryable = how < 82;
      if (report.outcome == EffectOutcome::failed) report.code = "provider_refused";
      // A step has one key however often it is tried.
      if (how < 65 || how >= 95) provider.act(key, thing(started->action), true);
      if (how >= 90) return;  // It dies, before or after.
      ask(kExecutor, report);
    }
  });
}

/// A person decides about a step that does not get on by itself.
void Life::settle_step(const RollbackId& id, std::int64_t number) {
  const auto found = office_.model.rollbacks.find(id);
  if (found == office_.model.rollbacks.end() || !found->second.runs()) return;
  const model::Step& step = found->second.steps.at(static_cast<std::size_t>(number));
  if (step.ended() || step.status == StepStatus::started) return;
  if (step.status == StepStatus::outcome_unknown) {
    ReportStep report;
    report.rollback = id;
    report.step = number;
    report.outcome =
        provider.undone(thing(step.action)) > 0 ? EffectOutcome::succeeded : EffectOutcome::failed;
    return ask(kManager, report);
  }
  const std::uint64_t how = draw(10);
  if (step.status == StepStatus::failed && how < 4) {
    ask(kManager, RetryStep{id, number});
  } else if (how < 7) {
    RecordStep record;
    record.rollback = id;
    record.step = number;
    record.evidence_sha256 = std::string(64, 'a');
    ask(kManager, record);
  } else {
    ask(kManager, SkipStep{id, number, "the provider is gone"});
    in(2h, 20h, [this, id, number] { settle_step(id, number); });
  }
}

void Life::connect(const std::string& connector) {
  ConfigureConnector command;
  command.connector = connector;
  command.url = "https://provider.example/" + connector;
  if (connector == "bugs") {
    command.look_up_url = command.url;
    command.types = {"create_bug_report", "close_bug_report"};
  } else {
    command.types = {"reset_password", "revoke_password_reset"};
  }
  ask(kPeople[3], command);
}

/// Meanwhile clients may do what it has not begun.
void Life::disconnect_for_hours() {
  const std::string connector = chance(50) ? "bugs" : "accounts";
  ask(kPeople[3], RemoveConnector{connector, "another account"});
  in(1h, 6h, [this, connector] { connect(connector); });
}

void Life::close_breaker(const BreakerTransitioned& open) {
  SetBreaker close;
  close.agent = PrincipalId(open.agent);
  if (open.agent_version) close.agent_version = open.agent_version->text;
  close.action_type = open.action_type.text;
  close.open = false;
  close.reason = "looked into";
  ask(kManager, close);
}

void Life::stop_for_hours() {
  ++counts.stops;
  ask(kManager, EngageKillswitch{"tenant", "something is wrong"});
  in(1h, 5h, [this] { ask(kManager, ReleaseKillswitch{"tenant", "it is right again"}); });
}

}  // namespace recourse::simulation
