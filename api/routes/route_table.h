#pragma once

#include <span>
#include <string_view>

#include "api/http/router.h"
#include "api/routes/call.h"

namespace recourse::routes {

/// The role that a route asks for; higher ones may as well. Roles in ascending order: viewer,
/// agent, operator, manager, admin; an auditor reads everything a viewer reads, and evidence.
enum class Needs {
  nobody,  ///< No key at all.
  viewer,  ///< Any key.
  agent,
  operator_,
  manager,
  admin,
  auditor,     ///< auditor, manager or admin
  deployment,  ///< An admin of the tenant `default`, who runs the deployment.
};

/// As documents show it: the role's word, `none` or `deployment-admin`.
std::string_view word(Needs needs);
bool satisfies(const Principal& principal, const TenantId& tenant, Needs needs);

enum class Surface { native, served };

using RouteHandler = void (*)(CallPtr);

/// One line of the table that says what the API is.
struct RouteSpec {
  http::Method method;
  std::string_view pattern;
  std::string_view name;  ///< Unique; in metrics and logs.
  Needs needs;
  bool mutating;  ///< Asks for an Idempotency-Key and counts against the limit on writes.
  Surface surface;
  std::string_view summary;
  RouteHandler handle;
  http::Slash slash = http::Slash::as_written;
  /// Of a route by which something comes in from outside and is counted: the channel of requests
  /// that name none.
  std::string_view brings_in = {};
};

/// All native routes.
std::span<const RouteSpec> native_routes();

/// Adds `routes` to `router`, each behind authentication, its role, the limit on reads and the
/// metrics. `app`, `routes` and what they name outlive the router.
void mount(App& app, std::span<const RouteSpec> routes, http::Router& router);

}  // namespace recourse::routes

namespace recourse::http {

/// What the router's owner hangs on a route.
struct RouteMetadata {
  const routes::RouteSpec* spec;
};

}  // namespace recourse::http
