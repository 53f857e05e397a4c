#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/event/text.h"

namespace recourse {

/// Whose history counts: everything of the tenant, what one principal proposed, one action type,
/// the tickets of one requester, one ticket.
BOOST_DEFINE_ENUM_CLASS(LimitPer, tenant, agent, type, customer, ticket)
/// Actions, minor units of one currency, or distinct requesters.
BOOST_DEFINE_ENUM_CLASS(LimitWhat, actions, money, customers)
/// Which actions count. asked: every proposal but those that the limit itself refused. allowed:
/// what may run, when it was last permitted to. autonomous: of these, what no person agreed to and
/// is neither a read nor a handoff, so that an agent past its limit can still look and hand over.
BOOST_DEFINE_ENUM_CLASS(Counted, asked, allowed, autonomous)
BOOST_DEFINE_ENUM_CLASS(LimitEffect, deny, require_approval)

/// A part of the latest history. How exact it is: SlidingWindow. It counts from the activation of
/// the first policy that names it, and goes on when a later one names it too.
struct HistoryWindow {
  LimitPer per = LimitPer::tenant;
  LimitWhat what = LimitWhat::actions;
  std::optional<Counted> counts = {};                    ///< Absent: asked.
  std::int64_t window_s = 60;                            ///< 1 to 2592000
  std::optional<Clear> currency = {};                    ///< For money alone, and there always.
  std::optional<std::vector<Clear>> types = {};          ///< Absent: all.
  std::optional<std::vector<Clear>> except_agents = {};  ///< Principals that it is not about.

  Counted counted() const { return counts.value_or(Counted::asked); }
  bool selects(std::string_view type, std::string_view proposer) const;
};

/// At most so much within the window. What would make it more is refused, or waits for those who
/// decide about unsure agents.
struct LimitRule : HistoryWindow {
  Clear rule = {};
  std::int64_t max = 0;  ///< For customers at most 1000.
  LimitEffect effect = LimitEffect::deny;
};
BOOST_DESCRIBE_STRUCT(LimitRule, (),
                      (rule, per, what, counts, window_s, currency, types, except_agents, max,
                       effect))

/// For a row of the matrix: it fits when the window holds more than `above` with the action.
struct HistoryCondition : HistoryWindow {
  std::int64_t above = 0;
};
BOOST_DESCRIBE_STRUCT(HistoryCondition, (),
                      (per, what, counts, window_s, currency, types, except_agents, above))

/// What a window holds when an action is judged.
struct WindowUse {
  bool counts = false;             ///< The window is about this action.
  bool unknown_amount = false;     ///< Money is counted and the action does not say how much.
  std::int64_t used = 0;           ///< By others.
  std::int64_t adds = 0;           ///< By the action, beyond what was counted of it before.
  std::int64_t retry_after_s = 0;  ///< Until the limit has room; 0: there is, or never will be.
  bool first = false;              ///< The limit was not reached before in this window.
};

/// The row of the window: `scope` is what `per` means for an action, as limit.reached has it. What
/// a limit allows is no part of it, so that changing that keeps the history.
std::string window_key(const HistoryWindow& window, std::string_view scope);

}  // namespace recourse
