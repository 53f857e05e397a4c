#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace recourse {

struct JsonFault {
  std::size_t byte;  ///< Offset from 0 of the first byte that cannot stand there.
  const char* what;  ///< A phrase for people: "a lone surrogate".
};

/// The first place where `text` breaks a rule of parse_json() other than unique names. Slow beside
/// the parser, which knows only that something is wrong somewhere: for error messages.
/// `depth` bounds the recursion.
std::optional<JsonFault> find_json_fault(std::string_view text, std::size_t depth);

}  // namespace recourse
