#include "api/routes/json_object.h"
#include "api/routes/resources.h"
#include "api/routes/write.h"

namespace recourse::routes {
namespace {

std::string tenant_json(const App& app, const LedgerInfo& info) {
  JsonObject object;
  object.value("tenant", info.tenant)
      .text("origin", info.origin)
      .number("size", app.ledger.head(info.ledger).size.value())
      .text("verifier_key", app.signer.verifier_key(info.ledger));
  return std::move(object).take();
}

}  // namespace

void list_tenants(CallPtr call) {
  std::string body = R"({"items":[)";
  for (const TenantId& tenant : call->app.writer.directory().tenants()) {
    const auto info = call->app.ledger.find_tenant(tenant);
    if (!info) continue;
    if (!body.ends_with('[')) body += ',';
    body += tenant_json(call->app, *info);
  }
  respond(*call, http::json(body + "]}"));
}

void create_tenant(CallPtr call) {
  TenantId tenant;
  Body body;
  const bool good = with_body(*call, body, [&](BodyReader& reader) {
    tenant = TenantId(reader.text("tenant", {1, 40}));
  });
  if (!good) return;
  then(call, repeatable(*call, body), [&](Writer::Repeatable request) {
    call->app.waiters.post([call, tenant, request = std::move(request)] {
      const auto info = call->app.writer.create_tenant(tenant, request);
      if (!info && info.error().code == ErrorCode::invalid)
        return respond(*call, unprocessable({{"/tenant", info.error().message}}));
      if (!info) return refuse(*call, info.error());
      respond(*call, http::json(tenant_json(call->app, *info), 201));
    });
  });
}

}  // namespace recourse::routes
