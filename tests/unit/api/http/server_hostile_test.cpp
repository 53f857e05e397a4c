#include <doctest/doctest.h>
#include <httplib.h>

#include <fstream>
#include <thread>

#include "api/http/server.h"
#include "tests/unit/api/http/raw_client.h"

using namespace recourse;
using namespace recourse::http;
using namespace recourse::http::testing;
using namespace std::chrono_literals;

namespace {

ServerOptions one_thread() {
  ServerOptions options;
  options.port = 0;
  options.threads = 1;
  return options;
}

struct Serving {
  explicit Serving(ServerOptions options = one_thread()) {
    auto started = Server::start(std::move(options), [this](Request&& request, Reply reply) {
      handled.fetch_add(1);
      reply(json("seen " + request.path()));
    });
    REQUIRE(started.ok());
    server = std::move(*started);
  }
  std::uint16_t port() const { return server->port(); }
  bool still_serves() const {
    httplib::Client client("127.0.0.1", port());
    const auto answered = client.Get("/alive");
    return answered && answered->body == "seen /alive";
  }

  std::atomic<int> handled{0};
  std::unique_ptr<Server> server;
};

std::size_t resident_kilobytes() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("VmRSS:")) return std::stoul(line.substr(6));
  return 0;
}

bool is_problem(const std::string& answer, int status) {
  return answer.starts_with("HTTP/1.1 " + std::to_string(status) + " ") &&
         answer.find("Content-Type: application/problem+json\r\n") != std::string::npos &&
         answer.find("Connection: close\r\n") != std::string::npos &&
         answer.find("\"outcome\":\"rejected\"") != std::string::npos;
}

}  // namespace

