#include "engine/decision/state.h"

namespace recourse {
namespace {

template <class IdType, class Row>
std::int64_t version_in(StateTable<IdType, Row>& table, IdType id) {
  const Row* row = table.find(id);
  return row != nullptr ? row->next_version : 0;
}

}  // namespace

std::int64_t next_version(State& state, std::string_view stream) {
  const std::string id(stream);
  if (stream.starts_with("tkt_")) return version_in(state.tickets, TicketId(id));
  if (stream.starts_with("act_")) return version_in(state.actions, ActionId(id));
  if (stream.starts_with("apr_")) return version_in(state.approvals, ApprovalId(id));
  if (stream.starts_with("res_")) return version_in(state.resolutions, ResolutionId(id));
  if (stream.starts_with("rbk_")) return version_in(state.rollbacks, RollbackId(id));
  if (stream.starts_with("inc_")) return version_in(state.incidents, IncidentId(id));
  if (stream.starts_with("fup_")) return version_in(state.followups, FollowUpId(id));
  if (stream.starts_with("fbk_")) return version_in(state.feedback, FeedbackId(id));
  if (stream.starts_with("run_")) return version_in(state.runs, RunId(id));
  return version_in(state.streams, id);
}

bool is_erased(State& state, const SubjectId& subject) {
  const SubjectState* const row = state.subjects.find(subject);
  return row != nullptr && row->erased_at.has_value();
}

bool take_last_writer_off(FieldState& field, const std::optional<Clear>& restored) {
  if (field.earlier.empty() || field.earlier.back().value != restored) return false;
  field.last = std::move(field.earlier.back());
  field.earlier.pop_back();
  return true;
}

std::string step_key(const RollbackId& rollback, std::int64_t step) {
  std::string digits = std::to_string(step);
  if (digits.size() < 6) digits.insert(0, 6 - digits.size(), '0');
  return rollback.value() + '/' + digits;
}

std::string_view standing_of(const PolicyState& policy, const TenantState& tenant) {
  if (tenant.policy == policy.policy) return "active";
  if (tenant.shadow_policy == policy.policy) return "shadow";
  if (policy.retired) return "retired";
  if (policy.mode == PolicyMode::enforce) return "former";
  return policy.backtest ? "backtested" : "drafted";
}

}  // namespace recourse
