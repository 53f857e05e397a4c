#include "engine/event/bind.h"

#include "engine/base/sha256.h"

namespace recourse {
namespace {

const ActionProposed* find_proposal(std::span<EventData* const> events, const ActionId& action) {
  for (const EventData* data : events) {
    const auto* proposed = std::get_if<ActionProposed>(data);
    if (proposed != nullptr && proposed->action == action) return proposed;
  }
  return nullptr;
}

void bind(ApprovalRequested& requested, std::span<EventData* const> events) {
  if (requested.args_commitment != Hash{}) return;
  const ActionProposed* proposed = find_proposal(events, requested.action);
  if (proposed == nullptr) return;
  requested.args_commitment = proposed->args.commitment;
  requested.render_digest =
      approval_digest(requested.approval, requested.action, proposed->type.text,
                      proposed->type_version, requested.args_commitment);
}

void bind(EffectDispatched& dispatched, std::span<EventData* const> events) {
  if (dispatched.args_commitment != Hash{}) return;
  if (const ActionProposed* proposed = find_proposal(events, dispatched.action))
    dispatched.args_commitment = proposed->args.commitment;
}

}  // namespace

Hash approval_digest(const ApprovalId& approval, const ActionId& action, std::string_view type,
                     std::int64_t type_version, const Hash& args_commitment) {
  return sha256({"recourse/approval@v1\n", approval.value(), "\n", action.value(), "\n", type, "\n",
                 std::to_string(type_version), "\n", to_base64(as_text(args_commitment)), "\n"});
}

void bind_commitments(std::span<EventData* const> events_of_one_stage) {
  for (EventData* data : events_of_one_stage) {
    if (auto* requested = std::get_if<ApprovalRequested>(data)) {
      bind(*requested, events_of_one_stage);
    } else if (auto* dispatched = std::get_if<EffectDispatched>(data)) {
      bind(*dispatched, events_of_one_stage);
    }
  }
}

}  // namespace recourse
