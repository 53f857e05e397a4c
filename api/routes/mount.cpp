#include <chrono>
#include <deque>
#include <memory>

#include "api/routes/authenticate.h"
#include "api/routes/count_input.h"
#include "api/routes/route_table.h"
#include "api/routes/route_views.h"
#include "api/routes/served_errors.h"
#include "api/routes/served_limits.h"

namespace recourse::routes {
namespace {

/// Counts the answer on its way out. The usual statuses are looked up once for each route.
class Counted {
 public:
  Counted(App& app, const RouteSpec& route)
      : app_(app),
        route_(std::string(route.name)),
        seconds_(app.metrics.seconds.with({route_})),
        ok_(app.metrics.requests.with({route_, "200"})),
        created_(app.metrics.requests.with({route_, "201"})) {}

  void note(const http::Response& response, std::chrono::steady_clock::time_point began) {
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
    seconds_.observe(took.count());
    if (response.status == 200) return ok_.add();
    if (response.status == 201) return created_.add();
    app_.metrics.requests.with({route_, std::to_string(response.status)}).add();
  }

 private:
  App& app_;
  const std::string route_;
  http::Histogram& seconds_;
  http::Counter& ok_;
  http::Counter& created_;
};

http::Response too_many(App& app, const http::Throttle& limit, const char* name,
                        const http::Throttle::Verdict& verdict) {
  app.metrics.throttled.with({name}).add();
  http::Response response = http::problem(
      429, "quota-exceeded", "Too many requests",
      "past the limit of this key; wait as long as Retry-After says", http::Outcome::rejected,
      {{"violated-policies", '[' + http::json_string(name) + ']'}});
  limit.describe(verdict, response);
  return response;
}

void enter(App& app, const RouteSpec& route, http::Request&& request, http::Reply reply) {
  const auto call = std::make_shared<Call>(
      Call{app, std::move(request), std::move(reply), route, {}, {}, {}, {}});
  if (route.needs != Needs::nobody) {
    auto identity = authenticate(app, call->request);
    if (const auto* cause = std::get_if<Denial>(&identity)) {
      if (route.surface == Surface::served && !served::admit_anonymous(*call)) return;
      return call->reply(denied(app, call->request, *cause));
    }
    auto& known = std::get<Identity>(identity);
    call->principal = std::move(known.principal);
    call->tenant = std::move(known.tenant);
    call->ledger = known.ledger;
    call->position = shown_position(*call);
    if (!route.brings_in.empty()) count_input(call, route.brings_in);
    if (!satisfies(call->principal, call->tenant, route.needs))
      return respond(*call, denied(app, call->request, Denial::wrong_role));
    if (!route.mutating && route.surface == Surface::native) {
      const auto verdict =
          app.reads.take(call->principal.key.value(), std::chrono::steady_clock::now());
      if (!verdict.allowed)
        return respond(*call, too_many(app, app.reads, "native-reads", verdict));
    }
  }
  if (const auto unreadable = unreadable_rows(*call)) return refuse(*call, *unreadable);
  route.handle(call);
}

}  // namespace

std::string_view word(Needs needs) {
  switch (needs) {
    case Needs::nobody:
      return "none";
    case Needs::viewer:
      return "viewer";
    case Needs::agent:
      return "agent";
    case Needs::operator_:
      return "operator";
    case Needs::manager:
      return "manager";
    case Needs::admin:
      return "admin";
    case Needs::auditor:
      return "auditor";
    case Needs::deployment:
      return "deployment-admin";
  }
  return "";
}

bool satisfies(const Principal& principal, const TenantId& tenant, Needs needs) {
  const Role role = principal.role;
  switch (needs) {
    case Needs::nobody:
    case Needs::viewer:
      return true;
    case Needs::agent:
      return role != Role::viewer && role != Role::auditor;
    case Needs::operator_:
      return role == Role::operator_ || role == Role::manager || role == Role::admin;
    case Needs::manager:
      return role == Role::manager || role == Role::admin;
    case Needs::admin:
      return role == Role::admin;
    case Needs::auditor:
      return role == Role::auditor || role == Role::manager || role == Role::admin;
    case Needs::deployment:
      return role == Role::admin && tenant.value() == "default";
  }
  return false;
}

void mount(App& app, std::span<const RouteSpec> routes, http::Router& router) {
  for (const RouteSpec& route : routes) {
    const auto counted = std::make_shared<Counted>(app, route);
    // Kept alive by the handler, which lives as long as the route.
    const auto metadata = std::make_shared<http::RouteMetadata>(http::RouteMetadata{&route});
    http::Route added;
    added.method = route.method;
    added.pattern = std::string(route.pattern);
    added.metadata = metadata.get();
    added.slash = route.slash;
    added.handler = [&app, &route, counted, metadata](http::Request&& request, http::Reply reply) {
      const auto began = request.received_at;
      enter(
          app, route, std::move(request),
          http::Reply([&route, counted, began, reply = std::move(reply)](http::Response response) {
            if (route.surface == Surface::served)
              response = served::as_expected(route, std::move(response));
            counted->note(response, began);
            reply(std::move(response));
          }));
    };
    router.add(std::move(added));
  }
}

}  // namespace recourse::routes
