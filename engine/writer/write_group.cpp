#include "engine/writer/write_group.h"

#include <algorithm>
#include <unordered_map>

namespace recourse {

void WriteGroup::decide(const WriteRequest& request) {
  auto decided = decide_one(request);
  if (decided) {
    decided_.push_back(std::move(*decided));
  } else {
    Decided refused;
    refused.error = decided.error();
    decided_.push_back(std::move(refused));
  }
}

Result<WriteGroup::Decided> WriteGroup::decide_one(const WriteRequest& request) {
  const auto info = ledger_.find_tenant(request.tenant);
  if (!info) return Error{ErrorCode::not_found, "no tenant " + request.tenant.value()};
  const LedgerId id = info->ledger;
  const bool keyed = !request.idempotency_key.empty();
  Hash key{};
  if (keyed) {
    key = ledger_.request_key(id, request.principal.id.value(), request.idempotency_key);
    RECOURSE_LET(auto repeat, find_repeat(request, id, key));
    if (repeat) return std::move(*repeat);
  }
  LedgerViews* const views = views_of_(id);
  if (views == nullptr)
    return Error{ErrorCode::unavailable, "the state of this tenant cannot be read; see the log"};
  RECOURSE_TRY(views->can_decide());
  const Timestamp now = clock_.now();
  DecisionContext context{
      now, random_, request.principal, directory_.admins(request.tenant), std::nullopt, {}};
  add_deployment(context);
  context.tenant = request.tenant.value();
  DecisionStep step{views->state(), context, ledger_, id};
  RECOURSE_LET(std::vector<NewEvent> events, request.decide(step));
  const LedgerId meta(0);
  RECOURSE_ASSERT(step.for_deployment.empty() || (id != meta && !events.empty()),
                  "the deployment's events go with a tenant's");
  LedgerViews* const deployment = step.for_deployment.empty() ? nullptr : views_of_(meta);
  if (deployment == nullptr && !step.for_deployment.empty())
    return Error{ErrorCode::unavailable, "the deployment's state cannot be read; see the log"};
  if (deployment != nullptr) RECOURSE_TRY(deployment->can_decide());
  Decided decided;
  decided.ledger = id;
  decided.nothing_to_do = events.empty();
  if (events.empty()) return decided;
  if (!touched_.contains(id)) RECOURSE_TRY(stage_heartbeat(*info, views->state(), now));
  RECOURSE_LET(decided.events, stage(id, views->state(), std::move(events), now));
  if (deployment != nullptr)
    RECOURSE_TRY(stage_beside(meta, deployment->state(), std::move(step.for_deployment), now));
  if (keyed) {
    ledger_.stage_request(id, key, decided.events.front().position,
                          static_cast<std::uint32_t>(decided.events.size()), request.fingerprint);
    decided.request_key = key;
    decided.fingerprint = request.fingerprint;
    keys_.emplace(std::pair(id, key), decided_.size());
  }
  return decided;
}

void WriteGroup::add_deployment(DecisionContext& context) {
  LedgerViews* const meta = views_of_(LedgerId(0));
  // Who cannot see the switch acts as if it were thrown.
  context.deployment_stopped = meta == nullptr || !meta->can_decide().ok();
  if (context.deployment_stopped) return;
  State& state = meta->state();
  const TenantState* const found = state.tenant.find(TenantId());
  if (found == nullptr) return;
  const auto& scopes = found->killed_scopes;
  context.deployment_stopped =
      std::find(scopes.begin(), scopes.end(), Clear("deployment")) != scopes.end();
  if (found->rollouts.empty()) return;
  for (const Clear& name : std::vector(found->rollouts))
    if (const RolloutState* const rollout = state.rollouts.find(name.text))
      context.deployment_rollouts.push_back(*rollout);
}

Result<std::optional<WriteGroup::Decided>> WriteGroup::find_repeat(const WriteRequest& request,
                                                                   LedgerId ledger,
                                                                   const Hash& key) {
  const Error reused{ErrorCode::key_reused,
                     "this idempotency key was used for another request; use a new key"};
  Decided repeat;
  repeat.ledger = ledger;
  repeat.repeated = true;
  if (const auto same = keys_.find({ledger, key}); same != keys_.end()) {
    if (decided_[same->second].fingerprint != request.fingerprint) return reused;
    repeat.same_as = same->second;
    return std::optional(std::move(repeat));
  }
  RECOURSE_LET(const auto stored, ledger_.find_request(ledger, key));
  if (!stored) return std::optional<Decided>();
  RECOURSE_LET(const bool same, ledger_.matches(ledger, *stored, request.fingerprint));
  if (!same) return reused;
  for (std::uint64_t i = 0; i < stored->count; ++i) {
    RECOURSE_LET(const std::string leaf, ledger_.leaf(ledger, Position(stored->first.value() + i)));
    RECOURSE_LET(RecordedEvent event, read_leaf(leaf));
    repeat.events.push_back(std::move(event));
  }
  return std::optional(std::move(repeat));
}

Result<std::vector<RecordedEvent>> WriteGroup::stage(LedgerId ledger, State& state,
                                                     std::vector<NewEvent> events, Timestamp now) {
  std::vector<std::int64_t> versions;
  std::unordered_map<std::string_view, std::int64_t> ahead;
  versions.reserve(events.size());
  for (const NewEvent& event : events)
    versions.push_back(next_version(state, event.stream) + ahead[event.stream]++);
  RECOURSE_LET(auto recorded, ledger_.stage(ledger, std::move(events), versions, now));
  for (const RecordedEvent& event : recorded) evolve(state, event);
  touched_.insert(ledger);
  return recorded;
}

Status WriteGroup::stage_heartbeat(const LedgerInfo& info, State& state, Timestamp now) {
  const LedgerId meta(0);
  if (info.ledger == meta || ledger_.head(info.ledger).size.value() == 0) return {};
  if (now - ledger_.latest_time(info.ledger) < quiet_) return {};
  const TreeHead anchor = ledger_.head(meta);
  NewEvent event;
  event.stream = info.origin;
  event.data = LogHeartbeat{static_cast<std::int64_t>(anchor.size.value()), anchor.root};
  return stage_beside(info.ledger, state, {std::move(event)}, now);
}

Status WriteGroup::stage_beside(LedgerId ledger, State& state, std::vector<NewEvent> events,
                                Timestamp now) {
  RECOURSE_LET(auto recorded, stage(ledger, state, std::move(events), now));
  for (RecordedEvent& event : recorded) beside_.emplace_back(ledger, std::move(event));
  return {};
}

Status WriteGroup::commit() {
  if (!ledger_.has_staged()) return {};
  RECOURSE_TRY(ledger_.commit());
  for (const LedgerId id : touched_) {
    heads_[id] = ledger_.head(id);
    RECOURSE_ASSERT(heads_[id].size == size_of(id), "what was staged is what was committed");
  }
  return {};
}

std::vector<const RecordedEvent*> WriteGroup::events_of(LedgerId ledger) const {
  std::vector<const RecordedEvent*> events;
  for (const auto& [id, event] : beside_)
    if (id == ledger) events.push_back(&event);
  for (const Decided& decided : decided_)
    if (decided.ledger == ledger && !decided.repeated)
      for (const RecordedEvent& event : decided.events) events.push_back(&event);
  std::sort(events.begin(), events.end(), [](const RecordedEvent* a, const RecordedEvent* b) {
    return a->position < b->position;
  });
  return events;
}

std::span<const RecordedEvent> WriteGroup::events_of_request(std::size_t i) const {
  const Decided& decided = decided_[i];
  if (decided.error || decided.repeated) return {};
  return decided.events;
}

LogSize WriteGroup::size_of(LedgerId ledger) const {
  const auto events = events_of(ledger);
  RECOURSE_ASSERT(!events.empty(), "the ledger was touched");
  return LogSize(events.back()->position.value() + 1);
}

Outcome WriteGroup::outcome_of(Decided& decided, const Status& committed) {
  if (decided.error) return *decided.error;
  const bool stored_before = decided.repeated && !decided.same_as;
  if (!committed.ok() && !stored_before && !decided.nothing_to_do) return committed.error();
  Committed outcome;
  outcome.ledger = decided.ledger;
  const auto head = heads_.find(decided.ledger);
  outcome.head = head != heads_.end() ? head->second : ledger_.head(decided.ledger);
  outcome.repeated = decided.repeated;
  outcome.events = decided.same_as ? decided_[*decided.same_as].events : std::move(decided.events);
  return outcome;
}

std::vector<Outcome> WriteGroup::outcomes(const Status& committed) {
  std::vector<Outcome> outcomes;
  outcomes.reserve(decided_.size());
  // Backwards, because a repeat copies the events of the earlier request that it repeats.
  for (std::size_t i = decided_.size(); i-- > 0;)
    outcomes.push_back(outcome_of(decided_[i], committed));
  std::reverse(outcomes.begin(), outcomes.end());
  return outcomes;
}

}  // namespace recourse
