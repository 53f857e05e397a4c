#include "api/http/server.h"

#include <doctest/doctest.h>
#include <httplib.h>

#include <atomic>
#include <thread>

#include "api/http/router.h"
#include "tests/unit/api/http/raw_client.h"

using namespace recourse;
using namespace recourse::http;
using namespace recourse::http::testing;
using namespace std::chrono_literals;

namespace {

ServerOptions any_port() {
  ServerOptions options;
  options.port = 0;
  return options;
}

std::unique_ptr<Server> serve(Handler handler, ServerOptions options = any_port()) {
  auto started = Server::start(std::move(options), std::move(handler));
  REQUIRE(started.ok());
  return std::move(*started);
}

void echo(Request&& request, Reply reply) {
  Response response =
      json(std::string(name(request.method)) + " " + request.path() + " " + request.body);
  response.headers.add("X-Peer", request.peer);
  reply(std::move(response));
}

std::string get(std::string_view path, std::string_view more = "") {
  return "GET " + std::string(path) + " HTTP/1.1\r\nHost: h\r\n" + std::string(more) + "\r\n";
}

}  // namespace

TEST_CASE("a client gets what the handler answers, with date, server and length") {
  const auto server = serve(echo);
  httplib::Client client("127.0.0.1", server->port());
  const auto answered = client.Post("/v1/tickets", "{\"a\":1}", "application/json");
  REQUIRE(answered);
  CHECK(answered->status == 200);
  CHECK(answered->body == "POST /v1/tickets {\"a\":1}");
  CHECK(answered->get_header_value("Content-Type") == "application/json");
  CHECK(answered->get_header_value("Server") == "recourse");
  CHECK(answered->get_header_value("X-Peer") == "127.0.0.1");
  const std::string date = answered->get_header_value("Date");
  CHECK(date.size() == 29);
  CHECK(date.ends_with(" GMT"));
}

