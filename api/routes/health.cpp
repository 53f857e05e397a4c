#include "api/routes/json_object.h"
#include "api/routes/read.h"
#include "api/routes/resources.h"

namespace recourse::routes {

namespace {

/// What projections stand still, in one line and without names of customers.
std::optional<HealthPart> projections_part(const Writer& writer) {
  std::size_t stopped = 0, behind = 0;
  std::string first;
  for (const auto& [ledger, view] : writer.behind()) {
    ++behind;
    if (view.why != ViewBehind::Why::stopped) continue;
    if (++stopped > 1) continue;
    first = view.projection + " of ledger " + std::to_string(ledger.value()) + " stopped at event " +
            std::to_string(view.applied.value()) + ": " + view.cause +
            "; start a program that can fold it";
    if (!view.type.empty() && view.number != view::decision_state())
      first += ", or leave such events out: `recourse rebuild run " + view.projection +
               " --park " + view.type + "`";
  }
  if (behind == 0) return std::nullopt;
  if (stopped == 0)
    return HealthPart{"projections", "degraded",
                      std::to_string(behind) +
                          " are being brought up to date: `recourse rebuild list` shows them"};
  if (stopped > 1) first += " (and " + std::to_string(stopped - 1) + " more)";
  return HealthPart{"projections", "red", first};
}

int gravity(const std::string& status) { return status == "red" ? 2 : status == "ok" ? 0 : 1; }

}  // namespace

// 200 whatever the parts say: a process that is restarted because a witness is down helps nobody.
void show_health(CallPtr call) {
  std::string worst = "ok", parts;
  std::vector<HealthPart> all;
  if (call->app.options.health) all = call->app.options.health();
  if (auto projections = projections_part(call->app.writer)) all.push_back(std::move(*projections));
  for (const HealthPart& part : all) {
    if (gravity(part.status) > gravity(worst)) worst = part.status;
    JsonObject object;
    object.text("name", part.name).text("status", part.status).text("detail", part.detail);
    parts.append(parts.empty() ? "" : ",").append(std::move(object).take());
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
