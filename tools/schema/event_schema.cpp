#include "tools/schema/event_schema.h"

#include "engine/base/bytes.h"
#include "engine/base/time.h"
#include "engine/base/vocabulary.h"
#include "engine/event/catalogue.h"
#include "engine/event/fields.h"
#include "engine/event/limits.h"
#include "engine/event/pretty_json.h"

namespace recourse {
namespace {

using namespace described;

constexpr std::string_view kDialect = "https://json-schema.org/draft/2020-12/schema";

/// Also the `$id`: a reference beside it finds it, wherever the folder is served from.
std::string file_of(std::string_view name) { return std::string(name) + ".json"; }

Json clear(std::initializer_list<Json::Member> rules) {
  Json schema = Json::object({{"type", "string"}});
  for (const Json::Member& rule : rules) schema.set(rule.name, rule.value);
  return schema.set("x-recourse", "clear");
}

Json id_schema() { return clear({{"pattern", kIdPattern}}); }
Json hash_schema() {
  return clear(
      {{"contentEncoding", "base64"}, {"pattern", "^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$"}});
}
Json time_schema() {
  return clear(
      {{"format", "date-time"},
       {"pattern", "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{6}Z$"}});
}
Json integer_schema(std::int64_t minimum) {
  return Json::object({{"type", "integer"}, {"minimum", minimum}, {"maximum", kMaxSafeInteger}});
}

template <class E>
Json enum_schema() {
  Json words = Json::array();
  mp::mp_for_each<boost::describe::describe_enumerators<E>>(
      [&](auto enumerator) { words.push_back(word(enumerator.value)); });
  return clear({{"enum", std::move(words)}});
}

Json closed_object(Json properties, Json required) {
  return Json::object({{"type", "object"},
                       {"properties", std::move(properties)},
                       {"required", std::move(required)},
                       {"additionalProperties", false}});
}

Json sealed_schema() {
  Json kinds = Json::array({"s", "n", "o", "a"});
  Json subjects = Json::object({{"type", "array"}, {"items", id_schema()}, {"uniqueItems", true}});
  Json inner = closed_object(Json::object({{"c", hash_schema()},
                                           {"k", std::move(subjects)},
                                           {"r", id_schema()},
                                           {"t", clear({{"enum", std::move(kinds)}})}}),
                             Json::array({"c", "k", "r", "t"}));
  Json schema =
      closed_object(Json::object({{"$sealed", std::move(inner)}}), Json::array({"$sealed"}));
  return schema.set("x-recourse-sealed", true);
}

template <class T>
Json struct_schema();

template <class Owner, class M>
Json member_schema(std::string_view name) {
  if constexpr (std::same_as<M, Clear>) {
    return clear({{"maxLength", max_clear_bytes<Owner>(name)}});
  } else if constexpr (IsTextId<M>::value) {
    return id_schema();
  } else if constexpr (std::same_as<M, Sealed>) {
    return Json::object({{"$ref", "#/$defs/sealed"}, {"x-recourse", "sealed"}});
  } else if constexpr (std::same_as<M, bool>) {
    return Json::object({{"type", "boolean"}});
  } else if constexpr (Integer<M>) {
    return integer_schema(-kMaxSafeInteger);
  } else if constexpr (std::same_as<M, Timestamp>) {
    return time_schema();
  } else if constexpr (std::same_as<M, Hash>) {
    return hash_schema();
  } else if constexpr (Enum<M>) {
    return enum_schema<M>();
  } else if constexpr (IsOptional<M>::value) {
    return member_schema<Owner, typename M::value_type>(name);
  } else if constexpr (IsVector<M>::value) {
    return Json::object(
        {{"type", "array"}, {"items", member_schema<Owner, typename M::value_type>(name)}});
  } else {
    return struct_schema<M>();
  }
}

/// Where an imported event comes from: all of it or none, and nothing for a live one.
void add_provenance_rules(Json& schema) {
  schema.set("dependentRequired", Json::object({{"imported", Json::array({"source"})},
                                                {"occurred_at", Json::array({"imported"})},
                                                {"source", Json::array({"imported"})}}));
}

template <class T>
Json struct_schema() {
  Json properties = Json::object(), required = Json::array();
  bool has_provenance = false;
  mp::mp_for_each<Fields<T>>([&](auto field) {
    using F = decltype(field);
    using M = FieldType<F, T>;
    Json schema = member_schema<T, M>(F::name);
    if constexpr (F::of_provenance) {
      has_provenance = true;
      if (F::name == "imported") schema.set("const", true);
    } else if constexpr (!IsOptional<M>::value) {
      required.push_back(F::name);
    }
    properties.set(F::name, std::move(schema));
  });
  Json schema = closed_object(std::move(properties), std::move(required));
  if (has_provenance) add_provenance_rules(schema);
  return schema;
}

template <class E>
Json whole_schema() {
  Json schema = Json::object({{"$schema", kDialect},
                              {"$id", file_of(E::kType)},
                              {"title", "data of " + std::string(E::kType)}});
  const Json described = struct_schema<E>();
  for (const Json::Member& member : *described.members()) schema.set(member.name, member.value);
  return schema.set("$defs", Json::object({{"sealed", sealed_schema()}}));
}

struct Described {
  std::string_view type;
  Json (*schema)();
};

const std::vector<Described>& catalogue() {
  static const auto all = [] {
    std::vector<Described> made;
    mp::mp_for_each<mp::mp_transform<mp::mp_identity, EventTypes>>([&](auto identity) {
      using E = typename decltype(identity)::type;
      made.push_back({E::kType, &whole_schema<E>});
    });
    return made;
  }();
  return all;
}

}  // namespace

std::vector<std::string_view> event_types() {
  std::vector<std::string_view> types;
  for (const Described& event : catalogue()) types.push_back(event.type);
  return types;
}

Result<std::string> event_schema(std::string_view type) {
  for (const Described& event : catalogue())
    if (event.type == type) return pretty_json(event.schema());
  return Error{ErrorCode::not_found, "there is no event type " + std::string(type)};
}

std::string leaf_schema() {
  Json attributes = Json::object({
      {"actor", id_schema()},
      {"actortype", enum_schema<ActorType>()},
      {"causationid", id_schema()},
      {"correlationid", id_schema()},
      {"data", Json::object({{"type", "object"}})},
      {"id", id_schema()},
      {"retention", id_schema()},
      {"sequence", clear({{"pattern", "^[0-9]{16}$"}})},
      {"source", id_schema()},
      {"specversion", clear({{"const", "1.0"}})},
      {"stream", id_schema()},
      {"streamversion", integer_schema(0)},
      {"subject", id_schema()},
      {"time", time_schema()},
  });
  Json types = Json::array(), choices = Json::array();
  for (const Described& event : catalogue()) {
    types.push_back(event.type);
    Json is_type = Json::object({{"type", Json::object({{"const", event.type}})}});
    Json its_data = Json::object({{"data", Json::object({{"$ref", file_of(event.type)}})}});
    choices.push_back(
        Json::object({{"if", Json::object({{"properties", std::move(is_type)}})},
                      {"then", Json::object({{"properties", std::move(its_data)}})}}));
  }
  attributes.set("type", clear({{"enum", std::move(types)}}));
  Json schema =
      Json::object({{"$schema", kDialect},
                    {"$id", file_of("leaf")},
                    {"title", "An event in its ledger, a CloudEvents 1.0 structured event"}});
  const Json object = closed_object(
      std::move(attributes), Json::array({"actor", "actortype", "data", "id", "retention",
                                          "sequence", "source", "specversion", "time", "type"}));
  for (const Json::Member& member : *object.members()) schema.set(member.name, member.value);
  schema.set("dependentRequired", Json::object({{"stream", Json::array({"streamversion"})},
                                                {"streamversion", Json::array({"stream"})}}));
  return pretty_json(schema.set("allOf", std::move(choices)));
}

std::vector<SchemaFile> schema_files() {
  std::vector<SchemaFile> files;
  Json events = Json::array();
  for (const Described& event : catalogue()) {
    files.push_back({file_of(event.type), pretty_json(event.schema())});
    events.push_back(Json::object({{"type", event.type}, {"schema", file_of(event.type)}}));
  }
  files.push_back({"leaf.json", leaf_schema()});
  files.push_back({"index.json", pretty_json(Json::object(
                                     {{"leaf", "leaf.json"}, {"events", std::move(events)}}))});
  return files;
}

}  // namespace recourse
