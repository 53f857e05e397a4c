#include "api/routes/json_object.h"
#include "api/routes/resources.h"

namespace recourse::routes {

namespace {

int gravity(const std::string& status) { return status == "red" ? 2 : status == "ok" ? 0 : 1; }

}  // namespace

// 200 whatever the parts say: a process that is restarted because a witness is down helps nobody.
void show_health(CallPtr call) {
  std::string worst = "ok", parts;
  if (call->app.options.health) {
    for (const HealthPart& part : call->app.options.health()) {
      if (gravity(part.status) > gravity(worst)) worst = part.status;
      JsonObject object;
      object.text("name", part.name).text("status", part.status).text("detail", part.detail);
      parts.append(parts.empty() ? "" : ",").append(std::move(object).take());
    }
  }
  JsonObject health;
  health.text("status", worst);
  if (!parts.empty()) health.raw("parts", "[" + parts + "]");
  respond(*call, http::json(std::move(health).take()));
}

// Ready means that a command could be committed and a row be read now.
void show_readiness(CallPtr call) {
  if (call->app.writer.failed())
    return respond(*call, http::problem(503, "unavailable", "Not ready",
                                        "a write failed; restart the server"));
  respond(*call, http::json(R"({"status":"ready","queued":)" +
                            std::to_string(call->app.writer.queued()) + '}'));
}

}  // namespace recourse::routes
