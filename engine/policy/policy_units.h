#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/result.h"

namespace recourse {

/// In which unit a member of a policy counts, by its name.
enum class PolicyUnit { none, seconds, ppm, money };
PolicyUnit unit_of(std::string_view member);

/// An integer of a policy document, and the currency that it was given with.
struct WrittenNumber {
  std::int64_t value = 0;
  std::optional<std::string> currency;
};

/// Reads `12`, and what its unit allows besides: 24h, 85%, 50.00 USD. `quoted` says that it was
/// written as a text, which a plain integer is not. Errors: `invalid`, with the reason.
Result<WrittenNumber> read_written_number(std::string_view text, bool quoted, PolicyUnit unit);

/// What read_written_number() takes beside an integer, as a regular expression; empty for nothing.
std::string_view pattern_of(PolicyUnit unit);

}  // namespace recourse
