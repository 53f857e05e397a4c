#include "engine/policy/action_types.h"

#include <algorithm>

#include "engine/base/sha256.h"
#include "engine/event/canonical_json.h"
#include "engine/policy/action_manifest.h"

namespace recourse {
namespace {

std::vector<ActionType> all_types() {
  std::vector<ActionType> all;
  for (auto* rows : {&help_desk_types, &support_agent_types, &shop_types, &office_types})
    for (ActionType& type : rows()) all.push_back(std::move(type));
  const auto by_name = [](const auto& a, const auto& b) { return a.name < b.name; };
  std::sort(all.begin(), all.end(), by_name);
  const auto twice = std::adjacent_find(
      all.begin(), all.end(), [](const auto& a, const auto& b) { return a.name == b.name; });
  RECOURSE_ASSERT(twice == all.end(), "an action type stands in the manifest once");
  return all;
}

Json names_json(const std::vector<std::string_view>& names) {
  Json json = Json::array();
  for (const std::string_view name : names) json.push_back(name);
  return json;
}

Json args_json(const ActionType& type) {
  Json json = Json::array();
  for (const ArgSpec& arg : type.args)
    json.push_back(
        Json::object({{"name", arg.name}, {"required", arg.required}, {"type", word(arg.type)}}));
  return json;
}

Json type_json(const ActionType& type) {
  return Json::object({{"approval", type.approval_by_default() ? "required" : "none"},
                       {"args", args_json(type)},
                       {"category", type.category},
                       {"compensation", type.compensation},
                       {"description", type.description},
                       {"effect", word(type.effect)},
                       {"executor", word(type.executor)},
                       {"inverse", type.inverse},
                       {"money_path", type.money_path},
                       {"name", type.name},
                       {"needs_unresolved", type.needs_unresolved},
                       {"on_new_message", word(type.on_new_message())},
                       {"one_of", names_json(type.one_of)},
                       {"reversibility", word(type.reversibility)},
                       {"version", type.version},
                       {"void_window_s", type.void_window_s},
                       {"writes", names_json(type.writes)}});
}

}  // namespace

OnNewMessage ActionType::on_new_message() const {
  if (reversibility <= Reversibility::R1) return OnNewMessage::continue_;
  return reversibility == Reversibility::R2 ? OnNewMessage::revalidate : OnNewMessage::invalidate;
}

bool ActionType::approval_by_default() const {
  if (reversibility == Reversibility::R4) return true;
  return reversibility == Reversibility::R3 && category != "communication";
}

Undo undo_of(const ActionType* type) {
  const auto cannot = [](std::string_view problem) { return Undo{{}, {}, {}, problem}; };
  if (type == nullptr) return cannot("no_inverse");
  if (type->effect == ActionEffect::read || type->effect == ActionEffect::none)
    return cannot("nothing_to_undo");
  if (type->inverse == "self" && type->executor == Executor::internal)
    return {"restore", "internal", {}, {}};
  const bool has_inverse = type->inverse != "none";
  if (!has_inverse && type->compensation.empty()) return cannot("no_inverse");
  std::string_view runs = has_inverse ? type->inverse : type->compensation;
  if (runs == "self") runs = type->name;
  const ActionType* by = find_action_type(runs);
  const std::string_view kind = has_inverse ? "inverse" : "compensate";
  if (by != nullptr && by->executor == Executor::client) return {kind, "client", runs, {}};
  // What makes up for it is a person's task where no executor may do it alone.
  if (by != nullptr && !has_inverse) return {kind, "person", runs, {}};
  return cannot("no_executor");
}

std::span<const ActionType> action_types() {
  static const std::vector<ActionType> all = all_types();
  return all;
}

const ActionType* find_action_type(std::string_view name) {
  const auto all = action_types();
  const auto found =
      std::lower_bound(all.begin(), all.end(), name,
                       [](const ActionType& a, std::string_view b) { return a.name < b; });
  return found != all.end() && found->name == name ? &*found : nullptr;
}

const std::string& manifest_json() {
  static const std::string text = [] {
    Json types = Json::array();
    for (const ActionType& type : action_types()) types.push_back(type_json(type));
    return canonical_json(Json::object({{"action_types", std::move(types)}, {"version", 1}}));
  }();
  return text;
}

const Hash& manifest_digest() {
  static const Hash digest = sha256(manifest_json());
  return digest;
}

}  // namespace recourse
