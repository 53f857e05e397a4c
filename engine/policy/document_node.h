#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"

namespace recourse {

/// Where something stands in a text. Both count from 1; a column is a character.
struct TextPlace {
  std::size_t line = 1, column = 1;
};

/// One value of a YAML or JSON document, with its place. Numbers stay the text that was written.
struct DocumentNode {
  enum class Kind { scalar, list, map };
  struct Member;

  Kind kind = Kind::scalar;
  TextPlace place;
  std::string text;     ///< Of a scalar.
  bool quoted = false;  ///< The scalar was written in quotes or as a block, so it is a text.
  std::vector<DocumentNode> items;
  std::vector<Member> members;

  const DocumentNode* find(std::string_view name) const;
};

struct DocumentNode::Member {
  DocumentNode key, value;
};

/// `line 3, column 7: <reason>`
Error fault_at(const TextPlace& place, std::string_view reason);

/// Reads one YAML 1.1 document; JSON is read as the YAML that it is. Refused, because a reader
/// could miss what they do: anchors, aliases, merge keys, tags, several documents, a key twice.
/// Errors: `too_large` beyond 256 KiB; `invalid` with the place.
Result<DocumentNode> read_document(std::string_view text);

}  // namespace recourse
