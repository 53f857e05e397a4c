#include "engine/event/pretty_json.h"

#include <algorithm>

#include "engine/event/canonical_json.h"

namespace recourse {
namespace {

bool is_plain(const Json& json) { return !json.is_array() && !json.is_object(); }

void append_line(std::string& out, std::size_t level) {
  out += '\n';
  out.append(level * 2, ' ');
}

void append_pretty(std::string& out, const Json& json, std::size_t level) {
  if (const auto* members = json.members(); members != nullptr && !members->empty()) {
    out += '{';
    for (const Json::Member& member : *members) {
      if (&member != &members->front()) out += ',';
      append_line(out, level + 1);
      append_canonical_string(out, member.name);
      out += ": ";
      append_pretty(out, member.value, level + 1);
    }
    append_line(out, level);
    out += '}';
  } else if (const auto* elements = json.elements(); elements != nullptr && !elements->empty()) {
    const bool one_line = std::all_of(elements->begin(), elements->end(), is_plain);
    out += '[';
    for (const Json& element : *elements) {
      if (&element != &elements->front()) out += one_line ? ", " : ",";
      if (!one_line) append_line(out, level + 1);
      append_pretty(out, element, level + 1);
    }
    if (!one_line) append_line(out, level);
    out += ']';
  } else {
    append_canonical_json(out, json);
  }
}

}  // namespace

std::string pretty_json(const Json& json) {
  std::string out;
  append_pretty(out, json, 0);
  out += '\n';
  return out;
}

}  // namespace recourse
