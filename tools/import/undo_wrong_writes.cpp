#include "tools/import/undo_wrong_writes.h"

#include <algorithm>

#include "engine/policy/action_types.h"
#include "tools/import/record_identity.h"

namespace recourse {
namespace {

void count(ImportSummary& summary, const Outcome& outcome) {
  ++summary.rollbacks_requested;
  if (!outcome) {
    ++summary.refused[std::string(name(outcome.error().code))];
    return;
  }
  if (!outcome->repeated) summary.events_added += outcome->events.size();
  for (const RecordedEvent& event : outcome->events) {
    if (holds_alternative<RollbackCompleted>(event.data)) ++summary.rolled_back;
    if (const auto* refused = get_if<RollbackRefused>(&event.data))
      ++summary.refused[refused->code.text];
  }
}

}  // namespace

bool is_write_tool(std::string_view tool) {
  const ActionType* type = find_action_type(tool);
  return type == nullptr || type->effect == ActionEffect::write;
}

std::vector<WrongWrite> wrong_actions(const ImportTarget& target, const Run& run,
                                      const std::vector<std::size_t>& wrong_steps,
                                      const std::vector<RecordedEvent>& events) {
  std::vector<WrongWrite> wrong;
  for (const RecordedEvent& event : events) {
    const auto* proposed = get_if<ActionProposed>(&event.data);
    if (proposed == nullptr || !proposed->step || *proposed->step < 0) continue;
    const auto step = static_cast<std::size_t>(*proposed->step);
    if (std::find(wrong_steps.begin(), wrong_steps.end(), step) == wrong_steps.end()) continue;
    wrong.push_back(
        {record_identity({target.source, run.task, run.trial, std::to_string(step), "undo"}),
         proposed->action});
  }
  return wrong;
}

void undo_wrong_writes(const ImportTarget& target, RecordSink& sink,
                       const std::vector<WrongWrite>& wrong, ImportSummary& summary) {
  for (const WrongWrite& write : wrong) {
    if (sink.stopped()) break;
    RollBack command;
    command.action = write.action;
    command.reason_code = "wrong_write";
    command.reason = "The recorded run ended wrong, and its task did not ask for this.";
    WriteRequest request = command_request(target.tenant, target.principal, std::move(command));
    request.idempotency_key = write.identity;
    request.fingerprint = "undo";
    sink.write_soon(std::move(request),
                    [&summary](const Outcome& outcome) { count(summary, outcome); });
  }
  sink.drain();
}

}  // namespace recourse
