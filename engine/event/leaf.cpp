#include "engine/event/leaf.h"

#include <charconv>
#include <memory>
#include <unordered_map>

#include "engine/event/describe.h"
#include "engine/event/parse_json.h"
#include "engine/event/upcast.h"

namespace recourse {
namespace {

namespace mp = boost::mp11;

/// A reader per thread: simdjson reuses its buffers, and readers never share one.
simdjson::dom::parser& parser() {
  thread_local simdjson::dom::parser owned;
  return owned;
}

Result<simdjson::dom::object> parse_line(std::string_view line) {
  simdjson::dom::object object;
  if (line.size() > kMaxLeafBytes) return Error{ErrorCode::invalid, "a leaf has at most 65,535 bytes"};
  if (parser().parse(line.data(), line.size()).get(object))
    return Error{ErrorCode::invalid, "a leaf is one JSON object"};
  return object;
}

using Reader = bool (*)(const simdjson::dom::element&, EventData&, std::string_view&);

template <class E>
bool read_as(const simdjson::dom::element& json, EventData& data, std::string_view& where) {
  return read_json(json, data.emplace<E>(), where);
}

const std::unordered_map<std::string_view, Reader>& readers() {
  static const auto table = [] {
    std::unordered_map<std::string_view, Reader> made;
    mp::mp_for_each<mp::mp_transform<mp::mp_identity, EventTypes>>([&](auto identity) {
      using E = typename decltype(identity)::type;
      made.emplace(E::kType, &read_as<E>);
    });
    return made;
  }();
  return table;
}

Result<EventData> read_data(std::string_view type, const simdjson::dom::element& json) {
  const auto reader = readers().find(type);
  if (reader == readers().end())
    return Error{ErrorCode::unsupported, "this program does not know events of type " + std::string(type)};
  EventData data;
  std::string_view where;
  if (!reader->second(json, data, where))
    return Error{ErrorCode::unsupported,
                 std::string(type) + " does not have the members of its schema: " + std::string(where)};
  return data;
}

/// The rare way: an old version is lifted as a dynamic value and read again as the newest type.
Result<EventData> read_upcast(std::string_view type, const simdjson::dom::element& json) {
  RECOURSE_LET(Json old, parse_json(simdjson::minify(json)));
  const Upcast lifted = upcast(std::string(type), std::move(old), upcasters());
  const std::string text = canonical_json(lifted.data);
  thread_local simdjson::dom::parser second;
  simdjson::dom::element element;
  if (second.parse(text).get(element))
    return Error{ErrorCode::corrupt, "an upcaster made something that is not JSON"};
  return read_data(lifted.type, element);
}

void append_attribute(std::string& out, std::string_view name, std::string_view text) {
  if (text.empty()) return;
  out += '"';
  out += name;
  out += "\":";
  append_canonical_string(out, text);
  out += ',';
}

/// `sequence`: 16 decimal digits.
void append_sequence(std::string& out, Position position) {
  std::string digits = std::to_string(position.value());
  out.append(16 - std::min<std::size_t>(16, digits.size()), '0');
  out += digits;
}

bool read_text(const simdjson::dom::element& json, std::string& text) {
  std::string_view view;
  if (json.get(view)) return false;
  text = view;
  return true;
}

bool read_attribute(std::string_view name, const simdjson::dom::element& json, LeafHead& head) {
  std::string_view view;
  if (name == "actor") {
    if (json.get(view)) return false;
    head.actor.id = PrincipalId(std::string(view));
    return true;
  }
  if (name == "actortype") {
    if (json.get(view)) return false;
    const auto type = from_word<ActorType>(view);
    if (type) head.actor.type = *type;
    return type.has_value();
  }
  if (name == "id") {
    if (json.get(view)) return false;
    head.id = EventId(std::string(view));
    return true;
  }
  if (name == "sequence") {
    if (json.get(view) || view.size() != 16) return false;
    std::uint64_t value = 0;
    const auto end = view.data() + view.size();
    const auto read = std::from_chars(view.data(), end, value);
    head.position = Position(value);
    return read.ec == std::errc() && read.ptr == end;
  }
  if (name == "time") {
    if (json.get(view)) return false;
    const auto time = from_rfc3339(view);
    if (time) head.time = *time;
    return time.ok();
  }
  if (name == "source") return read_text(json, head.source);
  if (name == "type") return read_text(json, head.type);
  if (name == "stream") return read_text(json, head.stream);
  if (name == "subject") return read_text(json, head.subject);
  return true;
}

Error bad_attribute(std::string_view name) {
  return {ErrorCode::invalid, "attribute " + std::string(name) + " is missing or ill-formed"};
}

Status check_complete(const LeafHead& head) {
  if (head.id.value().empty()) return bad_attribute("id");
  if (head.source.empty()) return bad_attribute("source");
  if (head.type.empty()) return bad_attribute("type");
  if (head.actor.id.value().empty()) return bad_attribute("actor");
  return {};
}

}  // namespace

std::string_view type_of(const EventData& data) {
  return std::visit([](const auto& event) { return event.kType; }, data);
}

std::string data_json(const EventData& data) {
  std::string out;
  std::visit([&](const auto& event) { append_json(out, event); }, data);
  return out;
}

std::string write_leaf(const RecordedEvent& event) {
  std::string out;
  out.reserve(768);
  out += '{';
  append_attribute(out, "actor", event.actor.id.value());
  append_attribute(out, "actortype", word(event.actor.type));
  append_attribute(out, "causationid", event.causation);
  append_attribute(out, "correlationid", event.correlation);
  out += "\"data\":";
  std::visit([&](const auto& data) { append_json(out, data); }, event.data);
  out += ',';
  append_attribute(out, "id", event.id.value());
  append_attribute(out, "retention", event.retention);
  out += "\"sequence\":\"";
  append_sequence(out, event.position);
  out += "\",";
  append_attribute(out, "source", event.source);
  out += R"("specversion":"1.0",)";
  if (!event.stream.empty()) {
    append_attribute(out, "stream", event.stream);
    out += "\"streamversion\":";
    described::append_integer(out, event.stream_version);
    out += ',';
  }
  append_attribute(out, "subject", event.subject);
  out += "\"time\":\"";
  out += to_rfc3339(event.time);
  out += R"(","type":")";
  out += type_of(event.data);
  out += "\"}";
  return out;
}

Result<LeafHead> read_leaf_head(std::string_view line) {
  RECOURSE_LET(const simdjson::dom::object object, parse_line(line));
  LeafHead head;
  for (const auto& field : object)
    if (!read_attribute(field.key, field.value, head)) return bad_attribute(field.key);
  RECOURSE_TRY(check_complete(head));
  return head;
}

Result<RecordedEvent> read_leaf(std::string_view line) {
  RECOURSE_LET(const simdjson::dom::object object, parse_line(line));
  RecordedEvent event;
  LeafHead head;
  simdjson::dom::element data;
  bool has_data = false;
  for (const auto& field : object) {
    bool good = true;
    if (field.key == "data") {
      data = field.value;
      has_data = true;
    } else if (field.key == "causationid") {
      good = read_text(field.value, event.causation);
    } else if (field.key == "correlationid") {
      good = read_text(field.value, event.correlation);
    } else if (field.key == "retention") {
      good = read_text(field.value, event.retention);
    } else if (field.key == "streamversion") {
      good = !field.value.get(event.stream_version);
    } else {
      good = read_attribute(field.key, field.value, head);
    }
    if (!good) return bad_attribute(field.key);
  }
  RECOURSE_TRY(check_complete(head));
  if (!has_data) return bad_attribute("data");
  RECOURSE_LET(event.data, needs_upcast(head.type, upcasters()) ? read_upcast(head.type, data)
                                                                : read_data(head.type, data));
  event.id = std::move(head.id);
  event.source = std::move(head.source);
  event.position = head.position;
  event.time = head.time;
  event.actor = std::move(head.actor);
  event.stream = std::move(head.stream);
  event.subject = std::move(head.subject);
  return event;
}

void for_each_sealed(EventData& data,
                     const std::function<void(const std::string& pointer, Sealed&)>& visit) {
  std::visit([&](auto& event) { for_each_sealed(event, std::string("/data"), visit); }, data);
}

}  // namespace recourse
