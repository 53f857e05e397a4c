#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "engine/base/result.h"

namespace recourse {

/// How many decimals the minor unit of a currency has (ISO 4217: USD 2, JPY 0, KWD 3); nothing for
/// a code that is not a currency in use.
std::optional<int> minor_digits(std::string_view currency);

/// The amount written by `decimal` in minor units, exactly: 49.99 USD is 4999. `decimal` is a JSON
/// number or the same as a text; no floating point is involved. Errors: `invalid` when it is not a
/// number, is negative, has more decimals than the currency or is beyond 2^53-1 minor units.
Result<std::int64_t> minor_units(std::string_view decimal, std::string_view currency);

}  // namespace recourse
