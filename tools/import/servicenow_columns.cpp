#include "tools/import/servicenow_columns.h"

#include <algorithm>
#include <set>

namespace recourse {
namespace {

constexpr std::array<std::string_view, kIncidentColumns> kNames = {"number",
                                                                   "incident_state",
                                                                   "active",
                                                                   "reassignment_count",
                                                                   "reopen_count",
                                                                   "sys_mod_count",
                                                                   "made_sla",
                                                                   "caller_id",
                                                                   "opened_by",
                                                                   "opened_at",
                                                                   "sys_created_by",
                                                                   "sys_created_at",
                                                                   "sys_updated_by",
                                                                   "sys_updated_at",
                                                                   "contact_type",
                                                                   "location",
                                                                   "category",
                                                                   "subcategory",
                                                                   "u_symptom",
                                                                   "cmdb_ci",
                                                                   "impact",
                                                                   "urgency",
                                                                   "priority",
                                                                   "assignment_group",
                                                                   "assigned_to",
                                                                   "knowledge",
                                                                   "u_priority_confirmation",
                                                                   "notify",
                                                                   "problem_id",
                                                                   "rfc",
                                                                   "vendor",
                                                                   "caused_by",
                                                                   "closed_code",
                                                                   "resolved_by",
                                                                   "resolved_at",
                                                                   "closed_at"};

constexpr std::array kRequired = {IncidentColumn::number,         IncidentColumn::incident_state,
                                  IncidentColumn::reopen_count,   IncidentColumn::made_sla,
                                  IncidentColumn::opened_by,      IncidentColumn::opened_at,
                                  IncidentColumn::sys_updated_by, IncidentColumn::sys_updated_at,
                                  IncidentColumn::impact,         IncidentColumn::urgency,
                                  IncidentColumn::priority,       IncidentColumn::assignment_group,
                                  IncidentColumn::assigned_to};

std::string trimmed(const std::string& text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

}  // namespace

std::string_view name(IncidentColumn column) { return kNames[static_cast<std::size_t>(column)]; }

Result<IncidentHeader> IncidentHeader::from(const std::vector<std::string>& names) {
  IncidentHeader header;
  std::set<std::string> seen;
  for (const std::string& raw : names) {
    std::string column = trimmed(raw);
    if (!column.empty() && !seen.insert(column).second) {
      return Error{ErrorCode::invalid, "the header names the column " + column + " twice"};
    }
    const auto known = std::find(kNames.begin(), kNames.end(), column);
    if (known != kNames.end()) {
      header.index_[static_cast<std::size_t>(known - kNames.begin())] = header.names_.size();
    }
    header.names_.push_back(std::move(column));
  }
  std::string missing;
  for (const IncidentColumn column : kRequired) {
    if (header.index_of(column)) continue;
    missing.append(missing.empty() ? "" : ", ").append(recourse::name(column));
  }
  if (!missing.empty()) {
    return Error{ErrorCode::invalid,
                 "the header (first line) lacks the columns " + missing +
                     "; an incident log is a UTF-8 file of comma-separated values"};
  }
  return header;
}

}  // namespace recourse
