#include "tools/audit/replay_text.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <set>

#include "engine/event/canonical_json.h"

namespace recourse {
namespace {

constexpr std::string_view kReset = "\x1b[0m";
constexpr std::string_view kBold = "\x1b[1m";
constexpr std::string_view kDim = "\x1b[2m";
constexpr std::string_view kYellow = "\x1b[33m";
constexpr std::string_view kGreen = "\x1b[32m";
constexpr std::size_t kShownValue = 100;  ///< Bytes of a value in a line; JSON has all of it.

const std::set<std::string, std::less<>> kBookkeeping = {
    "last_occurred_at", "last_position", "position", "steps", "updated_at", "version"};

std::string painted(std::string_view text, std::string_view colour, const TextStyle& style) {
  if (!style.colour || text.empty()) return std::string(text);
  return std::string(colour).append(text).append(kReset);
}

std::string padded(std::string text, std::size_t width) {
  if (text.size() < width) text.append(width - text.size(), ' ');
  return text;
}

/// Cut between characters, not within one.
std::string shortened(std::string text) {
  if (text.size() <= kShownValue) return text;
  std::size_t end = kShownValue;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end) + "…";
}

/// A JSON value as a person reads it: a plain word without quotes, everything else as JSON.
std::string value_text(const std::string& json) {
  const Result<Json> value = parse_json(json, {std::size_t{64} << 20, 64});
  if (!value) return printable(json);
  const std::string* text = value->string();
  const bool plain =
      text != nullptr && !text->empty() && text->find_first_of("\"\\\n\r\t ") == std::string::npos;
  return shortened(printable(plain ? *text : json));
}

std::string text_or_dash(const std::optional<std::string>& json) {
  return json ? value_text(*json) : "-";
}

/// One rule of a decision: `name  effect, result (input = value, ...)`.
std::string rule_text(const Json& rule) {
  const auto word = [&](std::string_view name) {
    const Json* found = rule.find(name);
    return found != nullptr && found->string() != nullptr ? printable(*found->string()) : "";
  };
  std::string line = word("rule") + ": " + word("effect") + ", " + word("result");
  const Json* inputs = rule.find("inputs");
  if (inputs == nullptr || inputs->elements() == nullptr || inputs->elements()->empty())
    return line;
  std::string separator = " (";
  for (const Json& input : *inputs->elements()) {
    const Json* name = input.find("name");
    const Json* value = input.find("value");
    if (name == nullptr || value == nullptr) continue;
    line +=
        separator + value_text(canonical_json(*name)) + " = " + value_text(canonical_json(*value));
    separator = ", ";
  }
  return line + ")";
}

struct Line {
  std::string name, text;
};

void add_lines(std::vector<Line>& lines, const ReplayFact& fact) {
  const Result<Json> json = parse_json(fact.json);
  if (fact.name == "rules" && json && json->elements() != nullptr) {
    for (const Json& rule : *json->elements()) lines.push_back({"rule", rule_text(rule)});
  } else {
    lines.push_back({fact.name, value_text(fact.json)});
  }
}

void append_block(std::string& out, std::string_view heading, const std::vector<Line>& lines,
                  const TextStyle& style) {
  if (lines.empty()) return;
  out += "        " + painted(heading, kDim, style) + "\n";
  std::size_t width = 0;
  for (const Line& line : lines) width = std::max(width, line.name.size());
  for (const Line& line : lines)
    out += "          " + padded(line.name, width) + "  " + line.text + "\n";
}

void append_changes(std::string& out, const EntityChange& entity, const TextStyle& style) {
  std::vector<Line> lines;
  for (const FieldChange& field : entity.fields) {
    if (!style.bookkeeping && kBookkeeping.contains(field.field)) continue;
    lines.push_back({field.field, painted(text_or_dash(field.before), kYellow, style) + " → " +
                                      painted(text_or_dash(field.after), kGreen, style)});
  }
  append_block(out, "state of " + printable(entity.entity), lines, style);
}

/// recourse.action.proposed.v1 -> action proposed
std::string spoken_type(std::string_view type) {
  constexpr std::string_view kPrefix = "recourse.";
  if (type.starts_with(kPrefix)) type.remove_prefix(kPrefix.size());
  std::string spoken(type.substr(0, type.rfind('.')));
  std::replace(spoken.begin(), spoken.end(), '.', ' ');
  std::replace(spoken.begin(), spoken.end(), '_', ' ');
  return spoken;
}

std::string sealed_text(const SealedText& sealed) {
  if (sealed.json) return value_text(*sealed.json);
  return (sealed.erased ? "erased, commitment " : "sealed, commitment ") +
         to_base64(as_text(sealed.commitment));
}

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

}  // namespace

