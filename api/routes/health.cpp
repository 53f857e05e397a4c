#include "api/routes/resources.h"

namespace recourse::routes {

void show_health(CallPtr call) { respond(*call, http::json(R"({"status":"ok"})")); }

// Ready means that a command could be committed and a row be read now.
void show_readiness(CallPtr call) {
  if (call->app.writer.failed())
    return respond(*call, http::problem(503, "unavailable", "Not ready",
                                        "a write failed; restart the server"));
  respond(*call, http::json(R"({"status":"ready","queued":)" +
                            std::to_string(call->app.writer.queued()) + '}'));
}

}  // namespace recourse::routes
