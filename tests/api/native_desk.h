#pragma once

#include <doctest/doctest.h>
#include <httplib.h>

#include <filesystem>
#include <limits>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <thread>

#include "api/http/server.h"
#include "api/routes/app.h"
#include "api/routes/route_table.h"
#include "engine/event/canonical_json.h"
#include "engine/event/parse_json.h"

namespace recourse {

struct NativeAnswer {
  int status = 0;
  Json json;
  httplib::Headers headers;
  std::string body;

  /// The member at a path of names and indexes, such as errors/0/pointer; null JSON when absent.
  Json at(std::string_view path) const {
    const Json* here = &json;
    while (!path.empty()) {
      const std::string_view step = path.substr(0, path.find('/'));
      path.remove_prefix(std::min(path.size(), step.size() + 1));
      if (const auto* list = here->elements()) {
        const auto index = static_cast<std::size_t>(std::stoul(std::string(step)));
        if (index >= list->size()) return {};
        here = &(*list)[index];
      } else {
        here = here->find(step);
        if (here == nullptr) return {};
      }
    }
    return *here;
  }
  std::string text(std::string_view path) const {
    const Json value = at(path);
    if (value.is_null()) return "(absent)";
    return value.string() != nullptr ? *value.string() : canonical_json(value);
  }
  std::string header(const char* name) const {
    const auto found = headers.find(name);
    return found == headers.end() ? "" : found->second;
  }
};

/// A deployment with two tenants and a server in this process; keys by who holds them.
class NativeDesk {
 public:
  explicit NativeDesk(routes::AppOptions options = {}) {
    std::string pattern = (std::filesystem::temp_directory_path() / "recourse-api-XXXXXX").string();
    REQUIRE(mkdtemp(pattern.data()) != nullptr);
    directory = pattern;
    open(LedgerOptions().free_space_watermark_bytes);
    const auto first = bootstrap(*writer);
    REQUIRE(first.ok());
    admin = (*first)->secret;
    manager = key(Role::manager);
    operator_ = key(Role::operator_);
    viewer = key(Role::viewer);
    auditor = key(Role::auditor);
    person = key(Role::agent);
    agent = key(Role::agent, ActorType::agent);
    REQUIRE(writer->create_tenant(TenantId("other")).ok());
    stranger = key(Role::admin, ActorType::human, "other");
    serve(std::move(options));
  }
  ~NativeDesk() {
    close();
    std::filesystem::remove_all(directory);
  }

  /// The same deployment on a disk without room: nothing can be appended any more.
  void fill_disk() {
    close();
    open(std::numeric_limits<std::uint64_t>::max() / 2);
    serve({});
  }

  /// An orderly stop and a new start.
  void restart() {
    close();
    open(LedgerOptions().free_space_watermark_bytes);
    serve({});
  }

  using Headers = std::multimap<std::string, std::string>;

  NativeAnswer send(const std::string& method, const std::string& path, const std::string& secret,
                    const std::string& body, const Headers& more = {}) {
    httplib::Request request;
    request.method = method;
    request.path = path;
    request.body = body;
    if (!secret.empty()) request.headers.emplace("Authorization", "Bearer " + secret);
    for (const auto& [name, value] : more) request.headers.emplace(name, value);
    httplib::Client client("127.0.0.1", server->port());
    client.set_read_timeout(std::chrono::seconds(10));
    const httplib::Result result = client.send(request);
    REQUIRE_MESSAGE(result, method << ' ' << path);
    NativeAnswer out{result->status, Json(), result->headers, result->body};
    if (auto json = parse_json(result->body)) out.json = std::move(*json);
    return out;
  }
  NativeAnswer get(const std::string& path, const std::string& secret, const Headers& more = {}) {
    return send("GET", path, secret, "", more);
  }
  /// With a fresh idempotency key unless `more` brings one.
  NativeAnswer post(const std::string& path, const std::string& body, const std::string& secret,
                    Headers more = {}) {
    if (!more.contains("Idempotency-Key"))
      more.emplace("Idempotency-Key", "\"test-" + std::to_string(++requests_) + '"');
    if (!more.contains("Content-Type")) more.emplace("Content-Type", "application/json");
    return send("POST", path, secret, body, more);
  }

