#pragma once

#include <doctest/doctest.h>
#include <httplib.h>
#include <unistd.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "api/http/server.h"
#include "api/routes/app.h"
#include "api/routes/route_table.h"
#include "api/routes/served_systems.h"
#include "engine/event/canonical_json.h"
#include "engine/event/parse_json.h"

namespace recourse {

struct ServedAnswer {
  int status = 0;
  Json json;
  httplib::Headers headers;
  std::string body;

  std::string text(const char* name) const {
    const Json* value = json.find(name);
    if (value == nullptr) return "(absent)";
    return value->string() != nullptr ? *value->string() : canonical_json(*value);
  }
  std::string header(const char* name) const {
    const auto found = headers.find(name);
    return found == headers.end() ? "" : found->second;
  }
};

/// A server in this process with people and an agent who have keys, and a clock that stands still.
class ServedDesk {
 public:
  using Choose = std::function<void(ServedDesk&, routes::AppOptions&)>;

  /// `choose` may add to the options what only a desk with keys knows.
  explicit ServedDesk(routes::AppOptions options = {}, const Choose& choose = {}) {
    // In memory where there is such a place: these tests sync often and never lose power.
    const bool memory = ::access("/dev/shm", W_OK) == 0;
    const std::filesystem::path root = memory ? "/dev/shm" : std::filesystem::temp_directory_path();
    std::string pattern = (root / "recourse-api-XXXXXX").string();
    REQUIRE(mkdtemp(pattern.data()) != nullptr);
    directory = pattern;
    open();
    const auto first = bootstrap(*writer);
    REQUIRE(first.ok());
    admin = (*first)->secret;
    manager = key(Role::manager);
    operator_ = key(Role::operator_);
    viewer = key(Role::viewer);
    agent = key(Role::agent, ActorType::agent);
    options.served.file = directory + "/data/throttles";
    if (choose) choose(*this, options);
    chosen_ = std::move(options);
    start();
  }
  ~ServedDesk() {
    stop();
    std::filesystem::remove_all(directory);
  }
  /// The program ends and is started again.
  void restart() {
    stop();
    open();
    start();
  }

  ServedAnswer get(const std::string& path, const std::string& secret) {
    return answer(client->Get(path, bearer(secret)));
  }
  ServedAnswer post(const std::string& path, const std::string& body, const std::string& secret,
                    const std::string& idempotency_key = "") {
    httplib::Headers headers = bearer(secret);
    if (!idempotency_key.empty()) headers.emplace("Idempotency-Key", idempotency_key);
    if (body.empty()) return answer(client->Post(path, headers, "", ""));
    return answer(client->Post(path, headers, body, "application/json"));
  }

  /// Opens a ticket as the deployment guide does; its number as text.
  std::string ticket() {
    const ServedAnswer made = post("/api/tickets/",
                                   R"({"issue_type":"Can't log in","description":"Password reset )"
                                   R"(needed","category":"account"})",
                                   admin);
    REQUIRE(made.status == 201);
    return made.text("ticket_id");
  }
  /// Resolves it as a confident agent would.
  ServedAnswer resolve(const std::string& number) {
    return post("/api/tickets/" + number + "/process/",
                R"({"recommended_action":"AUTO_RESOLVE","confidence":0.93,"explanation":"known",)"
                R"("resolution_steps":["Open the link","Choose a password"]})",
                agent);
  }
  /// Members of the newest action.
  ServedAnswer newest_action(const std::string& number) {
    ServedAnswer history = get("/api/tickets/" + number + "/action-history/", admin);
    const Json* const list = history.json.find("action_history");
    REQUIRE(list != nullptr);
    REQUIRE(!list->elements()->empty());
    history.json = Json(list->elements()->front());
    return history;
  }

  std::string key(Role role, ActorType kind = ActorType::human) {
    Writer::KeyOrder order;
    order.tenant = TenantId("default");
    order.role = role;
    order.kind = kind;
    const auto made = writer->create_key(order, Actor{});
    REQUIRE(made.ok());
    return made->secret;
  }

  ManualClock clock{*from_rfc3339("2026-03-02T08:00:00Z")};
  std::string admin, manager, operator_, viewer, agent;
  std::unique_ptr<Ledger> ledger;
  std::unique_ptr<ViewStore> views;
  std::unique_ptr<Writer> writer;

 private:
  template <class T>
  static T take(Result<T> result) {
    REQUIRE_MESSAGE(result.ok(), (result.ok() ? "" : result.error().message));
    return std::move(result).value();
  }
  static httplib::Headers bearer(const std::string& secret) {
    if (secret.empty()) return {};
    return {{"Authorization", "Bearer " + secret}};
  }
  static ServedAnswer answer(const httplib::Result& result) {
    REQUIRE(result);
    ServedAnswer out{result->status, Json(), result->headers, result->body};
    if (auto json = parse_json(result->body)) out.json = std::move(*json);
    return out;
  }
  void open() {
    LedgerOptions place;
    place.data_dir = directory + "/data";
    place.kek_file = directory + "/kek";
    place.random = &random;
    place.clock = &clock;
    ledger = take(Ledger::open(place));
    views = take(ViewStore::open(place.data_dir));
    writer = take(Writer::open(*ledger, *views, clock, random));
    signer = take(Signer::open(*ledger, place.data_dir));
  }
  void stop() {
    server->stop(std::chrono::seconds(1));
    server.reset();
    app.reset();
    signer.reset();
    writer.reset();
    views.reset();
    ledger.reset();
  }
  void start() {
    registry = std::make_unique<http::MetricRegistry>();
    router = std::make_unique<http::Router>();
    app = std::make_unique<routes::App>(*writer, *signer, *registry, chosen_);
    routes::mount(*app, routes::native_routes(), *router);
    routes::mount(*app, routes::served_routes(), *router);
    http::ServerOptions listen;
    listen.port = 0;
    server = take(http::Server::start(listen, [this](http::Request&& request, http::Reply reply) {
      router->dispatch(std::move(request), std::move(reply));
    }));
    client = std::make_unique<httplib::Client>("127.0.0.1", server->port());
    client->set_keep_alive(true);
    client->set_tcp_nodelay(true);
  }

  std::string directory;
  SeededRandom random{7};
  std::unique_ptr<Signer> signer;
  routes::AppOptions chosen_;
  std::unique_ptr<http::MetricRegistry> registry;
  std::unique_ptr<http::Router> router;
  std::unique_ptr<routes::App> app;
  std::unique_ptr<http::Server> server;
  std::unique_ptr<httplib::Client> client;
};

}  // namespace recourse
