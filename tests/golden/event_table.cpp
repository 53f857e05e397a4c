#include "tests/golden/event_table.h"

#include <vector>

#include "engine/event/parse_json.h"
#include "tools/schema/event_schema.h"

namespace recourse {
namespace {

constexpr std::string_view kBegin = "<!-- events: written by write_golden -->\n";
constexpr std::string_view kEnd = "<!-- end of events -->\n";

bool contains(const Json* list, std::string_view text) {
  if (list == nullptr) return false;
  for (const Json& element : *list->elements())
    if (*element.string() == text) return true;
  return false;
}

void add_sealed(const Json& schema, const std::string& path, std::vector<std::string>& sealed) {
  if (const Json* marked = schema.find("x-recourse"); marked && *marked == Json("sealed"))
    sealed.push_back(path);
  if (const Json* items = schema.find("items")) add_sealed(*items, path + "[]", sealed);
  if (const Json* properties = schema.find("properties"))
    for (const Json::Member& member : *properties->members())
      add_sealed(member.value, path.empty() ? member.name : path + '.' + member.name, sealed);
}

std::string cell(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names) out += (out.empty() ? "`" : " `") + name + '`';
  return out;
}

std::string row(std::string_view type) {
  const Json schema = parse_json(event_schema(type).value()).value();
  const Json* provenance = schema.find("dependentRequired");
  std::vector<std::string> required, optional, sealed;
  for (const Json::Member& member : *schema.find("properties")->members()) {
    const bool is_provenance = provenance != nullptr && (provenance->find(member.name) != nullptr ||
                                                         member.name == "imported");
    if (contains(schema.find("required"), member.name)) {
      required.push_back(member.name);
    } else if (!is_provenance) {
      optional.push_back(member.name);
    }
  }
  add_sealed(schema, "", sealed);
  return "| `" + std::string(type) + "` | " + cell(required) + " | " + cell(optional) + " | " +
         cell(sealed) + " | " + (provenance != nullptr ? "yes" : "") + " |\n";
}

}  // namespace

std::string event_table() {
  std::string table =
      "| type | always there | may be absent | sealed | can be imported |\n|---|---|---|---|---|\n";
  for (const std::string_view type : event_types()) table += row(type);
  return table;
}

std::string with_event_table(std::string_view page, std::string_view table) {
  const std::size_t begin = page.find(kBegin), end = page.find(kEnd);
  if (begin == page.npos || end == page.npos || end < begin) return {};
  std::string out(page.substr(0, begin + kBegin.size()));
  out.append(table).append(page.substr(end));
  return out;
}

}  // namespace recourse