  std::string open_ticket() {
    const auto made = post("/v1/tickets",
                           R"({"title":"Cannot log in","description":"The link is dead",)"
                           R"("customer_email":"jane@example.com","channel":"email",)"
                           R"("category":"Account access","priority":"high"})",
                           person);
    REQUIRE_MESSAGE(made.status == 201, made.body);
    return made.text("ticket");
  }
  NativeAnswer propose(const std::string& ticket, const std::string& type, const std::string& args,
                       const std::string& confidence = "970000", Headers more = {}) {
    return post("/v1/actions",
                R"({"ticket_id":")" + ticket + R"(","type":")" + type + R"(","args":)" + args +
                    (confidence.empty() ? "" : R"(,"confidence_ppm":)" + confidence) +
                    R"(,"reasoning":"it looks right"})",
                agent, std::move(more));
  }
  /// The id of the newest approval that waits.
  std::string pending_approval() {
    const auto list = get("/v1/approvals", operator_);
    const auto* items = list.json.find("items");
    REQUIRE(items != nullptr);
    REQUIRE_MESSAGE(!items->elements()->empty(), list.body);
    return *items->elements()->back().find("approval")->string();
  }

  std::string key(Role role, ActorType kind = ActorType::human,
                  const std::string& tenant = "default") {
    Writer::KeyOrder order;
    order.tenant = TenantId(tenant);
    order.role = role;
    order.kind = kind;
    const auto made = writer->create_key(order, Actor{});
    REQUIRE(made.ok());
    return made->secret;
  }
  std::uint16_t port() const { return server->port(); }
  std::int64_t count_events(const std::string& type, const std::string& tenant = "default") {
    const auto info = ledger->find_tenant(TenantId(tenant));
    REQUIRE(info.has_value());
    std::int64_t count = 0;
    const Status read = ledger->scan(info->ledger, Position(0), ledger_end(info->ledger),
                                     [&](Position, std::string_view leaf) {
                                       count += leaf.find('"' + type + '"') != leaf.npos;
                                       return true;
                                     });
    REQUIRE(read.ok());
    return count;
  }
  /// `data` of the events of a type, in their order.
  std::vector<Json> events(const std::string& type, const std::string& tenant = "default") {
    std::vector<Json> found;
    const auto info = ledger->find_tenant(TenantId(tenant));
    REQUIRE(info.has_value());
    const Status read = ledger->scan(info->ledger, Position(0), ledger_end(info->ledger),
                                     [&](Position, std::string_view leaf) {
                                       const auto json = parse_json(leaf);
                                       if (*json->find("type")->string() == type)
                                         found.push_back(*json->find("data"));
                                       return true;
                                     });
    REQUIRE(read.ok());
    return found;
  }
  Position ledger_end(LedgerId id) const { return Position(ledger->head(id).size.value()); }

  ManualClock clock{*from_rfc3339("2026-03-02T08:00:00Z")};
  std::string admin, manager, operator_, viewer, auditor, person, agent, stranger;
  std::unique_ptr<Ledger> ledger;
  std::unique_ptr<ViewStore> views;
  std::unique_ptr<Writer> writer;
  std::unique_ptr<Signer> signer;
  WriterOptions writing;  ///< From the next restart() on.

 private:
  template <class T>
  static T take(Result<T> result) {
    REQUIRE_MESSAGE(result.ok(), (result.ok() ? "" : result.error().message));
    return std::move(result).value();
  }

  void open(std::uint64_t free_space_watermark_bytes) {
    LedgerOptions place;
    place.data_dir = directory + "/data";
    place.kek_file = directory + "/kek";
    place.random = &random;
    place.clock = &clock;
    place.free_space_watermark_bytes = free_space_watermark_bytes;
    ledger = take(Ledger::open(place));
    views = take(ViewStore::open(place.data_dir));
    writer = take(Writer::open(*ledger, *views, clock, random, writing));
    signer = take(Signer::open(*ledger, place.data_dir));
  }
  void serve(routes::AppOptions options) {
    registry = std::make_unique<http::MetricRegistry>();
    router = std::make_unique<http::Router>();
    app = std::make_unique<routes::App>(*writer, *signer, *registry, std::move(options));
    routes::mount(*app, routes::native_routes(), *router);
    http::ServerOptions listen;
    listen.port = 0;
    server = take(http::Server::start(listen, [this](http::Request&& request, http::Reply reply) {
      router->dispatch(std::move(request), std::move(reply));
    }));
  }
  void close() {
    server->stop(std::chrono::seconds(1));
    server.reset();
    app.reset();
    signer.reset();
    writer.reset();
    views.reset();
    ledger.reset();
  }

  std::string directory;
  SeededRandom random{7};
  std::unique_ptr<http::MetricRegistry> registry;
  std::unique_ptr<routes::App> app;
  std::unique_ptr<http::Router> router;
  std::unique_ptr<http::Server> server;
  int requests_ = 0;
};

}  // namespace recourse
