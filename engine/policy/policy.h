#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/base/vocabulary.h"
#include "engine/event/text.h"
#include "engine/policy/breaker.h"
#include "engine/policy/limits.h"
#include "engine/policy/service.h"

namespace recourse {

/// How sure an agent has to be. The most specific rule that fits an action counts: by type, then by
/// category, then by reversibility, then one that names nothing; among equals the first.
struct ThresholdRule {
  Clear rule = {};  ///< Name, unique in its list: [a-z0-9_]{1,48}
  std::optional<Clear> type = {}, category = {};
  std::optional<Reversibility> reversibility = {};
  std::optional<bool> has_inverse = {};
  /// Absent: no confidence is needed. Present: an action without a confidence is below it.
  std::optional<std::int64_t> at_least_ppm = {};
  PolicyOutcome below = PolicyOutcome::require_approval;  ///< or deny
};
BOOST_DESCRIBE_STRUCT(ThresholdRule, (),
                      (rule, type, category, reversibility, has_inverse, at_least_ppm, below))

BOOST_DEFINE_ENUM_CLASS(MatrixEffect, permit, require_approval, forbid)

/// One row of the approval matrix. All rows that fit count, and the strictest wins; when none fits
/// the answer is no.
struct MatrixRule {
  Clear rule = {};
  std::optional<Clear> type = {}, category = {};
  std::optional<Reversibility> reversibility = {};
  /// Only what changes something: with a type that undoes it, or without.
  std::optional<bool> has_inverse = {};
  std::vector<Clear> except_types;
  /// Amounts in minor units of `currency`; a rule with a bound needs a currency.
  std::optional<Clear> currency;
  std::optional<std::int64_t> above_minor, up_to_minor;
  std::vector<Clear> except_currencies;
  std::optional<HistoryCondition> history = {};
  MatrixEffect effect = MatrixEffect::require_approval;
  std::int64_t quorum = 1;
  std::vector<Role> roles;  ///< Who may vote; for require_approval at least one.
};
BOOST_DESCRIBE_STRUCT(MatrixRule, (),
                      (rule, type, category, reversibility, has_inverse, except_types, currency,
                       above_minor, up_to_minor, except_currencies, history, effect, quorum, roles))

/// How far machines may go by themselves. The most specific rule that fits counts: by agent, then
/// as for thresholds. Where none fits: auto. People's own actions are not restricted by it.
struct AutonomyRule {
  Clear rule = {};
  std::optional<Clear> agent = {};  ///< A principal: agt_...
  std::optional<Clear> type = {}, category = {};
  std::optional<Reversibility> reversibility = {};
  std::optional<bool> has_inverse = {};
  AgentAutonomy level = AgentAutonomy::approve;
};
BOOST_DESCRIBE_STRUCT(AutonomyRule, (),
                      (rule, agent, type, category, reversibility, has_inverse, level))

/// Who is asked when half of an approval's time is over and nobody decided. The most specific rule
/// that fits counts, as for thresholds. Where none fits: admins.
struct EscalationRule {
  Clear rule = {};
  std::optional<Clear> type = {}, category = {};
  std::optional<Reversibility> reversibility = {};
  std::optional<bool> has_inverse = {};
  std::vector<Role> escalate_to;  ///< In place of those who were asked before.
};
BOOST_DESCRIBE_STRUCT(EscalationRule, (),
                      (rule, type, category, reversibility, has_inverse, escalate_to))

/// How long what may run is held back before it is sent, so that people can recall it. The most
/// specific rule that fits counts, as for thresholds. Where none fits: as long as the type says.
struct HoldRule {
  Clear rule = {};
  std::optional<Clear> type = {}, category = {};
  std::optional<Reversibility> reversibility = {};
  std::optional<bool> has_inverse = {};
  std::int64_t hold_s = 0;
};
BOOST_DESCRIBE_STRUCT(HoldRule, (), (rule, type, category, reversibility, has_inverse, hold_s))

/// What a tenant lets its agents do. Written as canonical JSON into policy.activated.
struct Policy {
  bool autonomy_enabled = true;
  Clear currency{"USD"};  ///< Of amounts that name none.
  std::int64_t approval_ttl_s = 3600;
  std::int64_t followup_after_s = 86'400;
  std::int64_t low_confidence_quorum = 1;
  std::vector<Role> low_confidence_roles{Role::operator_, Role::manager, Role::admin};
  std::vector<ThresholdRule> thresholds;
  std::vector<MatrixRule> matrix;
  std::optional<std::vector<LimitRule>> limits;                 ///< At most 32.
  std::optional<BreakerRule> breaker;                           ///< Absent: there is none.
  std::optional<std::vector<AutonomyRule>> autonomy;            ///< At most 200.
  std::optional<std::vector<EscalationRule>> escalations = {};  ///< At most 200.
  std::optional<FollowUpRule> followup;                         ///< Absent: FollowUpRule{}.
  std::optional<ClosingRule> closing;                           ///< Absent: ClosingRule{}.
  std::optional<std::vector<CalendarRule>> calendars;           ///< At most 32.
  std::optional<std::vector<SlaRule>> sla;          ///< At most 100; absent: no clock runs.
  std::optional<std::vector<HoldRule>> holds = {};  ///< At most 200.

  const std::vector<LimitRule>& all_limits() const {
    static const std::vector<LimitRule> none;
    return limits ? *limits : none;
  }
};
BOOST_DESCRIBE_STRUCT(Policy, (),
                      (autonomy_enabled, currency, approval_ttl_s, followup_after_s,
                       low_confidence_quorum, low_confidence_roles, thresholds, matrix, limits,
                       breaker, autonomy, escalations, followup, closing, calendars, sla, holds))

inline constexpr std::string_view kDefaultPolicyName = "pol_default@1";

/// What every tenant starts with (DOMAIN: reads run; own reversible changes run above a threshold;
/// money, account changes and what cannot be undone wait for people; an agent asks for 50 actions a
/// minute; 100 an hour and 500 a day run without a person).
const Policy& default_policy();

/// Canonical JSON. parse_policy(policy_json(p)) gives p.
std::string policy_json(const Policy& policy);

/// Reads any JSON text of a policy and checks it. Errors: `invalid`, naming the rule and what is
/// wrong with it: an unknown action type or currency, a bound without currency, a name used twice.
Result<Policy> parse_policy(std::string_view text);

/// What a policy needs besides before it is accepted here: this machine knows its time zones.
/// Errors: `invalid`.
Status check_zones(const Policy& policy);

/// parse_policy() that remembers the last few texts of this thread. Null for a bad text.
std::shared_ptr<const Policy> remembered_policy(std::string_view text);

}  // namespace recourse
