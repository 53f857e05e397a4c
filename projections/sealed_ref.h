#pragma once

#include <cstdint>
#include <string>

#include "engine/base/bytes.h"

namespace simdjson::dom {
class element;
}

namespace recourse {

/// A sealed value as a row refers to it. The reader who may see it is shown the text from the vault
/// in its place; the row itself never holds it.
struct SealedRef {
  std::int64_t position = 0;
  std::int64_t ordinal = 0;
  Hash commitment{};
  bool operator==(const SealedRef&) const = default;

  void append_json_to(std::string& out) const;
  bool read_json_from(const simdjson::dom::element& json);
};

}  // namespace recourse
