#include "api/routes/authenticate.h"

#include "api/http/problem.h"

namespace recourse::routes {
namespace {

/// The credential, or nothing.
std::optional<std::string_view> secret_of(const http::Request& request) {
  if (const auto header = request.headers.find("Authorization")) {
    constexpr std::string_view kScheme = "bearer ";
    std::string_view value = *header;
    if (value.size() <= kScheme.size() ||
        !http::same_field(value.substr(0, kScheme.size()), kScheme))
      return std::nullopt;
    value.remove_prefix(kScheme.size());
    while (value.starts_with(' ')) value.remove_prefix(1);
    return value;
  }
  return request.headers.find("X-TENANT-API-KEY");
}

http::Response unauthenticated(std::string_view slug, std::string_view detail) {
  http::Response response = http::problem(401, slug, "Not authenticated", detail);
  response.headers.set("WWW-Authenticate", "Bearer realm=\"recourse\"");
  return response;
}

}  // namespace

bool brings_key(const http::Request& request) {
  return request.headers.find("Authorization") || request.headers.find("X-TENANT-API-KEY");
}

std::variant<Identity, Denial> authenticate(const App& app, const http::Request& request) {
  const auto secret = secret_of(request);
  if (!secret || secret->empty()) return Denial::missing_key;
  // Two different answers to "who asks" are refused rather than ranked.
  if (request.headers.count("X-TENANT-API-KEY") > 1 || request.headers.count("X-TENANT-ID") > 1)
    return Denial::unknown_key;
  const auto key = app.writer.directory().find_secret(*secret);
  if (!key) return Denial::unknown_key;
  if (key->revoked) return Denial::revoked_key;
  if (key->expires_at && *key->expires_at <= app.clock.now()) return Denial::expired_key;
  if (const auto tenant = request.headers.find("X-TENANT-ID");
      tenant && *tenant != key->tenant.value())
    return Denial::other_tenant;
  const auto info = app.ledger.find_tenant(key->tenant);
  if (!info) return Denial::unknown_key;
  return Identity{key->principal, key->tenant, info->ledger};
}

http::Response denied(App& app, const http::Request& request, Denial cause) {
  app.metrics.denied.with({std::string(name(cause))}).add();
  app.denials.note(cause, app.clock.now());
  if (cause == Denial::wrong_role)
    return http::problem(403, "forbidden", "Forbidden",
                         "the role of this key may not do this; ask somebody whose role may");
  const auto verdict = app.denied.take(request.peer, std::chrono::steady_clock::now());
  if (!verdict.allowed) {
    http::Response response = http::problem(429, "quota-exceeded", "Too many requests",
                                            "too many refused logins from this address");
    app.denied.describe(verdict, response);
    return response;
  }
  switch (cause) {
    case Denial::missing_key:
      return unauthenticated("unauthenticated", "send the key as Authorization: Bearer <key>");
    case Denial::revoked_key:
      return unauthenticated("key-revoked", "this key was revoked; ask for a new one");
    case Denial::expired_key:
      return unauthenticated("key-expired", "this key has expired; ask for a new one");
    case Denial::other_tenant:
      return http::problem(404, "not-found", "Not found", "this key knows no such tenant");
    default:
      return unauthenticated("unauthenticated", "this key is not known here");
  }
}

}  // namespace recourse::routes
