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

/// Waits for steps of builds and for commits, so it is done on the thread for what takes long.
void do_soon(const CallPtr& call, std::function<void(const LongReads::GoOn&)> work) {
  const bool taken =
      call->app.long_reads.run([call, work = std::move(work)](const LongReads::GoOn& go_on) {
        if (!go_on())
          return refuse(*call, {ErrorCode::unavailable, "the server stops; nothing was done"});
        work(go_on);
      });
  if (!taken)
    refuse(*call, {ErrorCode::unavailable, "too many long reads wait already; try again later"});
}

struct Change {
  ProjectionBuilds& builds;
  const std::string& projection;
  const Writer::Repeatable& request;
  const LongReads::GoOn& go_on;
};

/// Reads what all changes have in common and hands it on.
void change_builds(const CallPtr& call, const Body& body, std::function<void(const Change&)> work) {
  then(call, id_parameter(*call, "projection"), [&](const std::string& projection) {
    then(call, repeatable(*call, body), [&](const Writer::Repeatable& request) {
      do_soon(call, [call, projection, request, work = std::move(work)](const auto& go_on) {
        work({call->app.builds, projection, request, go_on});
      });
    });
  });
}

Actor actor_of_call(const Call& call) { return {call.principal.kind, call.principal.id}; }

/// What is on record of it, so that a repeat gets the same answer.
void answer_switch(const Call& call, const Result<Committed>& done) {
  if (!done) return refuse(call, done.error());
  JsonObject object;
  if (const auto* switched = find_event<ProjectionSwitched>(*done))
    object.text("projection", switched->projection.text)
        .number("from", switched->from)
        .number("to", switched->to)
        .number("size", switched->size)
        .value("digest", switched->digest);
  http::Response response = http::json(std::move(object).take());
  if (done->repeated) response.headers.set("Idempotency-Replayed", "true");
  respond(call, std::move(response));
}

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
      .flag("whole", diff.whole)
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

// Neither leaves an event to remember it by: a repeat finds that it is done, as 409 or 404.
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
  change_builds(call, body, [call, park = std::move(park)](const Change& change) {
    const Status parked = park.empty() ? Status() : change.builds.park(park);
    if (!parked) return refuse(*call, parked.error());
    const Status started = change.builds.start(call->ledger, change.projection);
    // One that had stopped goes on by itself now.
    const bool goes_on =
        !park.empty() && !started && started.error().code == ErrorCode::conflict;
    if (!started && !goes_on) return refuse(*call, started.error());
    answer_status(call, change.projection);
  });
}

void cancel_projection(CallPtr call) {
  Body body;
  if (!with_body(*call, body, [](BodyReader&) {})) return;
  change_builds(call, body, [call](const Change& change) {
    const Status done = change.builds.cancel(call->ledger, change.projection);
    done ? answer_status(call, change.projection) : refuse(*call, done.error());
  });
}

void switch_projection(CallPtr call) {
  Body body;
  if (!with_body(*call, body, [](BodyReader&) {})) return;
  change_builds(call, body, [call](const Change& change) {
    answer_switch(*call, change.builds.switch_over(call->ledger, change.projection,
                                                   actor_of_call(*call), change.request));
  });
}

void roll_back_projection(CallPtr call) {
  Body body;
  if (!with_body(*call, body, [](BodyReader&) {})) return;
  change_builds(call, body, [call](const Change& change) {
    answer_switch(*call, change.builds.roll_back(call->ledger, change.projection,
                                                 actor_of_call(*call), change.request,
                                                 change.go_on));
  });
}

void diff_projection(CallPtr call) {
  if (const Status good = only_query(*call, {}); !good) return refuse(*call, good.error());
  then(call, id_parameter(*call, "projection"), [&](const std::string& projection) {
    do_soon(call, [call, projection](const LongReads::GoOn&) {
      then(call, call->app.builds.diff(call->ledger, projection, kMostSamples),
           [&](const ProjectionDiff& diff) { respond(*call, http::json(diff_json(diff))); });
    });
  });
}

}  // namespace recourse::routes
