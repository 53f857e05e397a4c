#pragma once

#include <cstdint>
#include <string_view>

namespace recourse {

/// Whether `text` is the position as 16 digits, as a leaf's `sequence` is.
bool is_leaf_sequence(std::string_view text, std::uint64_t position);

/// 2026-01-05T09:30:01.250000Z, by its shape: such texts sort as the times do.
bool is_leaf_time(std::string_view text);

}  // namespace recourse
