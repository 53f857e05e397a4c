#include "engine/writer/tenant_rollouts.h"

#include "engine/decision/rollouts.h"
#include "engine/writer/decision_state.h"
#include "projections/row_codec.h"

namespace recourse {
namespace {

constexpr std::string_view kRows = "rollout/";

Error damaged() { return {ErrorCode::corrupt, "a rollout's row cannot be read: rebuild"}; }

void add(RolloutStage& sum, const RolloutStage& one) {
  sum.executed += one.executed;
  sum.errors += one.errors;
  sum.rollbacks += one.rollbacks;
  sum.reopenings += one.reopenings;
  sum.low_satisfaction += one.low_satisfaction;
  sum.confidences += one.confidences;
  sum.confidence_sum_ppm += one.confidence_sum_ppm;
  sum.ratings += one.ratings;
  sum.rating_sum += one.rating_sum;
}

Status add_tenant(Writer& writer, const TenantId& tenant, RolloutState& rollout) {
  const auto info = writer.ledger().find_tenant(tenant);
  if (!info || rollout.stages.empty()) return {};
  const auto row = writer.views().row(kDecisionState, info->ledger,
                                      std::string(kRows) + tenant_rollout_key(rollout.key.text));
  if (!row) return row.error().code == ErrorCode::not_found ? Status() : Status(row.error());
  RolloutState own;
  if (!decode_row(*row, own)) return damaged();
  RolloutStage& stage = rollout.stages.back();
  // One that has decided nothing since the ramp still counts for the stage before.
  if (!own.stages.empty() && own.stages.back().since >= stage.since) add(stage, own.stages.back());
  return {};
}

}  // namespace

Result<std::vector<RolloutState>> tenant_rollouts(Writer& writer) {
  std::vector<RolloutState> rollouts;
  bool readable = true;
  RECOURSE_TRY(writer.views().each(kDecisionState, LedgerId(0), kRows, "",
                                   ViewStore::Order::forward,
                                   [&](std::string_view, std::string_view json) {
                                     readable = decode_row(json, rollouts.emplace_back());
                                     return readable;
                                   }));
  if (!readable) return damaged();
  for (RolloutState& rollout : rollouts)
    for (const TenantId& tenant : writer.directory().tenants())
      RECOURSE_TRY(add_tenant(writer, tenant, rollout));
  return rollouts;
}

}  // namespace recourse
