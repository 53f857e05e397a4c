#pragma once

#include <optional>
#include <variant>

#include "api/http/message.h"
#include "api/routes/app.h"
#include "api/routes/denials.h"

namespace recourse::routes {

/// Whom a request's key belongs to.
struct Identity {
  Principal principal;
  TenantId tenant;
  LedgerId ledger;
};

/// Reads `Authorization: Bearer <key>`, or X-TENANT-API-KEY; X-TENANT-ID, when it is there, must
/// name the key's own tenant. Looks keys up by their hash, so there is nothing to compare in
/// constant time.
std::variant<Identity, Denial> authenticate(const App& app, const http::Request& request);

/// Whether the request brings anything that looks like a key.
bool brings_key(const http::Request& request);

/// Counts the denial, has it recorded, and gives the answer: 401 with WWW-Authenticate, 403 for a
/// role that may not, 404 for another tenant; 429 for an address that is refused too often.
http::Response denied(App& app, const http::Request& request, Denial cause);

}  // namespace recourse::routes
