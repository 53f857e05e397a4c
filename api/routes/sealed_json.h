#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "engine/ledger/ledger.h"

namespace recourse::routes {

// Sealed values in the JSON of rows ({"$sealed":{"at":"<position>.<ordinal>","c":…}}) and of leaves
// ({"$sealed":{"c":…,"k":…,"r":…,"t":…}}), on their way to a reader. Only canonical JSON that this
// program wrote comes in, so a quote inside a text is always escaped and the marker is
// unmistakable.

/// What a reader sees who did not ask for texts: {"sealed":true,"at":…,"c":…}. One pass, no
/// parsing.
std::string with_seals_shown(std::string_view row);
/// Appends it to `out`.
void append_with_seals_shown(std::string& out, std::string_view row);

/// The texts of some tickets, opened.
class OpenedTexts {
 public:
  void add(std::vector<OpenedValue> values);
  /// Null when the value was erased.
  const OpenedValue* find(std::uint64_t position, std::uint64_t ordinal) const;

 private:
  std::unordered_map<std::uint64_t, OpenedValue> values_;  // position << 16 | ordinal
};

/// A row with its texts in the place of their seals. An erased one is null, and the object gets a
/// member `erased` with the JSON pointers of all of them. Errors: corrupt when a text is not the
/// one that the row's commitment binds.
Result<std::string> with_texts(std::string_view row, const OpenedTexts& texts);

/// The same for the leaf at `position`.
Result<std::string> leaf_with_texts(std::string_view leaf, Position position,
                                    const OpenedTexts& texts);

}  // namespace recourse::routes
