#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "engine/event/describe.h"
#include "engine/ledger/ledger.h"
#include "engine/policy/what_if.h"
#include "projections/view_store.h"

namespace recourse {

/// One recorded verdict on an action, and what can be told from it.
struct ExplainedDecision {
  std::int64_t position = 0;
  Timestamp time;
  Clear decision;  ///< dec_ id
  Clear at;        ///< propose or dispatch
  Clear policy;
  bool shadow = false;  ///< Recorded, not enforced.
  PolicyOutcome outcome = PolicyOutcome::deny;
  std::optional<Clear> problem;
  std::vector<RuleResult> rules;  ///< With their inputs: thresholds, limits, buckets, ...
  std::int64_t required_approvals = 0;
  std::vector<Clear> approver_roles;
  /// Whether the policy of then, asked again with the recorded inputs, gives this verdict rule by
  /// rule; absent when it cannot be asked, and `not_reproduced` says why in either case.
  std::optional<bool> reproduced;
  std::optional<Clear> not_reproduced;
  std::vector<WhatIf> what_if;  ///< Only when reproduced.
};
BOOST_DESCRIBE_STRUCT(ExplainedDecision, (),
                      (position, time, decision, at, policy, shadow, outcome, problem, rules,
                       required_approvals, approver_roles, reproduced, not_reproduced, what_if))

/// One link of the chain that led to the action and away from it.
struct CauseLink {
  std::int64_t position = 0;
  Timestamp time;
  Clear type;  ///< action.proposed
  ActorType actor_type = ActorType::system;
  PrincipalId actor;
  Clear role;                 ///< before, proposal, verdict, approval, effect, after
  std::optional<Clear> code;  ///< Outcome, vote, cause or reason code.
};
BOOST_DESCRIBE_STRUCT(CauseLink, (), (position, time, type, actor_type, actor, role, code))

struct Explanation {
  ActionId action;
  TicketId ticket;
  Clear action_type;
  PrincipalId proposer;
  ActorType proposer_type = ActorType::agent;
  std::optional<RunId> run;
  std::optional<std::int64_t> confidence_ppm, amount_minor;
  std::optional<Clear> currency;
  bool imported = false;
  std::vector<ExplainedDecision> decisions;  ///< Oldest first.
  std::vector<CauseLink> causes;             ///< In the order of the ledger.
};
BOOST_DESCRIBE_STRUCT(Explanation, (),
                      (action, ticket, action_type, proposer, proposer_type, run, confidence_ppm,
                       amount_minor, currency, imported, decisions, causes))

/// Why `action` of `ticket` was decided as it was, from the ledger alone. `views` is only an index
/// and may be null. Clear values only. Errors: not_found; those of the leaves.
Result<Explanation> explain(const Ledger& ledger, const ViewStore* views, LedgerId id,
                            const TicketId& ticket, const ActionId& action);

/// As a person reads it.
std::string to_text(const Explanation& explanation);

}  // namespace recourse