TEST_CASE("a connection serves many requests, and bodies of any size arrive whole") {
  const auto server = serve(echo);
  httplib::Client client("127.0.0.1", server->port());
  client.set_keep_alive(true);
  for (const std::size_t size : {0, 1, 4000, 5000, 70'000, 1'000'000}) {
    std::string body(size, 'x');
    for (std::size_t i = 0; i < size; i += 7) body[i] = static_cast<char>('a' + i % 26);
    const auto answered = client.Put("/x", body, "text/plain");
    REQUIRE(answered);
    CHECK(answered->body == "PUT /x " + body);
  }
  CHECK(server->figures().accepted == 1);
  CHECK(server->figures().requests == 6);
}

TEST_CASE("a body sent in chunks arrives whole, its trailer does not become a header") {
  const auto server = serve([](Request&& request, Reply reply) {
    reply(json(request.body + (request.headers.find("x-role") ? " forged" : "")));
  });
  const std::string answer = exchange(
      server->port(),
      "POST / HTTP/1.1\r\nHost: h\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
      "3\r\nabc\r\n2\r\nde\r\n0\r\nX-Role: admin\r\n\r\n");
  CHECK(answer.starts_with("HTTP/1.1 200 OK\r\n"));
  CHECK(answer.ends_with("\r\n\r\nabcde"));
}

TEST_CASE("HEAD has the length of the body but not the body") {
  const auto server = serve(echo);
  const std::string answer =
      exchange(server->port(), "HEAD /x HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  CHECK(answer.find("Content-Length: 8\r\n") != std::string::npos);
  CHECK(answer.ends_with("\r\n\r\n"));
}

TEST_CASE("an answer without content has no length either") {
  const auto server = serve([](Request&&, Reply reply) {
    Response response;
    response.status = 204;
    reply(std::move(response));
  });
  const std::string answer = exchange(server->port(), get("/", "Connection: close\r\n"));
  CHECK(answer.starts_with("HTTP/1.1 204 No Content\r\n"));
  CHECK(answer.find("Content-Length") == std::string::npos);
}

TEST_CASE("pipelined requests are answered in their order, also when answered late") {
  std::vector<std::thread> threads;
  std::mutex mutex;
  const auto server = serve([&](Request&& request, Reply reply) {
    const std::string text = request.segments.at(0) + ";";
    // Odd ones are answered by another thread, the others at once.
    if (text.at(0) % 2 == 0) return reply(json(text));
    const std::lock_guard lock(mutex);
    threads.emplace_back([text, reply] { reply(json(text)); });
  });
  RawClient client(server->port());
  std::string requests;
  for (char c = 'a'; c <= 'z'; ++c)
    requests += get(std::string("/") + c, c == 'z' ? "Connection: close\r\n" : "");
  client.send(requests);
  const std::string answers = client.read_to_end();
  std::string order;
  for (std::size_t at = answers.find(";"); at != std::string::npos; at = answers.find(";", at + 1))
    order += answers[at - 1];
  CHECK(order == "abcdefghijklmnopqrstuvwxyz");
  for (auto& thread : threads) thread.join();
}

TEST_CASE("very many pipelined requests are all answered and starve nobody") {
  const auto server = serve(echo, [] {
    ServerOptions options = any_port();
    options.threads = 1;
    return options;
  }());
  RawClient flood(server->port());
  std::string requests;
  for (int i = 0; i < 2000; ++i) requests += get("/flood");
  std::thread sender([&] { flood.send(requests); });
  httplib::Client other("127.0.0.1", server->port());
  CHECK(other.Get("/other"));
  const std::string answers =
      flood.read_until([](const std::string& all) { return count_of(all, "GET /flood") == 2000; });
  CHECK(count_of(answers, "GET /flood") == 2000);
  sender.join();
}

TEST_CASE("an answer may come from another thread, while others are served") {
  std::optional<Reply> kept;
  std::mutex mutex;
  std::condition_variable arrived;
  const auto server = serve([&](Request&& request, Reply reply) {
    if (request.path() != "/later") return reply(json("now"));
    const std::lock_guard lock(mutex);
    kept = std::move(reply);
    arrived.notify_all();
  });
  RawClient waiting(server->port());
  waiting.send(get("/later"));
  {
    std::unique_lock lock(mutex);
    REQUIRE(arrived.wait_for(lock, 3s, [&] { return kept.has_value(); }));
  }
  CHECK(httplib::Client("127.0.0.1", server->port()).Get("/")->body == "now");
  (*kept)(json("later"));
  CHECK(waiting.read_until("later").ends_with("\r\n\r\nlater"));
}

TEST_CASE("a handler that throws answers 500 and its text stays inside") {
  const auto server = serve([](Request&& request, Reply) {
    if (request.path() == "/throws") throw std::runtime_error("the secret text");
  });
  httplib::Client client("127.0.0.1", server->port());
  for (const char* path : {"/throws", "/forgets"}) {
    const auto answered = client.Get(path);
    REQUIRE(answered);
    CHECK(answered->status == 500);
    CHECK(answered->body.find("secret") == std::string::npos);
    CHECK(answered->body.find("\"outcome\":\"unknown\"") != std::string::npos);
    for (const auto& [key, value] : answered->headers)
      CHECK(value.find("secret") == std::string::npos);
  }
}

TEST_CASE("a header that would forge further ones is not sent") {
  const auto server = serve([](Request&&, Reply reply) {
    Response response = json("x");
    response.headers.add("X-Name", "a\r\nSet-Cookie: b");
    response.headers.add("Content-Length", "999");
    response.headers.add("X-Good", "yes");
    reply(std::move(response));
  });
  const std::string answer = exchange(server->port(), get("/", "Connection: close\r\n"));
  CHECK(answer.find("Set-Cookie") == std::string::npos);
  CHECK(answer.find("999") == std::string::npos);
  CHECK(answer.find("X-Good: yes\r\n") != std::string::npos);
}

TEST_CASE("a client that ends its side still gets its answers") {
  const auto server = serve(echo);
  RawClient client(server->port());
  client.send(get("/a") + get("/b"));
  client.end_sending();
  const std::string answers = client.read_to_end();
  CHECK(count_of(answers, "200 OK") == 2);
  CHECK(client.closed());
}

TEST_CASE("HTTP/1.0 is answered and closed, or kept when asked") {
  const auto server = serve(echo);
  CHECK(exchange(server->port(), "GET /old HTTP/1.0\r\n\r\n").ends_with("GET /old "));
  const std::string twice = exchange(
      server->port(), "GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET /b HTTP/1.0\r\n\r\n");
  CHECK(count_of(twice, "200 OK") == 2);
  CHECK(twice.find("Connection: keep-alive\r\n") != std::string::npos);
}

TEST_CASE("a client that expects 100-continue is told to go on") {
  const auto server = serve(echo);
  RawClient client(server->port());
  client.send("POST /x HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
  CHECK(client.read_until("\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n");
  client.send("hello");
  CHECK(client.read_until("hello").ends_with("POST /x hello"));
}

TEST_CASE("a second server on the same port fails and says why") {
  const auto first = serve(echo);
  ServerOptions options;
  options.port = first->port();
  const auto second = Server::start(options, echo);
  REQUIRE_FALSE(second.ok());
  CHECK(second.error().code == ErrorCode::locked);
  CHECK(second.error().message.find(std::to_string(first->port())) != std::string::npos);
  options.address = "no address";
  CHECK(Server::start(options, echo).error().code == ErrorCode::invalid);
}

TEST_CASE("the port of a server that has ended can be used at once") {
  auto first = serve(echo);
  ServerOptions options;
  options.port = first->port();
  RawClient client(first->port());
  client.send(get("/"));
  client.read_until("GET /");
  first.reset();
  CHECK(Server::start(options, echo).ok());
}

TEST_CASE("stopping answers what is in flight, closes what is idle and accepts no more") {
  std::optional<Reply> kept;
  std::atomic<bool> arrived{false};
  auto server = serve([&](Request&& request, Reply reply) {
    if (request.path() != "/later") return reply(json("now"));
    kept = std::move(reply);
    arrived = true;
  });
  const std::uint16_t port = server->port();
  RawClient idle(port);
  idle.send(get("/"));
  idle.read_until("now");
  RawClient busy(port);
  busy.send(get("/later"));
  REQUIRE(eventually([&] { return arrived.load(); }));
  std::thread stopping([&] { server->stop(3s); });
  CHECK(idle.read_to_end().empty());
  CHECK(idle.closed());
  CHECK_FALSE(RawClient(port).connected());
  (*kept)(json("last"));
  const std::string answer = busy.read_to_end();
  CHECK(answer.find("Connection: close\r\n") != std::string::npos);
  CHECK(answer.ends_with("last"));
  busy.close();
  stopping.join();
}

TEST_CASE("an answer after the end of its server is dropped without harm") {
  std::optional<Reply> kept;
  std::atomic<bool> arrived{false};
  auto server = serve([&](Request&&, Reply reply) {
    kept = std::move(reply);
    arrived = true;
  });
  RawClient client(server->port());
  client.send(get("/"));
  REQUIRE(eventually([&] { return arrived.load(); }));
  const auto before = std::chrono::steady_clock::now();
  server->stop(50ms);
  CHECK(std::chrono::steady_clock::now() - before < 10s);
  server.reset();
  (*kept)(json("too late"));
  CHECK(client.read_to_end().empty());
}

TEST_CASE("a router can be the handler") {
  Router router;
  router.add({Method::get, "/v1/tickets/{id}",
              [](Request&& request, Reply reply) { reply(json(request.parameter("id"))); }});
  const auto server = serve([&](Request&& request, Reply reply) {
    router.dispatch(std::move(request), std::move(reply));
  });
  httplib::Client client("127.0.0.1", server->port());
  CHECK(client.Get("/v1/tickets/tkt_1")->body == "tkt_1");
  CHECK(client.Get("/v1/nothing")->status == 404);
  CHECK(client.Delete("/v1/tickets/tkt_1")->status == 405);
}
