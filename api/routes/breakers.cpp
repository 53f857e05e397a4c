#include "api/routes/read.h"
#include "api/routes/resources.h"
#include "api/routes/state_rows.h"
#include "api/routes/write.h"
#include "engine/decision/control_state.h"
#include "projections/row_codec.h"

namespace recourse::routes {
namespace {

constexpr std::string_view kBreakerRows = "breaker/";

std::int64_t counted(const BreakerState& row, const std::vector<WindowBucket>& buckets,
                     Timestamp now) {
  if (row.window_s < 1) return 0;
  return SlidingWindow(std::chrono::seconds(row.window_s)).used(buckets, now);
}

std::string breaker_json(const BreakerState& row, Timestamp now) {
  JsonObject object;
  object.value("agent", row.agent)
      .value("agent_version", row.agent_version)
      .value("type", row.type)
      .value("status", row.status)
      .value("since", row.since)
      .value("until", row.until)
      .flag("held_open", row.status == BreakerStatus::open && !row.until)
      .number("executed", counted(row, row.executed, now))
      .number("bad", counted(row, row.bad, now))
      .number("window_s", row.window_s)
      .value("probes", row.probes);
  return std::move(object).take();
}

http::Response set(const Committed& committed) {
  JsonObject object;
  if (const auto* transition = find_event<BreakerTransitioned>(committed))
    object.value("agent", transition->agent)
        .value("agent_version", transition->agent_version)
        .value("type", transition->action_type)
        .value("from", transition->from)
        .value("status", transition->to);
  return accepted(committed, std::move(object), 200);
}

}  // namespace

void list_breakers(CallPtr call) {
  when_reached(call, [call] {
    if (const Status good = only_query(*call, {"limit", "cursor", "min_position"}); !good)
      return refuse(*call, good.error());
    then(call, page_request(*call, "breakers"), [&](const PageRequest& request) {
      const auto show = [now = call->app.clock.now()](const BreakerState& row) {
        return breaker_json(row, now);
      };
      then(call,
           state_rows<BreakerState>(*call, call->ledger, kBreakerRows, "a breaker's row", show,
                                    &request),
           [&](StateRows rows) {
             respond(*call, page(*call, request, std::move(rows.items), rows.last));
           });
    });
  });
}

void set_breaker(CallPtr call) {
  SetBreaker command;
  Body body;
  const bool good = with_body(*call, body, [&](BodyReader& reader) {
    command.agent = PrincipalId(reader.code("agent"));
    command.agent_version = reader.optional_code("agent_version");
    command.action_type = reader.code("type");
    const auto status = reader.word_of<BreakerStatus>("status");
    if (status == BreakerStatus::half_open)
      reader.fault("status", "open or closed: half-open follows by itself");
    command.open = status == BreakerStatus::open;
    command.reason = reader.optional_text("reason");
  });
  if (good) submit(call, body.canonical, std::move(command), set);
}

}  // namespace recourse::routes
