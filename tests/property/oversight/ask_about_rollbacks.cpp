#include "engine/base/bytes.h"
#include "tests/property/oversight/maker.h"

namespace recourse::model {

void Maker::roll_back() {
  constexpr RollbackMode kModes[] = {RollbackMode::restrict_, RollbackMode::cascade,
                                     RollbackMode::detach, RollbackMode::forward_fix};
  RollBack c;
  c.mode = kModes[how_ % 4];
  c.plan_only = spare_ % 4 == 0;
  for (const auto& [id, action] : m_.actions) c.found.push_back(id);
  if (spare_ % 5 == 1) {
    c.ticket = some_ticket();
    order_.command = c;
    if (look(m_.tickets, *c.ticket) != nullptr) accept_rest();
    return;
  }
  if (spare_ % 5 == 2) {
    c.bulk = BulkTarget{};
    if (spare_ % 2 == 0) c.bulk->agent = PrincipalId("agt_helper");
    order_.command = c;
    if (!refused_if(!c.bulk->agent, "everything")) accept_rest();
    return;
  }
  c.action = pick(m_.actions, "act_none", [&](const Action& a) {
    return a.status == ActionStatus::succeeded && (how_ % 3 == 0 || !is_internal(a.type));
  });
  order_.command = c;
  if (look(m_.actions, c.action) != nullptr) accept_rest();
}

void Maker::start() {
  StartRollback c;
  c.break_glass = spare_ % 4 == 0;
  c.rollback = pick(m_.rollbacks, "rbk_none", [&](const Rollback& r) {
    return r.status ==
           (c.break_glass ? RollbackStatus::awaiting_approval : RollbackStatus::planned);
  });
  c.reason = how_ % 5 == 0 ? std::nullopt : std::optional<std::string>("now");
  const auto found = m_.rollbacks.find(c.rollback);
  const bool as_shown = luck_ % 17 != 3;
  if (found != m_.rollbacks.end() && as_shown)
    c.plan_digest = to_base64(as_text(found->second.digest));
  order_.command = c;
  const Rollback* r = look(m_.rollbacks, c.rollback);
  if (r == nullptr) return;
  if (c.break_glass) {
    refused_if(r->status != RollbackStatus::awaiting_approval, "nobody has to agree");
    refused_if(order_.by.kind != ActorType::human || order_.by.role != Role::admin, "no admin");
    refused_if(!c.reason, "without a reason");
  } else {
    refused_if(r->status != RollbackStatus::planned, "it is not ready");
  }
  refused_if(!as_shown, "it shows something else");
  accept_rest();
}

void Maker::abort() {
  AbortRollback c;
  c.rollback = pick(m_.rollbacks, "rbk_none", [](const Rollback& r) { return r.runs(); });
  order_.command = c;
  const Rollback* r = look(m_.rollbacks, c.rollback);
  if (r == nullptr) return;
  const bool waits =
      r->status == RollbackStatus::planned || r->status == RollbackStatus::awaiting_approval;
  refused_if(!waits && !r->runs(), "it is over");
  for (const Step& s : r->steps)
    refused_if(s.status == StepStatus::started, "an executor is at it");
  accept_rest();
}

void Maker::pause() {
  PauseRollback c;
  c.rollback = pick(m_.rollbacks, "rbk_none", [](const Rollback& r) { return r.runs(); });
  const Rollback* r = look(m_.rollbacks, c.rollback);
  c.pause = r == nullptr || !r->paused || luck_ % 5 == 0;
  order_.command = c;
  if (r == nullptr) return;
  refused_if(!r->runs(), "it is not under way");
  refused_if(r->paused == c.pause, "it is so");
  accept_rest();
}

void Maker::go_on() {
  ContinueRollback c;
  c.rollback = pick(m_.rollbacks, "rbk_none", [](const Rollback& r) { return r.runs(); });
  c.max_steps = 1 + how_ % 3;
  order_.command = c;
  const Rollback* r = look(m_.rollbacks, c.rollback);
  if (r == nullptr) return;
  refused_if(!r->runs() || r->paused, "it is not under way");
}

bool Maker::comes_first(const RollbackId& id, const Step& s) const {
  return s.after && !m_.rollbacks.at(id).steps.at(static_cast<std::size_t>(*s.after)).ended();
}

bool Maker::may_be_undone(const RollbackId& id, const Action& a) const {
  return a.status == ActionStatus::succeeded || a.status == ActionStatus::rollback_failed ||
         (a.rollback == id && !a.undone());
}

bool Maker::taken_by_another(const RollbackId& id, const Action& a) const {
  return a.undone() || (a.status == ActionStatus::rollback_pending && a.rollback != id);
}

void Maker::lease_step() {
  LeaseStep c;
  const Step* s = some_step(c.rollback, c.step, [&](const RollbackId& id, const Step& at) {
    return at.executor == "client" && !at.ended() && !comes_first(id, at) &&
           at.status != StepStatus::outcome_unknown;
  });
  if (s != nullptr && s->lease && how_ % 2 == 0) c.lease = s->lease;
  if (luck_ % 29 == 5) c.lease = LeaseId("lse_other");
  if (s != nullptr && s->connector && luck_ % 5 != 0) {
    c.connector = s->connector;
    order_.by = cast().back();
  }
  order_.command = c;
  if (s == nullptr) return;
  refused_if(s->executor != "client", "nobody outside does it");
  refused_if(not_theirs(s->connector, c.connector), "another's");
  if (c.lease) {
    refused_if(s->status != StepStatus::started || s->lease != c.lease, "the lease");
    refused_if(s->lease_until && now_ >= *s->lease_until, "the lease ran out");
    return accept_rest();
  }
  const bool waits = s->status == StepStatus::planned ||
                     (s->status == StepStatus::failed && s->retry_at.has_value());
  refused_if(!waits, "it does not wait");
  refused_if(m_.rollbacks.at(c.rollback).paused, "it is paused");
  refused_if(s->retry_at && now_ < *s->retry_at, "not yet");
  refused_if(comes_first(c.rollback, *s), "another step comes first");
  refused_if(!may_be_undone(c.rollback, m_.actions.at(s->action)), "it is not there");
  accept_rest();
}

void Maker::report_step() {
  ReportStep c;
  const Step* s = some_step(c.rollback, c.step, [](const RollbackId&, const Step& at) {
    return at.status == StepStatus::started || at.status == StepStatus::outcome_unknown;
  });
  c.outcome = outcome();
  c.retryable = spare_ % 2 == 0;
  if (s != nullptr && luck_ % 6 != 0) c.lease = s->lease;
  const bool looked_up = s != nullptr && s->look_up_at && luck_ % 3 != 0;
  if (looked_up) order_.by = cast().back();
  order_.command = c;
  if (s == nullptr) return;
  if (looked_up) {
    // The outbox found out, or did not.
  } else if (s->status == StepStatus::outcome_unknown) {
    refused_if(!by_person_above_desk(), "a person finds out");
    refused_if(c.outcome == EffectOutcome::unknown, "that is known");
  } else {
    refused_if(s->status != StepStatus::started, "nothing is under way");
    refused_if(!c.lease || c.lease != s->lease, "the lease");
  }
  refused_if(c.outcome == EffectOutcome::succeeded &&
                 taken_by_another(c.rollback, m_.actions.at(s->action)),
             "another rollback did it");
  accept_rest();
}

void Maker::expire_step_lease() {
  ExpireStepLease c;
  const Step* s = some_step(c.rollback, c.step, [](const RollbackId&, const Step& at) {
    return at.status == StepStatus::started;
  });
  order_.command = c;
  if (s == nullptr) return;
  refused_if(s->status != StepStatus::started || !s->lease_until, "no lease is out");
  refused_if(s->lease_until && now_ < *s->lease_until, "it still runs");
  accept_rest();
}

void Maker::retry_step() {
  RetryStep c;
  const Step* s = some_step(c.rollback, c.step, [](const RollbackId&, const Step& at) {
    return at.status == StepStatus::failed;
  });
  order_.command = c;
  if (s == nullptr) return;
  refused_if(s->status != StepStatus::failed, "it did not fail");
  accept_rest();
}

bool Maker::needs_a_person(const Step& s) {
  return s.status == StepStatus::failed || s.status == StepStatus::outcome_unknown ||
         (s.status == StepStatus::planned && s.executor != "internal");
}

bool Maker::needing_a_person(const RollbackId&, const Step& s) { return needs_a_person(s); }

void Maker::skip_step() {
  SkipStep c;
  const Step* s = some_step(c.rollback, c.step, needing_a_person);
  c.reason = reason();
  order_.command = c;
  if (s == nullptr) return;
  refused_if(!c.reason, "without a reason");
  refused_if(!needs_a_person(*s), "it gets on");
  refused_if(s->waiver.has_value(), "somebody is asked already");
  refused_if(comes_first(c.rollback, *s), "another step comes first");
  accept_rest();
}

void Maker::record_step() {
  RecordStep c;
  const Step* s = some_step(c.rollback, c.step, needing_a_person);
  c.evidence_sha256 = luck_ % 13 == 3 ? "none" : std::string(64, 'a');
  order_.command = c;
  if (s == nullptr) return;
  refused_if(!needs_a_person(*s), "it gets on");
  refused_if(taken_by_another(c.rollback, m_.actions.at(s->action)), "another rollback did it");
  refused_if(comes_first(c.rollback, *s), "another step comes first");
  refused_if(c.evidence_sha256.size() != 64, "without evidence");
  accept_rest();
}

void Maker::close_incident() {
  CloseIncident c;
  c.incident = pick(m_.incidents, "inc_none", [](bool open) { return open; });
  c.resolution = "done";
  order_.command = c;
  const bool* open = look(m_.incidents, c.incident);
  if (open == nullptr) return;
  refused_if(!*open, "it is closed");
  refused_if(m_.stuck_incidents.contains(c.incident), "decide about the step");
  refused_if(m_.unknown_incidents.contains(c.incident), "find out first");
  accept_rest();
}

}  // namespace recourse::model
