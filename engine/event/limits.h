#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>

/// What may stand in an event. schemas/events says the same to others; validate.h refuses the rest.
namespace recourse {

struct PolicyActivated;

/// Ids, streams and subjects: [A-Za-z0-9_.:@/-]{1,128}.
constexpr std::size_t kMaxIdBytes = 128;
constexpr std::string_view kIdPattern = "^[A-Za-z0-9_.:@/-]{1,128}$";

constexpr std::size_t kMaxClearBytes = 4'096;
/// Texts without personal data by rule that a leaf still holds whole: a policy.
constexpr std::size_t kMaxClearDocumentBytes = 48 * 1024;

/// Integers that every JSON reader holds exactly.
constexpr std::int64_t kMaxSafeInteger = (std::int64_t{1} << 53) - 1;

namespace described {

constexpr std::array<bool, 256> id_characters() {
  std::array<bool, 256> table{};
  for (unsigned c = 0; c < table.size(); ++c)
    table[c] = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               std::string_view("_.:@/-").find(static_cast<char>(c)) != std::string_view::npos;
  return table;
}

}  // namespace described

constexpr bool is_identifier(std::string_view text) {
  constexpr auto kAllowed = described::id_characters();
  return !text.empty() && text.size() <= kMaxIdBytes &&
         std::all_of(text.begin(), text.end(),
                     [&](char c) { return kAllowed[static_cast<unsigned char>(c)]; });
}

/// Longest Clear text in the member `name` of `Owner`.
template <class Owner>
constexpr std::size_t max_clear_bytes([[maybe_unused]] std::string_view name) {
  if constexpr (std::is_same_v<Owner, PolicyActivated>) {
    if (name == "text") return kMaxClearDocumentBytes;
  }
  return kMaxClearBytes;
}

}  // namespace recourse
