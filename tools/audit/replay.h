#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "tools/audit/explain.h"
#include "tools/audit/locate.h"
#include "tools/audit/row_diff.h"

namespace recourse {

/// Which steps are shown. Events that a filter leaves out are folded all the same, so the states
/// before and after are right.
struct ReplayFilter {
  std::vector<std::string> types;  ///< As event_types_named() gives them; empty for all.
  std::optional<PrincipalId> actor;
  std::optional<Moment> from, to;  ///< Positions or times of recording: [from, to).
  /// By the source's own time, which is the time of recording for events that were not imported.
  std::optional<Timestamp> occurred_from, occurred_to;
};

struct ReplayRequest {
  LedgerId ledger;
  Target target;  ///< See find_target().
  ReplayFilter filter;
  std::optional<Moment> at;  ///< The last event that counts; default: the head.
  bool explain = false;      ///< Ask the policy of each verdict again, and when it would differ.
  /// What another policy would have decided, by position of the proposal: see Backtest.
  std::vector<BacktestChange> otherwise = {};
  /// Show sealed texts. The caller records that they were opened before it calls (sealed.opened).
  bool open = false;
};

/// A sealed value of an event.
struct SealedText {
  std::string pointer;  ///< /data/reason
  Hash commitment{};
  std::optional<std::string> json;  ///< The value, when asked for and still there.
  bool erased = false;              ///< Asked for, and destroyed.
};

/// A clear fact of an event: member name and canonical JSON.
struct ReplayFact {
  std::string name, json;
};

struct EntityChange {
  std::string entity;  ///< Ticket or action id.
  std::vector<FieldChange> fields;
};

/// One event as a person reads it.
struct ReplayStep {
  Position position;
  EventId id;
  Timestamp time;
  std::optional<Timestamp> occurred_at;  ///< Of imported events.
  Actor actor;                           ///< Who.
  std::string type, subject, causation, correlation;
  std::vector<ReplayFact> what;     ///< Clear members that say what happened.
  std::vector<ReplayFact> why;      ///< Rules with their inputs, codes, causes, policies.
  std::vector<SealedText> sealed;   ///< Texts and typed reasons, as commitments or opened.
  std::vector<EntityChange> state;  ///< What it changed, tickets before actions.
  std::optional<ExplainedDecision> explained;  ///< Of a verdict, when asked for.
  std::optional<BacktestChange> otherwise;     ///< Of a proposal that would go another way.
};

/// Calls `visit` for each step in order until it returns false. For one ticket or action memory is
/// bounded by its rows, for `all` by all rows of the tenant. `views` may be null, see locate.h.
/// Errors: not_found, those of the leaves; forbidden when asked to open without keys.
Status replay(const Ledger& ledger, const ViewStore* views, const ReplayRequest& request,
              const std::function<bool(const ReplayStep&)>& visit);

/// What differs between the states at two moments, by entity; `before` is the state at `a`, also
/// when it is the later one. Filters do not apply.
Result<std::vector<EntityChange>> replay_diff(const Ledger& ledger, const ViewStore* views,
                                              LedgerId id, const Target& target, const Moment& a,
                                              const Moment& b);

}  // namespace recourse
