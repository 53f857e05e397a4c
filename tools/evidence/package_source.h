#pragma once

#include <string>
#include <string_view>

#include "tools/soc2/examine.h"

namespace recourse::soc2 {

/// Whose leaves a package is about, as it says itself in report/source.json: canonical JSON.
struct PackageSource {
  std::string system;
  TenantId tenant;
  std::string origin, meta_origin;  ///< The latter empty: no deployment events.
  std::string log_key;              ///< Verifier key of the log: a copy for convenience.
  /// The logs before, with names and sizes only, where a loss was declared.
  std::vector<ClosedLog> closed = {}, meta_closed = {};

  Source without_leaves() const;
  std::string text() const;
  /// Errors: invalid.
  static recourse::Result<PackageSource> parse(std::string_view text);
};

}  // namespace recourse::soc2