TEST_CASE("the body of a GET is not read as the next request") {
  Serving serving;
  const std::string hidden = "GET /hidden HTTP/1.1\r\nHost: h\r\n\r\n";
  const std::string answers =
      exchange(serving.port(),
               "GET /a HTTP/1.1\r\nHost: h\r\nContent-Length: " + std::to_string(hidden.size()) +
                   "\r\n\r\n" + hidden + "GET /b HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  CHECK(answers.find("seen /a") != std::string::npos);
  CHECK(answers.find("seen /b") != std::string::npos);
  CHECK(answers.find("hidden") == std::string::npos);
}

TEST_CASE("smuggled requests are answered 400 once, and nothing behind them is read") {
  Serving serving;
  const std::string hidden = "GET /hidden HTTP/1.1\r\nHost: h\r\n\r\n";
  for (const char* framing :
       {"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n",
        "Content-Length: 0\r\nContent-Length: 4\r\n\r\n", "Content-Length: 5abc\r\n\r\nhello",
        "Content-Length: +5\r\n\r\nhello",
        "Transfer-Encoding: chunked\r\n\r\n0x5\r\nhello\r\n0\r\n\r\n",
        "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n"}) {
    CAPTURE(framing);
    const std::string answer =
        exchange(serving.port(), std::string("POST /a HTTP/1.1\r\nHost: h\r\n") + framing + hidden);
    CHECK(is_problem(answer, 400));
    CHECK(count_of(answer, "HTTP/1.1 ") == 1);
  }
  CHECK(serving.handled == 0);
  CHECK(serving.server->figures().malformed == 7);
}

TEST_CASE("a header line without end is refused and takes no memory") {
  Serving serving;
  RawClient client(serving.port());
  client.send("GET / HTTP/1.1\r\nHost: h\r\nX: ");
  const std::size_t before = resident_kilobytes();
  const std::string block(64 * 1024, 'a');
  std::size_t sent = 0;
  // The server says no and reads on for a while, so that its answer is not lost; then it closes.
  while (sent < 100'000'000 && client.send(block)) sent += block.size();
  CHECK(sent < 100'000'000);
  CHECK(resident_kilobytes() < before + 20'000);
  CHECK(serving.handled == 0);
  CHECK(is_problem(exchange(serving.port(), "GET / HTTP/1.1\r\nX: " + block), 431));
}

TEST_CASE("three hundred thousand header fields are refused") {
  Serving serving;
  std::string message = "GET / HTTP/1.1\r\nHost: h\r\n";
  for (int i = 0; i < 300'000; ++i) message += "X: y\r\n";
  CHECK(is_problem(exchange(serving.port(), message + "\r\n"), 431));
}

TEST_CASE("a body past the limit is refused before it is sent, and while it comes in chunks") {
  Serving serving;
  RawClient client(serving.port());
  client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 100000000\r\n\r\n");
  CHECK(is_problem(client.read_to_end(), 413));
  std::string chunked = "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
  const std::string chunk = "10000\r\n" + std::string(0x10000, 'x') + "\r\n";
  for (int i = 0; i < 40; ++i) chunked += chunk;
  CHECK(is_problem(exchange(serving.port(), chunked + "0\r\n\r\n"), 413));
  // The client that asks first is told at once.
  const std::string asked = exchange(
      serving.port(),
      "POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 100000000\r\n\r\n");
  CHECK(is_problem(asked, 413));
  CHECK(serving.handled == 0);
  CHECK(serving.still_serves());
}

TEST_CASE("a compressed body, a strange expectation and an unknown coding are refused") {
  Serving serving;
  const std::string post = "POST / HTTP/1.1\r\nHost: h\r\n";
  CHECK(is_problem(
      exchange(serving.port(), post + "Content-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc"),
      415));
  CHECK(is_problem(exchange(serving.port(), post + "Expect: tea\r\nContent-Length: 3\r\n\r\nabc"),
                   417));
  CHECK(is_problem(exchange(serving.port(), post + "Transfer-Encoding: gzip\r\n\r\nabc"), 501));
  CHECK(serving.handled == 0);
}

TEST_CASE("slow senders are cut off in time and block nobody meanwhile") {
  ServerOptions options = one_thread();
  options.request_timeout = 2s;
  Serving serving(options);
  std::vector<std::unique_ptr<RawClient>> slow;
  for (int i = 0; i < 20; ++i) {
    slow.push_back(std::make_unique<RawClient>(serving.port()));
    slow.back()->send(i % 2 == 0 ? "GET / HT"
                                 : "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\n");
  }
  CHECK(serving.still_serves());
  CHECK(serving.server->figures().timed_out == 0);
  // A byte now and then does not buy more time.
  std::thread dribble([&] {
    for (int i = 0; i < 8; ++i) {
      std::this_thread::sleep_for(50ms);
      for (const auto& client : slow) client->send("x");
    }
  });
  dribble.join();
  for (const auto& client : slow) CHECK(is_problem(client->read_to_end(), 408));
  CHECK(serving.server->figures().timed_out == 20);
}

TEST_CASE("idle connections block nobody and are closed in time") {
  ServerOptions options = one_thread();
  options.idle_timeout = 1500ms;
  Serving serving(options);
  std::vector<std::unique_ptr<RawClient>> idle;
  for (int i = 0; i < 50; ++i) idle.push_back(std::make_unique<RawClient>(serving.port()));
  CHECK(serving.still_serves());
  CHECK(serving.server->figures().open_connections >= 50);
  for (const auto& client : idle) {
    CHECK(client->read_to_end().empty());
    CHECK(client->closed());
  }
}

TEST_CASE("connections past the limit are told so, and places become free again") {
  ServerOptions options = one_thread();
  options.max_connections = 4;
  Serving serving(options);
  std::vector<std::unique_ptr<RawClient>> held;
  for (int i = 0; i < 4; ++i) {
    held.push_back(std::make_unique<RawClient>(serving.port()));
    held.back()->send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    CHECK(held.back()->read_until("seen").find("200 OK") != std::string::npos);
  }
  const std::string answer = exchange(serving.port(), "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  CHECK(is_problem(answer, 503));
  CHECK(answer.find("Retry-After: 1\r\n") != std::string::npos);
  CHECK(serving.server->figures().refused == 1);
  held.clear();
  REQUIRE(eventually([&] { return serving.server->figures().open_connections == 0; }));
  CHECK(serving.still_serves());
}

TEST_CASE("a reader who takes nothing of a large answer is cut off") {
  ServerOptions options = one_thread();
  options.write_timeout = 300ms;
  const auto large = std::make_shared<const std::string>(64 << 20, 'x');
  auto server = Server::start(options, [&](Request&&, Reply reply) {
    Response response;
    response.shared_body = large;
    reply(std::move(response));
  });
  REQUIRE(server.ok());
  RawClient client((*server)->port(), 4096);
  client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  CHECK(eventually([&] { return (*server)->figures().timed_out == 1; }));
  CHECK(eventually([&] { return (*server)->figures().open_connections == 0; }));
}

TEST_CASE("five hundred connections at once are all accepted") {
  Serving serving;
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int i = 0; i < 500; ++i) clients.push_back(std::make_unique<RawClient>(serving.port()));
  for (const auto& client : clients) client->send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  for (const auto& client : clients)
    CHECK(client->read_until("seen").find("200 OK") != std::string::npos);
}

TEST_CASE("noise never stops the server") {
  Serving serving;
  std::uint64_t state = 42;
  for (int round = 0; round < 200; ++round) {
    std::string noise =
        round % 2 == 0 ? "" : "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
    for (int i = 0; i < 200; ++i) {
      state = state * 6364136223846793005U + 1442695040888963407U;
      noise.push_back(static_cast<char>(state >> 56));
    }
    RawClient client(serving.port());
    client.send(noise);
    if (round % 3 == 0) client.end_sending();
  }
  CHECK(serving.still_serves());
}
