#pragma once

#include <string>

namespace recourse::routes {

/// Something beside the server itself that its promises lean on.
struct HealthPart {
  std::string name;    ///< Such as `witnesses`.
  std::string status;  ///< ok, degraded or red
  std::string detail;  ///< One line for people, without names of customers and without secrets.
};

}  // namespace recourse::routes
