#include "engine/event/bind.h"

#include <vector>

#include "engine/base/sha256.h"

namespace recourse {
namespace {

using Proposals = std::span<const ActionProposed* const>;

/// From the end: what binds a proposal mostly follows it at once.
const ActionProposed* find_proposal(Proposals proposals, const ActionId& action) {
  for (std::size_t i = proposals.size(); i-- > 0;)
    if (proposals[i]->action == action) return proposals[i];
  return nullptr;
}

void bind(ApprovalRequested& requested, Proposals proposals) {
  if (!requested.action || requested.args_commitment != Hash{}) return;
  const ActionProposed* proposed = find_proposal(proposals, *requested.action);
  if (proposed == nullptr) return;
  requested.args_commitment = proposed->args.commitment;
  requested.render_digest =
      approval_digest(requested.approval, *requested.action, proposed->type.text,
                      proposed->type_version, requested.args_commitment);
}

void bind(EffectDispatched& dispatched, Proposals proposals) {
  if (dispatched.args_commitment != Hash{}) return;
  if (const ActionProposed* proposed = find_proposal(proposals, dispatched.action))
    dispatched.args_commitment = proposed->args.commitment;
}

}  // namespace

Hash approval_digest(const ApprovalId& approval, const ActionId& action, std::string_view type,
                     std::int64_t type_version, const Hash& args_commitment) {
  return sha256({"recourse/approval@v1\n", approval.value(), "\n", action.value(), "\n", type, "\n",
                 std::to_string(type_version), "\n", to_base64(as_text(args_commitment)), "\n"});
}

Hash rollback_approval_digest(const ApprovalId& approval, const RollbackId& rollback,
                              const std::optional<std::int64_t>& step, const Hash& plan_digest) {
  const std::string number = step ? std::to_string(*step) : std::string();
  return sha256({"recourse/rollback-approval@v1\n", approval.value(), "\n", rollback.value(), "\n",
                 number, "\n", to_base64(as_text(plan_digest)), "\n"});
}

void bind_commitment(EventData& event, std::span<const ActionProposed* const> proposals) {
  if (auto* requested = get_if<ApprovalRequested>(&event)) {
    bind(*requested, proposals);
  } else if (auto* dispatched = get_if<EffectDispatched>(&event)) {
    bind(*dispatched, proposals);
  }
}

void bind_commitments(std::span<EventData* const> events_of_one_stage) {
  std::vector<const ActionProposed*> proposals;
  for (EventData* event : events_of_one_stage) {
    bind_commitment(*event, proposals);
    if (const auto* proposed = get_if<ActionProposed>(event)) proposals.push_back(proposed);
  }
}

}  // namespace recourse
