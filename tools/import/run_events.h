#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "tools/import/import_actors.h"
#include "tools/import/record_sink.h"
#include "tools/import/transcript.h"

namespace recourse {

/// Everything of a run that its identity stands for, as one canonical object.
std::string run_content(const Run& run);

/// What the source says of the run beside its steps, as it may be stored: the task, what should
/// have been done, the reward.
std::string run_record(const Run& run);

/// The customer of a run, by a name within the source.
std::string run_customer(const Run& run);

/// The steps of `run` in parts that are written at a time, each within bounds of its own; nearly
/// always one. The same run has the same parts. An empty run has one part without steps.
struct RunPart {
  std::size_t begin = 0, end = 0;  ///< Steps.
  bool first = false, last = false;
};
std::vector<RunPart> parts_of(const Run& run);

/// The ticket and the run that the first part made; later parts go on with them.
struct RunIds {
  TicketId ticket;
  RunId run;
  bool wrote = false;  ///< A write was committed in an earlier part.
};

/// Turns recorded runs into events. The first message of the user opens a ticket; what is said are
/// messages; the policy text and what fits nowhere are notes; each call of a tool is an action that
/// the tenant's policy judges in shadow, followed by what came back: effect.confirmed, by a result
/// that begins with `Error` effect.rejected, by none effect.outcome_unknown. A run that did not
/// fail resolves its ticket, its reward is the customer's answer, and reward 0 after a committed
/// write opens the ticket again. Arguments that are no JSON object or array are kept as text.
/// Recordings have no times: the order of the ledger is theirs.
/// Threads: the writer's, within decisions. `target` outlives it.
class RunEvents {
 public:
  explicit RunEvents(const ImportTarget& target) : target_(target), actors_(target) {}

  /// `ids` is what the first part made; for the first part it is ignored.
  Result<std::vector<NewEvent>> decide(DecisionStep& step, const Run& run, const RunPart& part,
                                       const RunIds& ids);

 private:
  const ImportTarget& target_;
  ImportActors actors_;
};

/// What the events of a run's first part say about it.
RunIds ids_of(const std::vector<RecordedEvent>& events);
/// Whether they hold a write that was committed.
bool has_committed_write(const Run& run, const RunPart& part);

}  // namespace recourse
