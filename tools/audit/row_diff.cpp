#include "tools/audit/row_diff.h"

#include <map>

#include "engine/event/canonical_json.h"

namespace recourse {
namespace {

constexpr JsonLimits kRowLimits{std::size_t{64} << 20, 64};

Result<std::map<std::string, std::string>> members_of(std::string_view row) {
  std::map<std::string, std::string> members;
  if (row.empty()) return members;
  const Result<Json> json = parse_json(row, kRowLimits);
  if (!json || !json->is_object())
    return Error{ErrorCode::corrupt, "a row is no JSON object: rebuild the views"};
  for (const Json::Member& member : *json->members())
    members.emplace(member.name, canonical_json(member.value));
  return members;
}

}  // namespace

Result<std::vector<FieldChange>> diff_rows(std::string_view before, std::string_view after) {
  RECOURSE_LET(const auto old_members, members_of(before));
  RECOURSE_LET(const auto new_members, members_of(after));
  std::map<std::string, FieldChange> changes;
  for (const auto& [name, value] : old_members) changes[name] = {name, value, std::nullopt};
  for (const auto& [name, value] : new_members) {
    FieldChange& change = changes[name];
    change.field = name;
    change.after = value;
  }
  std::vector<FieldChange> different;
  for (auto& [name, change] : changes)
    if (change.before != change.after) different.push_back(std::move(change));
  return different;
}

}  // namespace recourse
