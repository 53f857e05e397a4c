#pragma once

#include <string>
#include <string_view>

#include "engine/policy/policy.h"

namespace recourse {

/// Reads a policy as a person writes it: YAML or JSON. A member that is left out has its default;
/// schemas/policy.schema.json lists them all. Besides plain integers there may stand, exactly:
/// - where a name ends in `_s`, a duration: 90s, 30m, 24h, 7d;
/// - where a name ends in `_ppm`, a percentage: 85%, 82.5%;
/// - where minor units of a currency are meant, an amount: 50.00 USD, which names the currency too.
/// Errors: `invalid` for anything unknown or against parse_policy()'s rules, with line, column and
/// reason; `too_large`.
Result<Policy> read_policy_document(std::string_view text);

}  // namespace recourse
