#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"

namespace recourse {

/// The columns of a ServiceNow incident log that have a meaning here.
enum class IncidentColumn : std::size_t {
  number,
  incident_state,
  active,
  reassignment_count,
  reopen_count,
  sys_mod_count,
  made_sla,
  caller_id,
  opened_by,
  opened_at,
  sys_created_by,
  sys_created_at,
  sys_updated_by,
  sys_updated_at,
  contact_type,
  location,
  category,
  subcategory,
  u_symptom,
  cmdb_ci,
  impact,
  urgency,
  priority,
  assignment_group,
  assigned_to,
  knowledge,
  u_priority_confirmation,
  notify,
  problem_id,
  rfc,
  vendor,
  caused_by,
  closed_code,
  resolved_by,
  resolved_at,
  closed_at,
};
inline constexpr std::size_t kIncidentColumns = std::size_t(IncidentColumn::closed_at) + 1;

/// The column's name in the header of a file.
std::string_view name(IncidentColumn column);

/// Where each column stands in one file, found by the names in its header, in any order. Names that
/// mean nothing here are kept beside the others.
class IncidentHeader {
 public:
  /// Errors: `invalid`, with the list, when a column is missing without which no change can be told
  /// (the others are then unknown in every row), or when a name stands twice.
  static Result<IncidentHeader> from(const std::vector<std::string>& names);

  std::size_t size() const { return names_.size(); }
  const std::vector<std::string>& names() const { return names_; }
  std::optional<std::size_t> index_of(IncidentColumn column) const {
    return index_[static_cast<std::size_t>(column)];
  }

 private:
  std::vector<std::string> names_;
  std::array<std::optional<std::size_t>, kIncidentColumns> index_;
};

}  // namespace recourse
