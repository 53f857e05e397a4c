#include "api/routes/route_table.h"

#include <doctest/doctest.h>

#include <set>
#include <string>

namespace recourse::routes {
namespace {

TEST_CASE("every route has a name of its own, a role, a summary and a handler") {
  std::set<std::string_view> names;
  std::set<std::string> places;
  for (const RouteSpec& route : native_routes()) {
    CAPTURE(std::string(route.pattern));
    CHECK(names.insert(route.name).second);
    CHECK(places.insert(std::string(http::name(route.method)) + ' ' + std::string(route.pattern))
              .second);
    CHECK(!word(route.needs).empty());
    CHECK(!route.summary.empty());
    CHECK((route.handle != nullptr));
    CHECK(route.surface == Surface::native);
  }
}

TEST_CASE("what changes something asks for a role that may, what is read does not write") {
  for (const RouteSpec& route : native_routes()) {
    CAPTURE(std::string(route.pattern));
    // Two questions come with a body: nothing is recorded of them.
    const bool asks =
        route.pattern == "/v1/policies/check" || route.pattern == "/v1/policies/simulate";
    CHECK(route.mutating == (route.method != http::Method::get && !asks));
    if (route.mutating) {
      CHECK(route.needs != Needs::nobody);
      CHECK(route.needs != Needs::viewer);
      CHECK(route.needs != Needs::auditor);
    }
  }
}

TEST_CASE("only health and metrics need no key") {
  for (const RouteSpec& route : native_routes())
    if (route.needs == Needs::nobody)
      CHECK((route.pattern == "/healthz" || route.pattern == "/readyz" ||
             route.pattern == "/metrics"));
}

TEST_CASE("roles reach as far as they should") {
  const TenantId tenant("acme");
  const auto may = [&](Role role, Needs needs) {
    return satisfies({PrincipalId("usr_1"), ActorType::human, role, {}}, tenant, needs);
  };
  CHECK(may(Role::viewer, Needs::viewer));
  CHECK(!may(Role::viewer, Needs::agent));
  CHECK(!may(Role::auditor, Needs::agent));
  CHECK(may(Role::auditor, Needs::auditor));
  CHECK(!may(Role::operator_, Needs::auditor));
  CHECK(may(Role::operator_, Needs::operator_));
  CHECK(!may(Role::agent, Needs::operator_));
  CHECK(!may(Role::operator_, Needs::manager));
  CHECK(may(Role::admin, Needs::manager));
  CHECK(!may(Role::manager, Needs::admin));
  CHECK(!may(Role::admin, Needs::deployment));
  CHECK(satisfies({PrincipalId("usr_1"), ActorType::human, Role::admin, {}}, TenantId("default"),
                  Needs::deployment));
}

}  // namespace
}  // namespace recourse::routes
