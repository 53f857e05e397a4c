#pragma once

#include <string>
#include <string_view>

#include "tools/soc2/examine.h"

namespace recourse::soc2 {

/// All that a package is a function of besides the leaves: it travels in the package as
/// report/inputs.json, so that anybody can make the report again. Canonical JSON.
struct Inputs {
  std::string system;
  TenantId tenant;
  std::string origin, meta_origin;  ///< The latter empty: no deployment events.
  Parameters parameters;

  std::string text() const;
  /// Errors: invalid.
  static recourse::Result<Inputs> parse(std::string_view text);
};

}  // namespace recourse::soc2
