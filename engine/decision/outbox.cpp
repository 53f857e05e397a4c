#include "engine/decision/outbox.h"

#include <algorithm>

#include "engine/decision/backoff.h"
#include "engine/policy/judge.h"

namespace recourse {
namespace {

/// What is held has this long at least to be sent after its window.
constexpr std::chrono::minutes kTimeToSend{15};
constexpr std::int64_t kMostLookUps = 8;

std::chrono::seconds hold_window(const ActionState& action, const Policy& policy) {
  const ActionType* const type = find_action_type(action.type.text);
  return std::chrono::seconds(type != nullptr ? hold_seconds(policy, *type) : 0);
}

}  // namespace

const ConnectorState* connector_for(State& state, std::string_view type) {
  const TenantState* const tenant = state.tenant.find(TenantId());
  if (tenant == nullptr || tenant->connectors.empty()) return nullptr;
  for (const Clear& name : std::vector(tenant->connectors)) {
    const ConnectorState* const connector = state.connectors.find(name.text);
    if (connector == nullptr) continue;
    const auto& types = connector->types;
    if (std::any_of(types.begin(), types.end(), [&](const Clear& one) { return one.text == type; }))
      return connector;
  }
  return nullptr;
}

const ConnectorState* connector_of(State& state, const ActionState& action) {
  return action.connector ? state.connectors.find(action.connector->text) : nullptr;
}

void put_in_outbox(Draft& draft, const ActionState& action, const Policy& policy) {
  const std::chrono::seconds window = hold_window(action, policy);
  const ConnectorState* const connector = connector_for(draft.state, action.type.text);
  if (window.count() == 0 && connector == nullptr) return;
  EffectHeld held;
  held.action = action.action;
  held.ticket = action.ticket;
  held.until = draft.context.now + window;
  if (connector != nullptr) held.connector = connector->connector;
  draft.add(action.action.value(), std::move(held));
}

std::optional<Timestamp> usable_until(State& state, const ActionState& action,
                                      const ApprovalState& approval, const Policy& policy,
                                      Timestamp now) {
  const std::chrono::seconds window = hold_window(action, policy);
  if (window.count() == 0 && connector_for(state, action.type.text) == nullptr) return std::nullopt;
  const Timestamp needed = now + window + kTimeToSend;
  return needed > approval.expires_at ? std::optional(needed) : std::nullopt;
}

std::optional<Timestamp> next_look_up(const Draft& draft, const std::optional<Clear>& connector,
                                      std::int64_t done) {
  if (done >= kMostLookUps || !connector) return std::nullopt;
  const ConnectorState* const row = draft.state.connectors.find(connector->text);
  if (row == nullptr || !row->look_up_url) return std::nullopt;
  return draft.context.now + backoff(draft.context.random, done + 1);
}

void open_unknown_incident(Draft& draft, const ActionState& action) {
  IncidentOpened opened;
  opened.incident = draft.make<IncidentId>("inc_");
  opened.kind = IncidentKind::outcome_unknown;
  opened.action = action.action;
  opened.ticket = action.ticket;
  draft.add(opened.incident.value(), std::move(opened));
}

void lose_sight(Draft& draft, const ActionState& action, std::string_view cause) {
  EffectOutcomeUnknown unknown;
  unknown.action = action.action;
  unknown.ticket = action.ticket;
  unknown.cause = cause;
  unknown.look_up_at = next_look_up(draft, action.connector, 0);
  const bool looked_up = unknown.look_up_at.has_value();
  draft.add(action.action.value(), std::move(unknown));
  if (!looked_up) open_unknown_incident(draft, action);
}

}  // namespace recourse
