#include "tools/import/transcript.h"

#include <simdjson.h>

#include <algorithm>
#include <utility>

#include "tools/import/recorded_json.h"
#include "tools/import/transcript_steps.h"

namespace recourse {

struct TranscriptReader::Parser {
  simdjson::dom::parser dom;
};

namespace {

bool is_blank(std::string_view line) {
  return line.find_first_not_of(" \t\r") == std::string_view::npos;
}

bool is_message(RecordedJson json) {
  return json.is_object() && json["role"].error() == simdjson::SUCCESS;
}

Result<ExpectedAction> expected_action(RecordedJson json) {
  ExpectedAction action;
  if (!json.is_object()) {
    RECOURSE_LET(action.name, text_of(json));
    return action;
  }
  RECOURSE_LET(action.name, text_of_member(json, "name"));
  RECOURSE_LET(const auto arguments, first_member(json, {"kwargs", "arguments"}));
  action.comparable_arguments = "{}";
  if (arguments) {
    RECOURSE_LET(std::string text, text_of(*arguments));
    action.comparable_arguments = canonical_if_json(text).value_or(std::move(text));
  }
  return action;
}

Status read_task(RecordedJson task, Run& run) {
  RECOURSE_LET(run.user_id, text_of_member(task, "user_id"));
  RECOURSE_LET(run.instruction, text_of_member(task, "instruction"));
  simdjson::dom::array list;
  RECOURSE_LET(const auto actions, member(task, "actions"));
  if (actions && actions->get(list) == simdjson::SUCCESS) {
    for (const RecordedJson json : list) {
      RECOURSE_LET(ExpectedAction action, expected_action(json));
      run.expected.push_back(std::move(action));
    }
  }
  RECOURSE_LET(const auto outputs, member(task, "outputs"));
  if (outputs && outputs->get(list) == simdjson::SUCCESS) {
    for (const RecordedJson json : list) {
      RECOURSE_LET(std::string output, text_of(json));
      run.outputs.push_back(std::move(output));
    }
  }
  return {};
}

Result<std::optional<double>> reward_in(RecordedJson json) {
  RECOURSE_LET(const auto reward, member(json, "reward"));
  double number = 0;
  bool flag = false;
  if (reward && reward->get(number) == simdjson::SUCCESS) return std::optional(number);
  if (reward && reward->get(flag) == simdjson::SUCCESS) return std::optional(flag ? 1.0 : 0.0);
  return std::optional<double>{};
}

/// The fields around the messages.
Status read_fields(RecordedJson json, Run& run) {
  RECOURSE_LET(std::string task_id, text_of_member(json, "task_id"));
  if (!task_id.empty()) run.task = std::move(task_id);
  RECOURSE_LET(std::string trial, text_of_member(json, "trial"));
  if (!trial.empty()) run.trial = std::move(trial);
  RECOURSE_LET(run.reward, reward_in(json));
  RECOURSE_LET(run.error, text_of_member(json, "error"));
  RECOURSE_LET(const auto info, member(json, "info"));
  if (!info || !info->is_object()) return {};
  if (run.error.empty()) {
    RECOURSE_LET(run.error, text_of_member(*info, "error"));
  }
  RECOURSE_LET(const auto task, member(*info, "task"));
  if (task && task->is_object()) RECOURSE_TRY(read_task(*task, run));
  RECOURSE_LET(const auto reward_info, member(*info, "reward_info"));
  if (!run.reward && reward_info && reward_info->is_object()) {
    RECOURSE_LET(run.reward, reward_in(*reward_info));
  }
  return {};
}

Result<Run> read_run(RecordedJson json, std::uint64_t line) {
  Run run;
  run.line = line;
  run.task = run.trial = std::to_string(line);
  std::optional<RecordedJson> messages = json;
  if (json.is_object()) {
    RECOURSE_TRY(read_fields(json, run));
    RECOURSE_LET(messages, first_member(json, {"traj", "messages"}));
    // Without messages only what tau-bench records of a crashed run is still a run.
    const bool names_run =
        json["task_id"].error() == simdjson::SUCCESS || json["info"].error() == simdjson::SUCCESS ||
        json["traj"].error() == simdjson::SUCCESS || json["messages"].error() == simdjson::SUCCESS;
    if (!messages && names_run) return run;
  }
  simdjson::dom::array list;
  if (!messages || messages->get(list) != simdjson::SUCCESS) {
    return Error{ErrorCode::invalid, "is no run: it has no list of messages (traj or messages)"};
  }
  const bool bare = json.is_array();
  if (bare && !std::all_of(list.begin(), list.end(), is_message)) {
    return Error{ErrorCode::invalid,
                 "is a list of something else than messages; one run stands on each line"};
  }
  for (auto message = list.begin(); message != list.end(); ++message) ++run.messages;
  RECOURSE_LET(run.steps, steps_of(*messages));
  return run;
}

}  // namespace

TranscriptReader::TranscriptReader(ByteSource& source)
    : source_(source), parser_(std::make_unique<Parser>()) {}
TranscriptReader::~TranscriptReader() = default;

Result<std::optional<TranscriptLine>> TranscriptReader::next() {
  const auto unreadable = [&](std::string reason) {
    return std::optional<TranscriptLine>(
        UnreadableRun{source_.line_number(), line_, std::move(reason)});
  };
  do {
    const auto more = source_.read_line(line_);
    if (!more && more.error().code == ErrorCode::too_large) return unreadable(more.error().message);
    if (!more) return more.error();
    if (!*more) return std::optional<TranscriptLine>{};
    if (source_.line_number() == 1 && line_.starts_with(kByteOrderMark)) {
      line_.erase(0, kByteOrderMark.size());
    }
  } while (is_blank(line_));
  RecordedJson json;
  if (const auto error = parser_->dom.parse(line_).get(json); error != simdjson::SUCCESS) {
    return unreadable(std::string("is no JSON: ") + simdjson::error_message(error));
  }
  auto run = read_run(json, source_.line_number());
  if (!run) return unreadable(run.error().message);
  return std::optional<TranscriptLine>(std::move(*run));
}

std::vector<std::size_t> wrong_writes(const Run& run,
                                      const std::function<bool(std::string_view)>& is_write) {
  std::vector<std::size_t> wrong;
  if (!run.reward || *run.reward != 0) return wrong;
  for (std::size_t step = 0; step < run.steps.size(); ++step) {
    const auto* call = std::get_if<ToolCall>(&run.steps[step]);
    if (!call || !call->committed() || !is_write(call->name)) continue;
    const bool expected =
        std::any_of(run.expected.begin(), run.expected.end(), [&](const ExpectedAction& action) {
          return action.name == call->name &&
                 action.comparable_arguments == call->comparable_arguments();
        });
    if (!expected) wrong.push_back(step);
  }
  return wrong;
}

}  // namespace recourse
