#include "engine/event/canonical_json.h"
#include "engine/policy/action_types.h"
#include "tools/import/run_events.h"
#include "tools/import/storable_text.h"

namespace recourse {
namespace {

/// One part is far below what a commit takes, and a leaf's list of it far below a leaf.
constexpr std::size_t kMaxSteps = 256;
constexpr std::size_t kMaxBytes = std::size_t{2} << 20;

class ObjectText {
 public:
  void text(std::string_view name, std::string_view value) {
    member(name);
    append_canonical_string(json_, value);
  }
  void raw(std::string_view name, std::string_view json) {
    member(name);
    json_.append(json);
  }
  std::string take() { return json_ + '}'; }

 private:
  void member(std::string_view name) {
    if (json_.size() > 1) json_.push_back(',');
    append_canonical_string(json_, name);
    json_.push_back(':');
  }
  std::string json_ = "{";
};

template <class Item, class Render>
std::string list(const std::vector<Item>& items, Render render) {
  std::string json = "[";
  for (const Item& item : items) {
    if (json.size() > 1) json.push_back(',');
    json.append(render(item));
  }
  return json + ']';
}

/// The members that tell a run's task and outcome, each text as `text` gives it.
template <class Text>
void add_task(ObjectText& object, const Run& run, Text text) {
  object.text("error", text(run.error));
  object.raw("expected", list(run.expected, [&](const ExpectedAction& action) {
               ObjectText expected;
               expected.text("arguments", text(action.comparable_arguments));
               expected.text("name", text(action.name));
               return expected.take();
             }));
  object.text("instruction", text(run.instruction));
  object.raw("messages", std::to_string(run.messages));
  object.raw("outputs", list(run.outputs, [&](const std::string& output) {
               std::string json;
               append_canonical_string(json, text(output));
               return json;
             }));
  std::string reward;
  if (run.reward) append_canonical_number(reward, *run.reward);
  object.text("reward", reward);
}

template <class Text>
void add_names(ObjectText& object, const Run& run, Text text) {
  object.text("task", text(run.task));
  object.text("trial", text(run.trial));
  object.text("user_id", text(run.user_id));
}

std::string step_content(const Step& step) {
  ObjectText object;
  if (const auto* message = std::get_if<RunMessage>(&step)) {
    object.text("role", message->role);
    object.text("text", message->text);
    return object.take();
  }
  const auto& call = std::get<ToolCall>(step);
  object.text("arguments", call.arguments);
  object.text("call_id", call.call_id);
  object.text("name", call.name);
  if (call.result) object.text("result", *call.result);
  return object.take();
}

std::size_t bytes_of(const Step& step) {
  if (const auto* message = std::get_if<RunMessage>(&step)) return message->text.size();
  const auto& call = std::get<ToolCall>(step);
  return call.arguments.size() + (call.result ? call.result->size() : 0);
}

}  // namespace

std::string run_content(const Run& run) {
  const auto as_it_is = [](std::string_view text) { return text; };
  ObjectText object;
  add_task(object, run, as_it_is);
  object.raw("steps", list(run.steps, step_content));
  add_names(object, run, as_it_is);
  return object.take();
}

std::string run_record(const Run& run) {
  ObjectText object;
  add_task(object, run, storable_text);
  add_names(object, run, storable_text);
  return object.take();
}

std::vector<RunPart> parts_of(const Run& run) {
  std::vector<RunPart> parts{{0, 0, true, false}};
  std::size_t bytes = 0;
  for (std::size_t step = 0; step < run.steps.size(); ++step) {
    const std::size_t more = bytes_of(run.steps[step]);
    const RunPart& part = parts.back();
    if (part.end - part.begin >= kMaxSteps || (bytes > 0 && bytes + more > kMaxBytes)) {
      parts.push_back({step, step, false, false});
      bytes = 0;
    }
    bytes += more;
    parts.back().end = step + 1;
  }
  parts.back().last = true;
  return parts;
}

std::string run_customer(const Run& run) {
  return run.user_id.empty() ? "run " + run.task + "/" + run.trial : run.user_id;
}

RunIds ids_of(const std::vector<RecordedEvent>& events) {
  RunIds ids;
  for (const RecordedEvent& event : events)
    if (const auto* started = get_if<RunStarted>(&event.data)) {
      ids.run = started->run;
      if (started->ticket) ids.ticket = *started->ticket;
    }
  return ids;
}

bool has_committed_write(const Run& run, const RunPart& part) {
  for (std::size_t step = part.begin; step < part.end; ++step) {
    const auto* call = std::get_if<ToolCall>(&run.steps[step]);
    if (call == nullptr || !call->committed()) continue;
    const ActionType* type = find_action_type(call->name);
    if (type == nullptr || type->effect == ActionEffect::write) return true;
  }
  return false;
}

}  // namespace recourse
