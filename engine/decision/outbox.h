#pragma once

#include "engine/decision/draft.h"
#include "engine/policy/policy.h"

namespace recourse {

/// The connector that runs actions of this type, or null. Valid until the next call on the tables.
const ConnectorState* connector_for(State& state, std::string_view type);

/// The one that `action` stands in the outbox for, or null: none, or it was removed since. Valid
/// until the next call on the tables.
const ConnectorState* connector_of(State& state, const ActionState& action);

/// Puts a client's action that may run from now on into the outbox, where it has a hold window or a
/// connector sends it; else nothing: an executor may take it at once.
void put_in_outbox(Draft& draft, const ActionState& action, const Policy& policy);

/// Until when an approval that is granted now may be used: longer than it could be decided, where
/// the hold window would eat that time up. Nothing: as long as it could be decided.
std::optional<Timestamp> usable_until(State& state, const ActionState& action,
                                      const ApprovalState& approval, const Policy& policy,
                                      Timestamp now);

/// The effect may have happened. The connector looks it up, or people are told to.
void lose_sight(Draft& draft, const ActionState& action, std::string_view cause);

/// When the connector of this name looks up next what became of a call, after `done` looks that
/// found nothing out; none when there is no such connector, it cannot, or has tried often enough.
std::optional<Timestamp> next_look_up(const Draft& draft, const std::optional<Clear>& connector,
                                      std::int64_t done);

/// For people to find out what became of it.
void open_unknown_incident(Draft& draft, const ActionState& action);

}  // namespace recourse
