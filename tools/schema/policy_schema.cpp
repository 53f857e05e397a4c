#include "tools/schema/policy_schema.h"

#include "engine/event/fields.h"
#include "engine/event/limits.h"
#include "engine/event/pretty_json.h"
#include "engine/policy/policy.h"
#include "engine/policy/policy_units.h"

namespace recourse {
namespace {

using namespace described;

template <class T>
Json policy_member_schema(std::string_view name);

Json number_schema(std::string_view name) {
  const Json integer = Json::object({{"type", "integer"}, {"maximum", kMaxSafeInteger}});
  const std::string_view pattern = pattern_of(unit_of(name));
  if (pattern.empty()) return integer;
  return Json::object(
      {{"anyOf",
        Json::array({integer, Json::object({{"type", "string"}, {"pattern", pattern}})})}});
}

template <class T>
Json policy_struct_schema() {
  Json properties = Json::object();
  bool named = false;
  mp::mp_for_each<Fields<T>>([&](auto field) {
    using F = decltype(field);
    properties.set(F::name, policy_member_schema<FieldType<F, T>>(F::name));
    named = named || F::name == "rule";
  });
  Json schema = Json::object({{"type", "object"}, {"properties", std::move(properties)}});
  if (named) schema.set("required", Json::array({"rule"}));
  return schema.set("additionalProperties", false);
}

template <class T>
Json policy_member_schema(std::string_view name) {
  if constexpr (IsOptional<T>::value) {
    return policy_member_schema<typename T::value_type>(name);
  } else if constexpr (IsVector<T>::value) {
    return Json::object(
        {{"type", "array"}, {"items", policy_member_schema<typename T::value_type>(name)}});
  } else if constexpr (std::same_as<T, Clear>) {
    if (name == "rule") return Json::object({{"type", "string"}, {"pattern", "^[a-z0-9_]{1,48}$"}});
    return Json::object({{"type", "string"}, {"minLength", 1}});
  } else if constexpr (std::same_as<T, bool>) {
    return Json::object({{"type", "boolean"}});
  } else if constexpr (Integer<T>) {
    return number_schema(name);
  } else if constexpr (Enum<T>) {
    Json words = Json::array();
    mp::mp_for_each<boost::describe::describe_enumerators<T>>(
        [&](auto enumerator) { words.push_back(word(enumerator.value)); });
    return Json::object({{"enum", std::move(words)}});
  } else {
    return policy_struct_schema<T>();
  }
}

}  // namespace

std::string policy_schema() {
  Json schema = Json::object({{"$schema", "https://json-schema.org/draft/2020-12/schema"},
                              {"$id", "policy.schema.json"},
                              {"title", "A policy as people write it, in JSON or YAML"}});
  const Json described = policy_struct_schema<Policy>();
  for (const Json::Member& member : *described.members()) schema.set(member.name, member.value);
  return pretty_json(schema);
}

}  // namespace recourse
