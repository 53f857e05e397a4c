#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"

namespace recourse {

/// One member of a row that changed; the values are canonical JSON, absent ones were not there.
struct FieldChange {
  std::string field;
  std::optional<std::string> before, after;
  bool operator==(const FieldChange&) const = default;
};

/// The members in which two rows differ, by name. An empty text stands for no row at all.
/// Errors: corrupt when a text is no JSON object.
Result<std::vector<FieldChange>> diff_rows(std::string_view before, std::string_view after);

}  // namespace recourse
