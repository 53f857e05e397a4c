#include "tools/audit/replay_blocks.h"

#include <algorithm>
#include <set>

#include "engine/event/canonical_json.h"
#include "engine/event/parse_json.h"

namespace recourse {
namespace {

const std::set<std::string, std::less<>> kBookkeeping = {
    "last_occurred_at", "last_position", "position", "steps", "updated_at", "version"};

/// Cut between characters, not within one.
std::string shortened(std::string text, std::size_t most) {
  if (text.size() <= most) return text;
  std::size_t end = most;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end) + "…";
}

/// A JSON value as a person reads it: a plain word without quotes, everything else as JSON.
std::string value_text(const std::string& json, std::size_t longest) {
  const Result<Json> value = parse_json(json, {std::size_t{64} << 20, 64});
  if (!value) return printable(json);
  const std::string* text = value->string();
  const bool plain =
      text != nullptr && !text->empty() && text->find_first_of("\"\\\n\r\t ") == std::string::npos;
  return shortened(printable(plain ? *text : json), longest);
}

std::string text_or_dash(const std::optional<std::string>& json, std::size_t longest) {
  return json ? value_text(*json, longest) : "-";
}

/// One rule of a decision: `name  effect, result (input = value, ...)`.
std::string rule_text(const Json& rule, std::size_t longest) {
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
    line += separator + value_text(canonical_json(*name), longest) + " = " +
            value_text(canonical_json(*value), longest);
    separator = ", ";
  }
  return line + ")";
}

void add_lines(std::vector<ReplayLine>& lines, const ReplayFact& fact, std::size_t longest) {
  const Result<Json> json = parse_json(fact.json);
  if (fact.name == "rules" && json && json->elements() != nullptr) {
    for (const Json& rule : *json->elements()) lines.push_back({"rule", rule_text(rule, longest)});
  } else {
    lines.push_back({fact.name, value_text(fact.json, longest)});
  }
}

std::string sealed_text(const SealedText& sealed, std::size_t longest) {
  if (sealed.json) return value_text(*sealed.json, longest);
  return (sealed.erased ? "erased, commitment " : "sealed, commitment ") +
         to_base64(as_text(sealed.commitment));
}

/// What the policy says to the recorded inputs today, and what would have changed its mind.
std::vector<ReplayLine> asked_again(const ExplainedDecision& decision) {
  const std::string why = decision.not_reproduced ? decision.not_reproduced->text : "";
  std::vector<ReplayLine> lines{{"verdict", decision.reproduced.value_or(false)
                                                ? "the same, rule by rule"
                                                : "not reproduced: " + printable(why)}};
  for (const WhatIf& other : decision.what_if)
    lines.push_back(
        {"otherwise with", printable(other.change.text) + " " + printable(other.from.text) + " → " +
                               printable(other.to.text) + ": " + std::string(word(other.outcome))});
  return lines;
}

std::vector<ReplayLine> otherwise(const BacktestChange& change) {
  std::vector<ReplayLine> lines{{"verdict", std::string(word(change.after)) + " in place of " +
                                                std::string(word(change.before))}};
  if (change.rule) lines.push_back({"rule", printable(change.rule->text)});
  return lines;
}

std::vector<ReplayLine> who_lines(const ReplayStep& step) {
  std::vector<ReplayLine> who = {
      {"by", std::string(word(step.actor.type)) + ' ' + printable(step.actor.id.value())}};
  if (!step.subject.empty()) who.push_back({"ticket", printable(step.subject)});
  if (step.occurred_at) who.push_back({"occurred", to_rfc3339(*step.occurred_at) + " (imported)"});
  if (!step.causation.empty()) who.push_back({"caused by", printable(step.causation)});
  if (!step.correlation.empty()) who.push_back({"run", printable(step.correlation)});
  return who;
}

class Blocks {
 public:
  void add(std::string heading, std::vector<ReplayLine> lines) {
    if (!lines.empty()) blocks_.push_back({std::move(heading), std::move(lines)});
  }
  void add(const EntityChange& entity, const BlockStyle& style) {
    std::vector<ReplayLine> lines;
    for (const FieldChange& field : entity.fields) {
      if (!style.bookkeeping && kBookkeeping.contains(field.field)) continue;
      lines.push_back({field.field, text_or_dash(field.after, style.longest),
                       text_or_dash(field.before, style.longest)});
    }
    add("state of " + printable(entity.entity), std::move(lines));
  }
  std::vector<ReplayBlock> take() && { return std::move(blocks_); }

 private:
  std::vector<ReplayBlock> blocks_;
};

}  // namespace

std::vector<ReplayBlock> blocks_of(const ReplayStep& step, const BlockStyle& style) {
  std::vector<ReplayLine> what, why;
  for (const ReplayFact& fact : step.what) add_lines(what, fact, style.longest);
  for (const ReplayFact& fact : step.why) add_lines(why, fact, style.longest);
  for (const SealedText& sealed : step.sealed) {
    constexpr std::string_view kData = "/data/";
    std::string name =
        sealed.pointer.starts_with(kData) ? sealed.pointer.substr(kData.size()) : sealed.pointer;
    const bool reason = name == "reason" || name == "reasoning" || name == "evidence";
    (reason ? why : what).push_back({std::move(name), sealed_text(sealed, style.longest)});
  }
  Blocks blocks;
  blocks.add("who", who_lines(step));
  blocks.add("what", std::move(what));
  blocks.add("why", std::move(why));
  if (step.explained) blocks.add("asked again", asked_again(*step.explained));
  if (step.otherwise) blocks.add("under the other policy", otherwise(*step.otherwise));
  for (const EntityChange& change : step.state) blocks.add(change, style);
  return std::move(blocks).take();
}

std::vector<ReplayBlock> blocks_of(const std::vector<EntityChange>& changes,
                                   const BlockStyle& style) {
  Blocks blocks;
  for (const EntityChange& change : changes) blocks.add(change, style);
  return std::move(blocks).take();
}

std::string spoken_type(std::string_view type) {
  constexpr std::string_view kPrefix = "recourse.";
  if (type.starts_with(kPrefix)) type.remove_prefix(kPrefix.size());
  std::string spoken(type.substr(0, type.rfind('.')));
  std::replace(spoken.begin(), spoken.end(), '.', ' ');
  std::replace(spoken.begin(), spoken.end(), '_', ' ');
  return spoken;
}

}  // namespace recourse
