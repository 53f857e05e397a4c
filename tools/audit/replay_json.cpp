#include "engine/event/canonical_json.h"
#include "engine/event/parse_json.h"
#include "tools/audit/replay_text.h"

namespace recourse {
namespace {

Json json_of(const std::vector<ReplayFact>& facts) {
  Json object = Json::object();
  for (const ReplayFact& fact : facts) {
    Result<Json> value = parse_json(fact.json);
    object.set(fact.name, value ? std::move(*value) : Json(fact.json));
  }
  return object;
}

Json json_of(const std::vector<EntityChange>& changes) {
  const auto parsed = [](const std::optional<std::string>& text) {
    if (!text) return Json();
    Result<Json> value = parse_json(*text, {std::size_t{64} << 20, 64});
    return value ? std::move(*value) : Json(*text);
  };
  Json list = Json::array();
  for (const EntityChange& change : changes) {
    Json fields = Json::array();
    for (const FieldChange& field : change.fields)
      fields.push_back(Json::object({{"field", field.field},
                                     {"before", parsed(field.before)},
                                     {"after", parsed(field.after)}}));
    list.push_back(Json::object({{"entity", change.entity}, {"fields", std::move(fields)}}));
  }
  return list;
}

template <class T>
void add_described(Json& json, std::string_view name, const std::optional<T>& described) {
  if (!described) return;
  std::string text;
  append_json(text, *described);
  if (Result<Json> value = parse_json(text)) json.set(name, std::move(*value));
}

}  // namespace

std::string to_json(const ReplayStep& step) {
  Json json = Json::object();
  json.set("position", step.position.value());
  json.set("id", step.id.value());
  json.set("time", to_rfc3339(step.time));
  if (step.occurred_at) json.set("occurred_at", to_rfc3339(*step.occurred_at));
  json.set("type", step.type);
  json.set("actor", step.actor.id.value());
  json.set("actortype", word(step.actor.type));
  if (!step.subject.empty()) json.set("subject", step.subject);
  if (!step.causation.empty()) json.set("causationid", step.causation);
  if (!step.correlation.empty()) json.set("correlationid", step.correlation);
  json.set("what", json_of(step.what));
  json.set("why", json_of(step.why));
  Json sealed = Json::array();
  for (const SealedText& text : step.sealed) {
    Json entry =
        Json::object({{"path", text.pointer}, {"commitment", to_base64(as_text(text.commitment))}});
    if (text.json) {
      Result<Json> value = parse_json(*text.json);
      entry.set("value", value ? std::move(*value) : Json(*text.json));
    }
    if (text.erased) entry.set("erased", true);
    sealed.push_back(std::move(entry));
  }
  json.set("sealed", std::move(sealed));
  json.set("state", json_of(step.state));
  add_described(json, "explained", step.explained);
  add_described(json, "otherwise", step.otherwise);
  return canonical_json(json);
}

std::string to_json(const std::vector<EntityChange>& changes) {
  return canonical_json(json_of(changes));
}

}  // namespace recourse
