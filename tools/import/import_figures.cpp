#include "tools/import/import_figures.h"

#include "engine/policy/action_types.h"

namespace recourse {
namespace {

constexpr std::int64_t kFullReward = 1'000'000;

/// recourse.ticket.opened.v1 is ticket.opened.
std::string_view short_name(std::string_view type) {
  constexpr std::string_view kPrefix = "recourse.";
  if (type.starts_with(kPrefix)) type.remove_prefix(kPrefix.size());
  return type.substr(0, type.rfind(".v"));
}

}  // namespace

void ImportFigures::add(const RecordedEvent& event) {
  ++by_type_[type_of(event.data)];
  visit([this](const auto& data) { on(data); }, event.data);
}

void ImportFigures::on(const TicketAssigned& assigned) {
  if (assigned.at_opening) ++assigned_at_opening_;
}

void ImportFigures::on(const TicketStatusChanged& changed) {
  if (changed.to == TicketStatus::resolved) ++resolved_;
  if (changed.to == TicketStatus::closed) ++closed_;
}

void ImportFigures::on(const ActionProposed& proposed) {
  if (!proposed.args_are_json) ++arguments_not_json_;
  const ActionType* type = find_action_type(proposed.type.text);
  if (type == nullptr) ++unknown_tools_;
  const ActionEffect effect = type != nullptr ? type->effect : ActionEffect::write;
  if (effect == ActionEffect::handoff) ++handoffs_;
  if (effect != ActionEffect::write) return;
  ++writes_;
  last_write_ = proposed.action;
}

void ImportFigures::failed(const ActionId& action) {
  if (action == last_write_) ++failed_writes_;
}

void ImportFigures::on(const RunFinished& finished) {
  if (finished.reward_ppm == kFullReward) ++reward_1_;
  if (finished.status == RunStatus::failed) ++failed_runs_;
}

std::uint64_t ImportFigures::count(std::string_view type) const {
  const auto found = by_type_.find(type);
  return found == by_type_.end() ? 0 : found->second;
}

std::map<std::string, std::uint64_t, std::less<>> ImportFigures::events() const {
  std::map<std::string, std::uint64_t, std::less<>> events;
  for (const auto& [type, number] : by_type_) events.emplace(short_name(type), number);
  return events;
}

std::vector<CheckFigure> ImportFigures::check_figures(ImportFormat format) const {
  if (format == ImportFormat::servicenow)
    return {{"tickets_opened", count(TicketOpened::kType)},
            {"assigned_at_opening", assigned_at_opening_},
            {"assigned", count(TicketAssigned::kType) - assigned_at_opening_},
            {"state_changed", count(TicketStatusChanged::kType)},
            {"resolved", resolved_},
            {"closed", closed_},
            {"reopened", count(TicketReopened::kType)},
            {"priority_changed", count(TicketTriaged::kType)},
            {"sla_missed", count(SlaBreached::kType)},
            {"updated", count(TicketUpdated::kType)}};
  return {{"runs", count(RunStarted::kType)},
          {"messages", messages_},
          {"tool_calls", count(ActionProposed::kType)},
          {"distinct_call_ids", call_ids_.size()},
          {"write_calls", writes_},
          {"failed_writes", failed_writes_},
          {"handoffs", handoffs_},
          {"reward_1", reward_1_},
          {"reward_0_with_committed_write", count(TicketReopened::kType)},
          {"wrong_writes", wrong_writes_},
          {"unknown_tools", unknown_tools_},
          {"arguments_not_json", arguments_not_json_},
          {"failed_runs", failed_runs_}};
}

}  // namespace recourse
