#include "api/routes/route_table.h"

#include <vector>

#include "api/routes/resources.h"

namespace recourse::routes {
namespace {

using http::Method;
constexpr Surface kNative = Surface::native;

}  // namespace

std::span<const RouteSpec> native_routes() {
  static const std::vector<RouteSpec> routes{
      {Method::get, "/healthz", "healthz", Needs::nobody, false, kNative,
       "Whether the process runs", show_health},
      {Method::get, "/readyz", "readyz", Needs::nobody, false, kNative,
       "Whether requests can be served", show_readiness},
  };
  return routes;
}

}  // namespace recourse::routes
