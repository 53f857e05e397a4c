#include "tools/cli/run_server.h"

#include <spdlog/spdlog.h>

#include <charconv>

#include "api/http/server.h"
#include "api/integrations/http_tool.h"
#include "api/routes/app.h"
#include "api/routes/count_events.h"
#include "api/routes/receipts.h"
#include "api/routes/route_table.h"
#include "api/routes/served_systems.h"
#include "engine/capacity/capacity_samples.h"
#include "engine/reactor/outbox.h"
#include "engine/reactor/reactor.h"
#include "tools/cli/credential.h"
#include "tools/cli/outside_evidence.h"
#include "tools/cli/privacy_rounds_of.h"

namespace recourse::cli {
namespace {

using namespace std::chrono_literals;
constexpr auto kGrace = 10s;

Result<routes::AppOptions> app_options(const PlaceFlags& place, const ServerFlags& flags,
                                       const Directory& directory) {
  routes::AppOptions options;
  options.served.file = place.data_dir + "/throttles";
  for (const std::string& limit : flags.limits)
    RECOURSE_TRY(routes::served::set_limit(options.served, limit));
  for (const std::string& key : flags.trusted_keys) {
    if (!directory.find_key(KeyId(key)))
      return Error{ErrorCode::not_found, "there is no key " + key + "; see `recourse key list`"};
    options.served.trusted.emplace_back(key);
  }
  return options;
}

}  // namespace

std::string url_of(const ListenAddress& listen, std::uint16_t port) {
  const bool six = listen.address.find(':') != std::string::npos;
  return "http://" + (six ? '[' + listen.address + ']' : listen.address) + ':' +
         std::to_string(port);
}

Result<ListenAddress> parse_listen(std::string_view text) {
  const Error wrong{ErrorCode::invalid, std::string(text) +
                                            " is no address to listen on; write it like "
                                            "127.0.0.1:8080"};
  ListenAddress listen;
  const auto colon = text.rfind(':');
  std::string_view host = colon == std::string_view::npos ? "127.0.0.1" : text.substr(0, colon);
  const std::string_view port = colon == std::string_view::npos ? text : text.substr(colon + 1);
  if (host.starts_with('[') && host.ends_with(']')) {
    host = host.substr(1, host.size() - 2);
  } else if (host.find(':') != std::string_view::npos) {
    return wrong;
  }
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), listen.port);
  if (error != std::errc() || end != port.data() + port.size() || host.empty()) return wrong;
  listen.address = host;
  return listen;
}

Status check_flags(const ServerFlags& flags) {
  RECOURSE_TRY(parse_listen(flags.listen));
  RECOURSE_TRY(trust_policy(flags));
  RECOURSE_TRY(privacy_rounds_of({}, flags));
  routes::served::Limits limits;
  for (const std::string& limit : flags.limits)
    RECOURSE_TRY(routes::served::set_limit(limits, limit));
  return {};
}

Status run_server(Deployment& deployment, const PlaceFlags& place, const ServerFlags& flags,
                  UpkeepOptions upkeep_options, StopSignals& signals,
                  const std::function<void(const std::string& url)>& ready,
                  std::function<Status()> until_done) {
  RECOURSE_LET(const ListenAddress listen, parse_listen(flags.listen));
  RECOURSE_LET(const auto outside, OutsideEvidence::start(deployment, place, flags));
  http::MetricRegistry registry;
  outside->add_metrics(registry);
  RECOURSE_LET(routes::AppOptions chosen,
               app_options(place, flags, deployment.writer().directory()));
  chosen.health = [&outside] { return outside->health(); };
  chosen.witnessed = [&outside](LedgerId ledger) { return outside->witnessed(ledger); };
  Upkeep upkeep(deployment.writer(), deployment.signer(), std::move(upkeep_options));
  chosen.upkeep = &upkeep;
  chosen.note_destruction = note_destructions(place, upkeep.options().backup.to);
  routes::App app(deployment.writer(), deployment.signer(), registry, std::move(chosen));
  if (const Status& opened = app.quotas.opened(); !opened) return opened.error();
  http::Router router;
  routes::mount(app, routes::native_routes(), router);
  routes::mount(app, routes::served_routes(), router);
  ReactorOptions by_itself;
  by_itself.committed = [&app](const Committed& committed) {
    routes::count_events(app.metrics, committed);
  };
  Reactor reactor(deployment.writer(), deployment.signer(), by_itself);
  HttpToolOptions tool_options;
  tool_options.secret = [data_dir = place.data_dir](const std::string& name) {
    return credential(data_dir, name);
  };
  tool_options.receipt = [&app](const TenantId& tenant, const ApprovalId& approval) {
    const auto ledger = app.ledger.find_tenant(tenant);
    if (!ledger)
      return Result<std::string>(Error{ErrorCode::not_found, "no tenant " + tenant.value()});
    return routes::approval_receipt({app, tenant, ledger->ledger}, approval);
  };
  const std::unique_ptr<ToolPort> tools = http_tool(std::move(tool_options));
  OutboxOptions sending;
  sending.committed = by_itself.committed;
  Outbox outbox(deployment.writer(), *tools, sending);
  RECOURSE_LET(PrivacyRoundsOptions rounds,
               privacy_rounds_of(place, flags, &upkeep, &deployment.writer()));
  const PrivacyRounds privacy(deployment.writer(), deployment.signer(), std::move(rounds));
  CapacitySamples capacity(deployment.writer(), place.data_dir);

  http::ServerOptions options;
  options.address = listen.address;
  options.port = listen.port;
  options.threads = flags.threads;
  auto server = http::Server::start(options, [&router](http::Request&& request, http::Reply reply) {
    router.dispatch(std::move(request), std::move(reply));
  });
  if (!server) {
    Error error = server.error();
    if (error.message.find("; ") == std::string::npos)
      error.message += "; choose another address with --listen";
    return error;
  }
  const std::string url = url_of(listen, (*server)->port());
  spdlog::info("listening on {}", url);
  ready(url);

  while (!signals.wait(500ms) && !deployment.writer().failed()) {
    capacity.look();
    if (!until_done) continue;
    const Status done = until_done();
    if (!done && done.error().code == ErrorCode::unavailable) continue;
    if (!done) spdlog::error("what the start left for later failed: {}", done.error().message);
    until_done = nullptr;
  }
  const bool failed = deployment.writer().failed();
  spdlog::info("stopping: {}", failed ? "a write to the ledger failed" : "asked by a signal");
  signals.let_through();
  (*server)->stop(failed ? 1s : std::chrono::milliseconds(kGrace));
  if (!failed) return {};
  return Error{ErrorCode::unknown_outcome,
               "a write to the ledger failed and its outcome is unknown; start the server again: "
               "it compares the log with HEAD and says if something is missing"};
}

}  // namespace recourse::cli
