#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "engine/base/result.h"
#include "tools/import/byte_source.h"

/// Reads recorded runs of an agent: one JSON object a line (or a bare list of messages), with the
/// chat messages and tool calls in the form of the OpenAI API, its older `function_call` included,
/// and the task, its expected actions and the reward as tau-bench records them.
namespace recourse {

/// Something said. Also a tool's message that answers no call (role `tool` or `function`), and a
/// message that is none (role empty, `text` is its JSON): nothing of a run is left out.
struct RunMessage {
  std::string role;  ///< As recorded: system, user, assistant, tool, …
  std::string text;  ///< Text parts joined by a line end; other parts stand as their JSON.
};

/// A tool that the agent called, and what came back.
struct ToolCall {
  std::string name;       ///< Perhaps of a tool that never existed; empty when none is recorded.
  std::string call_id;    ///< As recorded: not unique, not even within a run. May be empty.
  std::string arguments;  ///< The text as recorded.
  /// RFC 8785; nothing when the text is not JSON that can be stored (see parse_json()).
  std::optional<std::string> canonical_arguments;
  std::optional<std::string> result;  ///< Nothing when no message answers the call.

  bool arguments_are_json() const { return canonical_arguments.has_value(); }
  bool outcome_unknown() const { return !result.has_value(); }
  bool failed() const { return result && result->starts_with("Error"); }
  bool committed() const { return result && !failed(); }
  /// What two calls of one tool are compared by: the canonical form, else the text.
  const std::string& comparable_arguments() const {
    return canonical_arguments ? *canonical_arguments : arguments;
  }
};

/// The index in Run::steps is the step's part of its identity.
using Step = std::variant<RunMessage, ToolCall>;

/// What the task's author says should be done.
struct ExpectedAction {
  std::string name;
  std::string comparable_arguments;  ///< Canonical; the recorded spelling where there is none.
};

struct Run {
  std::uint64_t line = 0;  ///< In the file, from 1.
  /// `task_id` and `trial`; the number of the line where one is absent. Together the identity.
  std::string task;
  std::string trial;
  std::string user_id;  ///< Empty when absent, as `instruction`.
  std::string instruction;
  std::vector<ExpectedAction> expected;
  std::vector<std::string> outputs;  ///< What the answer should contain.
  std::optional<double> reward;
  std::string error;         ///< What ended the run early, if it is recorded.
  std::size_t messages = 0;  ///< As recorded; 0 marks a run that crashed before its first.
  std::vector<Step> steps;
};

struct UnreadableRun {
  std::uint64_t line = 0;
  std::string text;  ///< As it stands in the file; only its beginning when it is too long.
  std::string reason;
};

using TranscriptLine = std::variant<Run, UnreadableRun>;

/// The runs of a file, one after the other, in bounded memory. Blank lines are skipped. A line that
/// is not a run (no JSON, a name twice, a lone surrogate, U+0000 in a text, nested past 1024, a
/// number past 64 bits, longer than ByteSource::kMaxLineBytes) is delivered as an UnreadableRun.
///
/// Which call a tool's message answers: the ids decide nothing alone, since they recur. Of the
/// calls not yet answered the latest message with calls is asked first, and in it the first that
/// fits: the same id and name, else the same id, else (for an id that no call has) the same name,
/// else (when the message has no name either) the first one. Threads: one at a time.
class TranscriptReader {
 public:
  /// `source` must outlive the reader and be read by nobody else.
  explicit TranscriptReader(ByteSource& source);
  ~TranscriptReader();

  /// The next run; nothing at the end. Errors: those of ByteSource::read_line, but for `too_large`.
  Result<std::optional<TranscriptLine>> next();

 private:
  struct Parser;
  ByteSource& source_;
  std::unique_ptr<Parser> parser_;
  std::string line_;
};

/// The steps of `run` that changed something they should not have: committed calls of tools for
/// which `is_write` holds, in a run with reward 0, equal to no expected action in name and
/// arguments. Calls without a result are not among them: nobody knows whether they did anything.
std::vector<std::size_t> wrong_writes(const Run& run,
                                      const std::function<bool(std::string_view tool)>& is_write);

}  // namespace recourse
