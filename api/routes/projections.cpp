#include "api/routes/read.h"
#include "api/routes/resources.h"
#include "api/routes/route_table.h"
#include "api/routes/write.h"
#include "engine/writer/projection_builds.h"

namespace recourse::routes {
namespace {

constexpr std::size_t kMostSamples = 20;
constexpr std::size_t kMostParked = 32;

std::string parked_json(const std::vector<ParkedEvent>& events) {
  std::string list;
  for (const ParkedEvent& event : events) {
    JsonObject one;
    one.number("position", event.position.value())
        .text("type", event.type)
        .text("cause", event.cause);
    list += (list.empty() ? "" : ",") + std::move(one).take();
  }
  return '[' + list + ']';
}

std::string build_json(const ProjectionStatus::Build& state) {
  JsonObject object;
  object.number("version", std::uint64_t{state.version})
      .number("generation", std::uint64_t{state.generation})
      .number("applied", state.applied.value())
      .value("digest", state.digest.value());
  if (!state.parked.empty()) object.raw("parked", parked_json(state.parked));
  return std::move(object).take();
}

/// What the served rows are: words of the API.
std::string_view state_word(const ProjectionStatus& one) {
  if (!one.behind) return "current";
  switch (one.behind->why) {
    case ViewBehind::Why::stopped:
      return "stopped";
    case ViewBehind::Why::older_rows:
      return "other_version";
    case ViewBehind::Why::catching_up:
      return "catching_up";
  }
  return "";
}

std::string status_json(const ProjectionStatus& one) {
  JsonObject object;
  object.text("projection", one.projection)
      .text("state", state_word(one))
      .number("version", std::uint64_t{one.version})
      .number("head", one.head.value())
      .raw("live", build_json(one.live));
  if (one.candidate) object.raw("candidate", build_json(*one.candidate));
  if (one.previous) object.raw("previous", build_json(*one.previous));
  if (one.behind && one.behind->why == ViewBehind::Why::stopped) {
    JsonObject stopped;
    stopped.number("position", one.behind->applied.value())
        .text("type", one.behind->type)
        .text("cause", one.behind->cause);
    object.raw("stopped", std::move(stopped).take());
  }
  if (!one.fault.empty()) object.text("fault", one.fault);
  return std::move(object).take();
}

/// A build is known by the projection's name and stands in the caller's own ledger.
void answer_status(const CallPtr& call, const std::string& projection) {
  for (const ProjectionStatus& one : call->app.builds.status(call->ledger))
    if (one.projection == projection) return respond(*call, http::json(status_json(one)));
  refuse(*call, {ErrorCode::not_found, "no such projection"});
}

using Change = std::function<Status(ProjectionBuilds&, const Call&, const std::string&)>;

/// Repeating one of these finds it done, so they need no memory of requests.
void change_builds(const CallPtr& call, const Change& change) {
  const auto key = idempotency_key(call->request);
  if (!key) return refuse(*call, key.error());
  if (key->empty())
    return refuse(
        *call, {ErrorCode::precondition_missing, "this request needs the header Idempotency-Key"});
  then(call, id_parameter(*call, "projection"), [&](const std::string& projection) {
    if (const Status done = change(call->app.builds, *call, projection); !done)
      return refuse(*call, done.error());
    answer_status(call, projection);
  });
}

Actor actor_of_call(const Call& call) { return {call.principal.kind, call.principal.id}; }

std::string diff_json(const ProjectionDiff& diff) {
  std::string samples;
  for (const ProjectionDiff::Sample& one : diff.samples) {
    JsonObject sample;
    sample.text("key", one.key);
    if (!one.live.empty()) sample.raw("live", one.live);
    if (!one.candidate.empty()) sample.raw("candidate", one.candidate);
    samples += (samples.empty() ? "" : ",") + std::move(sample).take();
  }
  JsonObject object;
  object.number("size", diff.size.value())
      .flag("equal", diff.live == diff.candidate)
      .value("live", diff.live)
      .value("candidate", diff.candidate)
      .number("added", diff.added)
      .number("removed", diff.removed)
      .number("changed", diff.changed)
      .raw("samples", '[' + samples + ']');
  return std::move(object).take();
}

}  // namespace

void list_projections(CallPtr call) {
  if (const Status good = only_query(*call, {}); !good) return refuse(*call, good.error());
  std::string items, park;
  for (const std::string& type : call->app.writer.parks().types())
    park += (park.empty() ? "" : ",") + http::json_string(type);
  for (const ProjectionStatus& one : call->app.builds.status(call->ledger))
    items += (items.empty() ? "" : ",") + status_json(one);
  respond(*call, http::json("{\"items\":[" + items + "],\"park\":[" + park + "]}"));
}

void build_projection(CallPtr call) {
  Body body;
  std::vector<std::string> park;
  if (!with_body(*call, body,
                 [&](BodyReader& reader) { park = reader.codes("park", kMostParked); }))
    return;
  // The list holds for all tenants.
  if (!park.empty() && !satisfies(call->principal, call->tenant, Needs::deployment))
    return refuse(*call, {ErrorCode::forbidden,
                          "only an admin of the deployment says which events may be left out"});
  change_builds(call, [park = std::move(park)](ProjectionBuilds& builds, const Call& by,
                                               const std::string& projection) -> Status {
    if (park.empty()) return builds.start(by.ledger, projection);
    RECOURSE_TRY(builds.park(park));
    // One that had stopped goes on by itself now.
    const Status started = builds.start(by.ledger, projection);
    return started || started.error().code != ErrorCode::conflict ? started : Status();
  });
}

void cancel_projection(CallPtr call) {
  change_builds(call, [](ProjectionBuilds& builds, const Call& by, const std::string& projection) {
    return builds.cancel(by.ledger, projection);
  });
}

void switch_projection(CallPtr call) {
  change_builds(call, [](ProjectionBuilds& builds, const Call& by, const std::string& projection) {
    return builds.switch_over(by.ledger, projection, actor_of_call(by));
  });
}

void roll_back_projection(CallPtr call) {
  change_builds(call, [](ProjectionBuilds& builds, const Call& by, const std::string& projection) {
    return builds.roll_back(by.ledger, projection, actor_of_call(by));
  });
}

void diff_projection(CallPtr call) {
  if (const Status good = only_query(*call, {}); !good) return refuse(*call, good.error());
  then(call, id_parameter(*call, "projection"), [&](const std::string& projection) {
    then(call, call->app.builds.diff(call->ledger, projection, kMostSamples),
         [&](const ProjectionDiff& diff) { respond(*call, http::json(diff_json(diff))); });
  });
}

}  // namespace recourse::routes
