#include "engine/event/leaf.h"

#include <simdjson.h>

#include <algorithm>
#include <charconv>

#include "engine/event/canonical_json.h"
#include "engine/event/event_data.h"
#include "engine/event/read_json.h"
#include "engine/event/upcast.h"

namespace recourse {
namespace {

/// A reader per thread: simdjson reuses its buffers, and readers never share one.
simdjson::dom::parser& parser() {
  thread_local simdjson::dom::parser owned;
  return owned;
}

Result<simdjson::dom::object> parse_line(std::string_view line) {
  simdjson::dom::object object;
  if (line.size() > kMaxLeafBytes)
    return Error{ErrorCode::invalid, "a leaf has at most 65,535 bytes"};
  if (parser().parse(line.data(), line.size()).get(object))
    return Error{ErrorCode::invalid, "a leaf is one JSON object"};
  return object;
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

bool read_sequence(std::string_view digits, Position& position) {
  std::uint64_t value = 0;
  const auto end = digits.data() + digits.size();
  const auto read = std::from_chars(digits.data(), end, value);
  position = Position(value);
  return digits.size() == 16 && read.ec == std::errc() && read.ptr == end;
}

enum class Read { good, bad, other };

/// What LeafHead and RecordedEvent have in common. `other`: not such an attribute.
template <class Head>
Read read_head_attribute(std::string_view name, const simdjson::dom::element& json, Head& head) {
  const auto outcome = [](bool good) { return good ? Read::good : Read::bad; };
  std::string_view text;
  if (name == "actor") return outcome(described::read_id(json, head.actor.id));
  if (name == "actortype") {
    if (json.get(text)) return Read::bad;
    const auto type = from_word<ActorType>(text);
    if (type) head.actor.type = *type;
    return outcome(type.has_value());
  }
  if (name == "id") return outcome(described::read_id(json, head.id));
  if (name == "sequence") return outcome(!json.get(text) && read_sequence(text, head.position));
  if (name == "time") {
    if (json.get(text)) return Read::bad;
    const auto time = from_rfc3339(text);
    if (time) head.time = *time;
    return outcome(time.ok());
  }
  if (name == "source") return outcome(described::read_text(json, head.source));
  if (name == "specversion") return outcome(!json.get(text) && text == "1.0");
  if (name == "stream") return outcome(described::read_text(json, head.stream));
  if (name == "subject") return outcome(described::read_text(json, head.subject));
  return Read::other;
}

Read read_other_attribute(std::string_view name, const simdjson::dom::element& json,
                          RecordedEvent& event) {
  const auto outcome = [](bool good) { return good ? Read::good : Read::bad; };
  if (name == "causationid") return outcome(described::read_text(json, event.causation));
  if (name == "correlationid") return outcome(described::read_text(json, event.correlation));
  if (name == "retention") return outcome(described::read_text(json, event.retention));
  if (name == "streamversion") return outcome(!json.get(event.stream_version));
  return Read::other;
}

Error bad_attribute(std::string_view name) {
  return {ErrorCode::invalid, "attribute " + std::string(name) + " is missing or ill-formed"};
}

Error unknown_attribute(std::string_view name) {
  return {ErrorCode::unsupported, "this program does not know an attribute " + std::string(name)};
}

template <class Head>
Status check_complete(const Head& head, std::string_view type) {
  if (head.id.value().empty()) return bad_attribute("id");
  if (head.source.empty()) return bad_attribute("source");
  if (type.empty()) return bad_attribute("type");
  if (head.actor.id.value().empty()) return bad_attribute("actor");
  return {};
}

void start_anew(RecordedEvent& event) {
  event.id = EventId();
  event.source.clear();
  event.position = Position(0);
  event.time = Timestamp();
  event.actor = Actor();
  event.stream.clear();
  event.stream_version = 0;
  event.subject.clear();
  event.causation.clear();
  event.correlation.clear();
  event.retention.clear();
}

/// `read_data(type, json, data)` reads the event's own part.
template <class ReadData>
Status read_event(std::string_view line, RecordedEvent& event, const ReadData& read_data) {
  RECOURSE_LET(const simdjson::dom::object object, parse_line(line));
  start_anew(event);
  std::string_view type;
  simdjson::dom::element data;
  bool has_data = false;
  for (const auto& field : object) {
    if (field.key == "data") {
      data = field.value;
      has_data = true;
      continue;
    }
    if (field.key == "type") {
      if (field.value.get(type)) return bad_attribute("type");
      continue;
    }
    Read read = read_head_attribute(field.key, field.value, event);
    if (read == Read::other) read = read_other_attribute(field.key, field.value, event);
    if (read == Read::bad) return bad_attribute(field.key);
    if (read == Read::other) return unknown_attribute(field.key);
  }
  RECOURSE_TRY(check_complete(event, type));
  if (!has_data) return bad_attribute("data");
  return read_data(type, data, event.data);
}

}  // namespace

std::string data_json(const EventData& data) {
  std::string out;
  append_event_data(out, data);
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
  append_event_data(out, event.data);
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
    append_canonical_integer(out, event.stream_version);
    out += ',';
  }
  append_attribute(out, "subject", event.subject);
  out += "\"time\":\"";
  append_rfc3339(out, event.time);
  out += R"(","type":")";
  out += type_of(event.data);
  out += "\"}";
  return out;
}

Result<LeafHead> read_leaf_head(std::string_view line) {
  RECOURSE_LET(const simdjson::dom::object object, parse_line(line));
  LeafHead head;
  for (const auto& field : object) {
    const bool good = field.key == "type"
                          ? described::read_text(field.value, head.type)
                          : read_head_attribute(field.key, field.value, head) != Read::bad;
    if (!good) return bad_attribute(field.key);
  }
  RECOURSE_TRY(check_complete(head, head.type));
  return head;
}

Result<RecordedEvent> read_leaf(std::string_view line) { return read_leaf(line, upcasters()); }

Result<RecordedEvent> read_leaf(std::string_view line, std::span<const Upcaster> steps) {
  Result<RecordedEvent> event{RecordedEvent()};
  RECOURSE_TRY(read_event(line, *event, [&](std::string_view type, const auto& json, auto& data) {
    return read_event_data(type, json, steps, data);
  }));
  return event;
}

Status read_for_fold(std::string_view line, RecordedEvent& event) {
  return read_event(line, event, read_folded_data);
}

}  // namespace recourse
