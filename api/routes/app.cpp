#include "api/routes/app.h"

#include <spdlog/spdlog.h>

#include "api/routes/count_input.h"
#include "api/routes/metrics.h"

namespace recourse::routes {
namespace {

Principal system_principal() {
  return {PrincipalId("sys_recourse"), ActorType::system, Role::admin, {}};
}

/// Refused logins are the deployment's business, so they go to its own ledger.
void record_denial(Writer& writer, Denial cause, std::int64_t count) {
  WriteRequest request;
  request.tenant = TenantId("meta");
  request.principal = system_principal();
  request.decide = [cause, count](DecisionStep&) -> Result<std::vector<NewEvent>> {
    return std::vector<NewEvent>{
        {"auth", "", Actor{}, "", "", AuthDenied{Clear(name(cause)), count}}};
  };
  writer.submit(std::move(request), [](const Outcome& outcome) {
    if (!outcome) spdlog::warn("a refused login was not recorded: {}", outcome.error().message);
  });
}

/// A request that could not become a command is the tenant's business.
void record_rejection(Writer& writer, const served::Rejections::One& one) {
  WriteRequest request;
  request.tenant = one.tenant;
  request.principal = one.principal;
  const Actor actor{one.principal.kind, one.principal.id};
  request.decide = [one, actor](DecisionStep&) -> Result<std::vector<NewEvent>> {
    CommandRejected rejected{Clear(one.command), Clear(one.problem), one.count};
    if (!one.target.empty()) rejected.target = Clear(one.target);
    return std::vector<NewEvent>{{"commands", "", actor, "", "", std::move(rejected)}};
  };
  writer.submit(std::move(request), [](const Outcome& outcome) {
    if (!outcome) spdlog::warn("a rejected command was not recorded: {}", outcome.error().message);
  });
}

std::vector<double> approval_bounds() { return {1, 3, 10, 30, 60, 300, 900, 1800, 3600, 14400}; }
std::vector<double> confidence_bounds() { return {.1, .2, .3, .4, .5, .6, .7, .8, .9, .95, 1}; }

}  // namespace

AppMetrics::AppMetrics(http::MetricRegistry& registry)
    : requests(registry.counter("recourse_http_requests_total", "Answered requests.",
                                {"route", "status"})),
      seconds(registry.histogram("recourse_http_request_seconds",
                                 "From the first byte of a request to its answer.", {"route"})),
      denied(registry.counter("recourse_auth_denied_total", "Refused logins.", {"cause"})),
      throttled(
          registry.counter("recourse_throttled_total", "Requests past a rate limit.", {"limit"})),
      actions(registry.counter("recourse_actions_total", "Proposed actions.", {"type", "outcome"})),
      decisions(registry.counter("recourse_policy_decisions_total", "Policy decisions.",
                                 {"outcome", "rule"})),
      confidence(registry.histogram("recourse_action_confidence",
                                    "Confidence of proposed actions, where they have one.", {},
                                    confidence_bounds())),
      approval_seconds(registry.histogram("recourse_approval_latency_seconds",
                                          "From the request of an approval to a vote.", {},
                                          approval_bounds())),
      rollbacks(registry.counter("recourse_rollbacks_total", "Rollbacks asked for.", {"result"})),
      resolutions(registry.counter("recourse_resolutions_total",
                                   "Resolutions by what became of "
                                   "them.",
                                   {"state"})),
      limits_reached(registry.counter("recourse_limits_reached_total",
                                      "Limits of the policy that were met anew.", {"limit"})),
      breakers(registry.counter("recourse_breaker_transitions_total",
                                "Transitions of breakers by the state they lead to.", {"to"})),
      rollout_stops(registry.counter("recourse_rollout_stops_total",
                                     "Rollouts that a guardrail stopped.", {"metric"})),
      experiments(registry.counter("recourse_experiments_ended_total",
                                   "Experiments that ended, by what the figures said.",
                                   {"verdict"})) {}

App::App(Writer& writer_, Signer& signer_, http::MetricRegistry& registry_, AppOptions options_)
    : writer(writer_),
      ledger(writer_.ledger()),
      views(writer_.views()),
      signer(signer_),
      registry(registry_),
      clock(writer_.clock()),
      options(options_),
      cursors(std::string(as_text(writer_.ledger().deployment_key("cursor")))),
      metrics(registry_),
      reads("native-reads", options_.native_reads),
      writes("native-writes", options_.native_writes),
      denied("denied", options_.denied),
      quotas(options_.served.file, std::string(as_text(writer_.ledger().deployment_key("quotas"))),
             writer_.clock().now()),
      opened(options_.opened_again),
      denials([this](Denial cause, std::int64_t count) { record_denial(writer, cause, count); }),
      rejected(registry_.counter("recourse_commands_rejected_total",
                                 "Requests that could not become a command.",
                                 {"command", "problem"})),
      rejections([this](const served::Rejections::One& one) { record_rejection(writer, one); }),
      builds(writer_),
      waiters(writer_.commits()) {
  add_gauges(*this);
  tick();
}

// Answers come in the order of their requests, so the last one's means that none is to come.
App::~App() {
  long_reads.stop();
  waiters.stop();
  WriteRequest nothing;
  nothing.tenant = TenantId("meta");
  nothing.principal = system_principal();
  nothing.decide = [](DecisionStep&) -> Result<std::vector<NewEvent>> {
    return std::vector<NewEvent>();
  };
  if (const Outcome done = writer.handle(std::move(nothing)); !done)
    spdlog::warn("the writer did not answer at the end: {}", done.error().message);
  for (const Ingress::Count& count : ingress.take_all())
    if (const Outcome written = writer.handle(counted_request(count)); !written)
      spdlog::warn("what came in by {} was not counted: {}", count.channel,
                   written.error().message);
}

void App::write_ingress() {
  for (const Ingress::Count& count : ingress.take(clock.now()))
    writer.submit(counted_request(count), [this, count](const Outcome& outcome) {
      if (!outcome) ingress.put_back(count);
    });
}

// Denials and rejections counted in a window that nobody's next attempt ends.
void App::tick() {
  denials.flush(clock.now());
  rejections.flush(clock.now());
  write_ingress();
  waiters.at(std::chrono::steady_clock::now() + std::chrono::seconds(20), [this] { tick(); });
}

}  // namespace recourse::routes
