#include "tools/import/transcript_steps.h"

#include <utility>

namespace recourse {
namespace {

/// Text of a message's content: a string, nothing, or a list of parts.
Result<std::string> content_of(RecordedJson message) {
  RECOURSE_LET(const auto content, member(message, "content"));
  if (!content) return std::string();
  simdjson::dom::array parts;
  if (content->get(parts) != simdjson::SUCCESS) return text_of(*content);
  std::string all;
  for (const RecordedJson part : parts) {
    std::optional<RecordedJson> text = part;
    if (part.is_object()) {
      RECOURSE_LET(text, member(part, "text"));
      if (!text) text = part;
    }
    RECOURSE_LET(const std::string piece, text_of(*text));
    if (!all.empty()) all.push_back('\n');
    all.append(piece);
  }
  return all;
}

class Steps {
 public:
  Status add(RecordedJson message);
  std::vector<Step> take() { return std::move(steps_); }

 private:
  Status add_calls(RecordedJson message);
  Status add_call(RecordedJson call);
  Status answer(RecordedJson message, std::string text, const std::string& role);
  ToolCall* call_for(const std::string& id, const std::string& name);
  template <class Fits>
  ToolCall* unanswered(Fits fits);
  bool known_id(const std::string& id) const;

  ToolCall& call_at(std::size_t step) { return std::get<ToolCall>(steps_[step]); }

  std::vector<Step> steps_;
  /// For each message with calls the steps of those, the unanswered ones only.
  std::vector<std::vector<std::size_t>> open_calls_;
};

Status Steps::add(RecordedJson message) {
  if (!message.is_object()) {
    RECOURSE_LET(std::string text, text_of(message));
    steps_.emplace_back(RunMessage{"", std::move(text)});
    return {};
  }
  RECOURSE_LET(std::string role, text_of_member(message, "role"));
  RECOURSE_LET(std::string text, content_of(message));
  if (role == "tool" || role == "function") return answer(message, std::move(text), role);
  const std::size_t before = steps_.size();
  if (!text.empty()) steps_.emplace_back(RunMessage{role, std::move(text)});
  RECOURSE_TRY(add_calls(message));
  if (steps_.size() > before) return {};
  // Nothing said, nothing done: it stays a step, with what it has where that is not a message.
  if (role.empty()) text = std::string(simdjson::minify(message));
  steps_.emplace_back(RunMessage{std::move(role), std::move(text)});
  return {};
}

Status Steps::add_calls(RecordedJson message) {
  RECOURSE_LET(const auto calls, member(message, "tool_calls"));
  RECOURSE_LET(const auto older, member(message, "function_call"));
  const std::size_t first = steps_.size();
  simdjson::dom::array list;
  if (calls && calls->get(list) == simdjson::SUCCESS) {
    for (const RecordedJson call : list) RECOURSE_TRY(add_call(call));
  } else if (calls) {
    RECOURSE_TRY(add_call(*calls));
  }
  // A recorder that fills both fields means one call.
  if (older && steps_.size() == first) RECOURSE_TRY(add_call(*older));
  std::vector<std::size_t> open;
  for (std::size_t step = first; step < steps_.size(); ++step) open.push_back(step);
  if (!open.empty()) open_calls_.push_back(std::move(open));
  return {};
}

Status Steps::add_call(RecordedJson call) {
  ToolCall added;
  if (call.is_object()) {
    RECOURSE_LET(added.call_id, text_of_member(call, "id"));
    RECOURSE_LET(const auto inner, member(call, "function"));
    const RecordedJson function = inner && inner->is_object() ? *inner : call;
    RECOURSE_LET(added.name, text_of_member(function, "name"));
    RECOURSE_LET(added.arguments, text_of_member(function, "arguments"));
  } else {
    RECOURSE_LET(added.arguments, text_of(call));
  }
  added.canonical_arguments = canonical_if_json(added.arguments);
  steps_.emplace_back(std::move(added));
  return {};
}

Status Steps::answer(RecordedJson message, std::string text, const std::string& role) {
  RECOURSE_LET(const std::string id, text_of_member(message, "tool_call_id"));
  RECOURSE_LET(const std::string name, text_of_member(message, "name"));
  if (ToolCall* call = call_for(id, name)) {
    call->result = std::move(text);
  } else {
    steps_.emplace_back(RunMessage{role, std::move(text)});
  }
  return {};
}

ToolCall* Steps::call_for(const std::string& id, const std::string& name) {
  if (!id.empty()) {
    if (auto* call =
            unanswered([&](const ToolCall& c) { return c.call_id == id && c.name == name; }))
      return call;
    if (auto* call = unanswered([&](const ToolCall& c) { return c.call_id == id; })) return call;
    // The call with this id has its answer: a second one is no answer to another call.
    if (known_id(id)) return nullptr;
  }
  if (!name.empty()) return unanswered([&](const ToolCall& c) { return c.name == name; });
  return unanswered([](const ToolCall&) { return true; });
}

/// Takes the first fitting call of the latest message that has one off the list.
template <class Fits>
ToolCall* Steps::unanswered(Fits fits) {
  for (auto calls = open_calls_.rbegin(); calls != open_calls_.rend(); ++calls) {
    for (auto step = calls->begin(); step != calls->end(); ++step) {
      ToolCall& call = call_at(*step);
      if (!fits(call)) continue;
      calls->erase(step);
      if (calls->empty()) open_calls_.erase(std::next(calls).base());
      return &call;
    }
  }
  return nullptr;
}

bool Steps::known_id(const std::string& id) const {
  for (const Step& step : steps_) {
    const auto* call = std::get_if<ToolCall>(&step);
    if (call && call->call_id == id) return true;
  }
  return false;
}

}  // namespace

Result<std::vector<Step>> steps_of(RecordedJson messages) {
  Steps steps;
  for (const RecordedJson message : simdjson::dom::array(messages))
    RECOURSE_TRY(steps.add(message));
  return steps.take();
}

}  // namespace recourse