std::string printable(std::string_view text) {
  // C0 and DEL are single bytes; C1 (U+0080 to U+009F) and the marks that turn the direction of
  // writing (U+200E, U+200F, U+202A to U+202E, U+2066 to U+2069) are found by their UTF-8.
  std::string out;
  const auto escape = [&](unsigned code) {
    std::array<char, 8> digits;
    std::snprintf(digits.data(), digits.size(), "\\u%04x", code);
    out += digits.data();
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto at = [&](std::size_t k) {
      return i + k < text.size() ? static_cast<unsigned char>(text[i + k]) : 0U;
    };
    const unsigned three = (at(0) & 0x0F) << 12 | (at(1) & 0x3F) << 6 | (at(2) & 0x3F);
    const bool turns = at(0) == 0xE2 && (three == 0x200E || three == 0x200F ||
                                         (three >= 0x2028 && three <= 0x202E) ||
                                         (three >= 0x2066 && three <= 0x2069));
    if (at(0) < 0x20 || at(0) == 0x7F) {
      escape(at(0));
    } else if (at(0) == 0xC2 && at(1) >= 0x80 && at(1) < 0xA0) {
      escape(at(1));
      i += 1;
    } else if (turns) {
      escape(three);
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

std::string to_text(const ReplayStep& step, const TextStyle& style) {
  std::array<char, 24> position;
  std::snprintf(position.data(), position.size(), "%6llu",
                static_cast<unsigned long long>(step.position.value()));
  std::string out = painted(position.data(), kBold, style) + "  " + to_rfc3339(step.time) + "  " +
                    painted(spoken_type(step.type), kBold, style) + "\n";
  std::vector<Line> who = {
      {"by", std::string(word(step.actor.type)) + ' ' + printable(step.actor.id.value())}};
  if (!step.subject.empty()) who.push_back({"ticket", printable(step.subject)});
  if (step.occurred_at) who.push_back({"occurred", to_rfc3339(*step.occurred_at) + " (imported)"});
  if (!step.causation.empty()) who.push_back({"caused by", printable(step.causation)});
  if (!step.correlation.empty()) who.push_back({"run", printable(step.correlation)});
  append_block(out, "who", who, style);

  std::vector<Line> what, why;
  for (const ReplayFact& fact : step.what) add_lines(what, fact);
  for (const ReplayFact& fact : step.why) add_lines(why, fact);
  for (const SealedText& sealed : step.sealed) {
    constexpr std::string_view kData = "/data/";
    std::string name =
        sealed.pointer.starts_with(kData) ? sealed.pointer.substr(kData.size()) : sealed.pointer;
    const bool reason = name == "reason" || name == "reasoning" || name == "evidence";
    (reason ? why : what).push_back({std::move(name), sealed_text(sealed)});
  }
  append_block(out, "what", what, style);
  append_block(out, "why", why, style);
  for (const EntityChange& change : step.state) append_changes(out, change, style);
  return out + "\n";
}

std::string to_text(const std::vector<EntityChange>& changes, const TextStyle& style) {
  std::string out;
  for (const EntityChange& change : changes) append_changes(out, change, style);
  return out.empty() ? "        no difference\n" : out;
}

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
  return canonical_json(json);
}

std::string to_json(const std::vector<EntityChange>& changes) {
  return canonical_json(json_of(changes));
}

}  // namespace recourse
