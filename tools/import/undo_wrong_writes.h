#pragma once

#include <string>
#include <vector>

#include "tools/import/record_sink.h"
#include "tools/import/transcript.h"

namespace recourse {

/// Whether a call of this tool changes something: one that nobody here knows is taken for it.
bool is_write_tool(std::string_view tool);

/// An action that should be undone, and by which name its undoing is known for ever.
struct WrongWrite {
  std::string identity;
  ActionId action;
};

/// The actions among `events` that stand for wrong writes of `run` (see wrong_writes()).
std::vector<WrongWrite> wrong_actions(const ImportTarget& target, const Run& run,
                                      const std::vector<std::size_t>& wrong_steps,
                                      const std::vector<RecordedEvent>& events);

/// Requests the rollback of each and counts what became of it. A refusal is recorded like a
/// rollback is; asked again, the first answer counts. Waits for all answers.
void undo_wrong_writes(const ImportTarget& target, RecordSink& sink,
                       const std::vector<WrongWrite>& wrong, ImportSummary& summary);

}  // namespace recourse
