#pragma once

#include <span>
#include <string_view>

#include "engine/decision/decide.h"

namespace recourse {

/// Facts that people put on record beside the work of the desk: access, changes, alerts, declared
/// incidents, mandates, answers to exceptions. Each is one type of event. Who records gives its
/// data without what `filled` names, which the decision finds or draws.
struct RecordRule {
  std::string_view type;  ///< Without `recourse.` and the version: access.granted
  std::string_view summary;
  Role least;                       ///< Of a person: this role or a higher one.
  bool machines = false;            ///< Keys of machines may record it, too.
  std::string_view filled;          ///< Names of members, a space between two.
  std::string_view defaulted = {};  ///< The same for those that have a default here.
  bool fills(std::string_view member) const;
  bool has_default(std::string_view member) const;
};
std::span<const RecordRule> record_rules();
/// Null for a type that is not recorded so.
const RecordRule* find_record_rule(std::string_view type);

/// Errors: forbidden, saying who may.
Status may_record(const RecordRule& rule, const Principal& by);

/// What a decision about a register is told beside the fact.
struct RecordContext {
  const DecisionContext& decision;
  std::vector<PrincipalId> accounts;  ///< Who holds a key of the tenant now, in order.
};

constexpr std::size_t kMaxReviewedAccounts = 512;

/// The events that put `fact` on record: the fact with what the decision fills, and
/// bypass.granted before it when the only admin approved what he asked for. Errors: forbidden for
/// the wrong role; not_found, conflict, invalid with what to do.
Result<std::vector<NewEvent>> record_fact(State& state, const EventData& fact,
                                          const RecordContext& context);

/// The id of the entry or incident that a recorded fact is about; empty for one that has none.
std::string entry_of(const EventData& fact);

}  // namespace recourse
