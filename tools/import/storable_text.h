#pragma once

#include <string>
#include <string_view>

#include "engine/event/text.h"

namespace recourse {

/// The longest text that an import stores whole. What is longer keeps its beginning and says how
/// much is missing.
inline constexpr std::size_t kMaxStoredBytes = std::size_t{1} << 20;

/// `text` as it may be sealed: credentials redacted (see scrub()), bytes that are no UTF-8 and
/// U+0000 replaced by U+FFFD, cut to kMaxStoredBytes with a marker at the end. Any thread.
std::string storable_text(std::string_view text);

/// Whether storable_text() would change nothing.
bool is_storable(std::string_view text);

/// A word of the source (a category, a state, a group) that may stand in a leaf: the word itself
/// when it is a label (see is_label()) or a code and holds no credential, else `word-` and 16
/// hexadecimal digits that are the same for the same word under `key`: equal words stay equal and
/// nothing is told.
Clear clear_word(std::string_view key, std::string_view word);

}  // namespace recourse
