#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "engine/base/assert.h"
#include "engine/event/canonical_json.h"
#include "engine/event/json_fault.h"
#include "engine/event/parse_json.h"

/// Any bytes: the parser and the plain reader agree, and what is accepted has one canonical form.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace recourse;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const JsonLimits limits;
  const Result<Json> json = parse_json(text, limits);
  if (size > limits.size_bytes) return 0;
  const bool fault = find_json_fault(text, limits.depth).has_value();
  if (!json) {
    const bool equal_names = json.error().message.find("same name") != std::string::npos;
    RECOURSE_ASSERT(fault || equal_names, "every refusal can be explained");
    return 0;
  }
  RECOURSE_ASSERT(!fault, "what is accepted breaks no rule");
  const std::string canonical = canonical_json(*json);
  const Result<Json> again = parse_json(canonical, {.size_bytes = 8 * size + 64});
  RECOURSE_ASSERT(again.ok() && *again == *json, "a canonical form reads back as the same value");
  RECOURSE_ASSERT(canonical_json(*again) == canonical, "a canonical form is its own");
  return 0;
}
