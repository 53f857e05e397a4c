#include "tools/audit/leaf_tail.h"

namespace recourse {
namespace {

/// The text of the attribute written `"<name>":"`; ids and times need no escapes.
std::string_view text_of(std::string_view tail, std::string_view quoted_name) {
  const std::size_t at = tail.find(quoted_name);
  if (at == tail.npos) return {};
  const std::string_view rest = tail.substr(at + quoted_name.size());
  const std::size_t end = rest.find('"');
  return end == rest.npos ? std::string_view() : rest.substr(0, end);
}

}  // namespace

std::optional<LeafTail> leaf_tail(std::string_view leaf) {
  // Members of a canonical object stand in order and quotes inside texts are escaped. So the last
  // `"sequence":"` is the attribute itself, and nothing behind it belongs to the data.
  const std::size_t at = leaf.rfind("\"sequence\":\"");
  if (at == leaf.npos) return std::nullopt;
  const std::string_view behind = leaf.substr(at);
  LeafTail tail;
  tail.sequence = text_of(behind, "\"sequence\":\"");
  tail.source = text_of(behind, "\"source\":\"");
  tail.subject = text_of(behind, "\"subject\":\"");
  tail.time = text_of(behind, "\"time\":\"");
  tail.type = text_of(behind, "\"type\":\"");
  if (tail.sequence.empty() || tail.source.empty() || tail.time.empty() || tail.type.empty())
    return std::nullopt;
  return tail;
}

}  // namespace recourse
