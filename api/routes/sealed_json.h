#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
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
  struct Text {
    std::string_view json;
    const Hash& commitment;
  };

  /// REQUIRES: the value was not added before.
  void add(const OpenedView& value);
  /// Shows `json` in the place of a value that was added; the commitment stays that of the value.
  void replace(Position position, SealedOrdinal ordinal, std::string_view json);
  /// Nothing when the value was erased. Borrowed until the next add().
  std::optional<Text> find(std::uint64_t position, std::uint64_t ordinal) const;

 private:
  struct Entry {
    std::uint64_t place;  ///< position << 16 | ordinal
    std::size_t begin, size;
    Hash commitment;
  };
  std::string all_;  ///< The JSON of all of them.
  /// Null for none. Borrowed until the next add().
  const Entry* entry_at(std::uint64_t place) const;

  std::vector<Entry> entries_;
  /// Where each stretch of ascending places begins in entries_: one for each ticket, since the
  /// vault is read in this order.
  std::vector<std::size_t> runs_;
};

/// A row with its texts in the place of their seals. An erased one is null, and the object gets a
/// member `erased` with the JSON pointers of all of them. Errors: corrupt when a text is not the
/// one that the row's commitment binds.
Result<std::string> with_texts(std::string_view row, const OpenedTexts& texts);
/// Appends it to `out`, to which an error adds nothing.
Status append_with_texts(std::string& out, std::string_view row, const OpenedTexts& texts);

/// The same for the leaf at `position`.
Result<std::string> leaf_with_texts(std::string_view leaf, Position position,
                                    const OpenedTexts& texts);

}  // namespace recourse::routes
