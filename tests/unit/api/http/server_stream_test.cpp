#include <doctest/doctest.h>
#include <httplib.h>

#include <atomic>
#include <thread>

#include "api/http/server.h"
#include "tests/unit/api/http/raw_client.h"

using namespace recourse;
using namespace recourse::http;
using namespace recourse::http::testing;
using namespace std::chrono_literals;

namespace {

/// `count` lines of `size` bytes, all ready.
class Lines final : public StreamSource {
 public:
  Lines(std::size_t count, std::size_t size) : count_(count), line_(size, 'x') {
    line_.back() = '\n';
  }
  void start(std::function<void()>) override {}
  Next next(std::string& out) override {
    if (given == count_) return Next::end;
    ++given;
    out = line_;
    return Next::chunk;
  }
  void closed() override { closed_calls.fetch_add(1); }

  std::atomic<std::size_t> given{0};
  std::atomic<int> closed_calls{0};

 private:
  const std::size_t count_;
  std::string line_;
};

/// Gives what another thread tells it to, as a live feed does.
class Feed final : public StreamSource {
 public:
  void start(std::function<void()> wake) override {
    const std::lock_guard lock(mutex_);
    wake_ = std::move(wake);
    started = true;
  }
  Next next(std::string& out) override {
    const std::lock_guard lock(mutex_);
    if (waiting_.empty()) return ended_ ? Next::end : Next::later;
    out.swap(waiting_);
    waiting_.clear();
    return Next::chunk;
  }
  void closed() override { closed_calls.fetch_add(1); }
  bool endless() const override { return true; }

  void tell(std::string_view text, bool last = false) {
    std::function<void()> wake;
    {
      const std::lock_guard lock(mutex_);
      waiting_.append(text);
      ended_ = last;
      wake = wake_;
    }
    wake();
  }

  std::atomic<bool> started{false};
  std::atomic<int> closed_calls{0};

 private:
  std::mutex mutex_;
  std::function<void()> wake_;
  std::string waiting_;
  bool ended_ = false;
};

std::unique_ptr<Server> serve(std::shared_ptr<StreamSource> source,
                              std::chrono::milliseconds write_timeout = 30s) {
  ServerOptions options;
  options.port = 0;
  options.threads = 1;
  options.write_timeout = write_timeout;
  auto started = Server::start(options, [source](Request&& request, Reply reply) {
    if (request.path() == "/plain") return reply(json("plain"));
    Response response;
    response.content_type = "application/x-ndjson";
    response.stream = source;
    reply(std::move(response));
  });
  REQUIRE(started.ok());
  return std::move(*started);
}

const std::string kGet = "GET /stream HTTP/1.1\r\nHost: h\r\n\r\n";

}  // namespace

TEST_CASE("a long stream arrives whole in chunks and the connection goes on") {
  const auto source = std::make_shared<Lines>(1000, 10'000);
  const auto server = serve(source);
  httplib::Client client("127.0.0.1", server->port());
  client.set_keep_alive(true);
  const auto streamed = client.Get("/stream");
  REQUIRE(streamed);
  CHECK(streamed->get_header_value("Transfer-Encoding") == "chunked");
  CHECK(streamed->body.size() == 10'000'000);
  CHECK(count_of(streamed->body, "\n") == 1000);
  CHECK(client.Get("/plain")->body == "plain");
  CHECK(server->figures().accepted == 1);
  CHECK(source->closed_calls == 0);
}

TEST_CASE("HTTP/1.0 gets a stream unframed, ended by the connection's end") {
  const auto source = std::make_shared<Lines>(3, 4);
  const auto server = serve(source);
  const std::string answer = exchange(server->port(), "GET /stream HTTP/1.0\r\n\r\n");
  CHECK(answer.ends_with("\r\n\r\nxxx\nxxx\nxxx\n"));
  CHECK(answer.find("chunked") == std::string::npos);
}

TEST_CASE("HEAD of a stream starts nothing") {
  const auto source = std::make_shared<Lines>(3, 4);
  const auto server = serve(source);
  const std::string answer =
      exchange(server->port(), "HEAD /stream HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  CHECK(answer.ends_with("\r\n\r\n"));
  CHECK(source->given == 0);
  CHECK(source->closed_calls == 1);
}

TEST_CASE("a live stream sends what it is told, as soon as it is told") {
  const auto feed = std::make_shared<Feed>();
  const auto server = serve(feed);
  RawClient client(server->port());
  client.send(kGet);
  CHECK(client.read_until("\r\n\r\n").starts_with("HTTP/1.1 200 OK"));
  REQUIRE(eventually([&] { return feed->started.load(); }));
  feed->tell("data: one\n\n");
  CHECK(client.read_until("one\n\n") == "b\r\ndata: one\n\n\r\n");
  // Others are served meanwhile by the same thread.
  CHECK(httplib::Client("127.0.0.1", server->port()).Get("/plain")->body == "plain");
  feed->tell("data: two\n\n", /*last=*/true);
  CHECK(client.read_until("0\r\n\r\n") == "b\r\ndata: two\n\n\r\n0\r\n\r\n");
  feed->tell("after the end");
  client.send("GET /plain HTTP/1.1\r\nHost: h\r\n\r\n");
  CHECK(client.read_until("plain").find("200 OK") != std::string::npos);
}

TEST_CASE("the source hears that its reader has left, though nothing was being sent") {
  const auto feed = std::make_shared<Feed>();
  const auto server = serve(feed);
  {
    RawClient client(server->port());
    client.send(kGet);
    client.read_until("\r\n\r\n");
    REQUIRE(eventually([&] { return feed->started.load(); }));
  }
  CHECK(eventually([&] { return feed->closed_calls == 1; }));
  CHECK(eventually([&] { return server->figures().open_connections == 0; }));
  feed->tell("into the void");
}

TEST_CASE("a slow reader holds a stream back instead of filling memory") {
  const std::size_t count = 20'000;  // 200 MB in all
  const auto source = std::make_shared<Lines>(count, 10'000);
  const auto server = serve(source, 400ms);
  RawClient client(server->port(), 4096);
  client.send(kGet);
  std::size_t before = 0;
  // Until the kernel's buffers are full and the source is asked no more.
  REQUIRE(eventually([&] {
    const std::size_t now = source->given;
    if (now > 0 && now == before) return true;
    before = now;
    std::this_thread::sleep_for(50ms);
    return false;
  }));
  CHECK(source->given < count / 10);
  CHECK(eventually([&] { return source->closed_calls == 1; }));
  CHECK(server->figures().timed_out == 1);
}

TEST_CASE("two readers of fast streams share the thread") {
  const auto source = std::make_shared<Lines>(1'000'000'000, 10'000);
  const auto server = serve(source);
  std::atomic<bool> enough{false};
  std::thread reader([&] {
    RawClient client(server->port());
    client.send(kGet);
    while (!enough) client.read_until("x");
  });
  REQUIRE(eventually([&] { return source->given > 100; }));
  CHECK(httplib::Client("127.0.0.1", server->port()).Get("/plain")->body == "plain");
  enough = true;
  reader.join();
  CHECK(eventually([&] { return source->closed_calls == 1; }));
}

TEST_CASE("a stopping server ends live streams in order and does not wait for them") {
  const auto feed = std::make_shared<Feed>();
  auto server = serve(feed);
  RawClient client(server->port());
  client.send(kGet);
  client.read_until("\r\n\r\n");
  REQUIRE(eventually([&] { return feed->started.load(); }));
  std::string rest;
  std::thread reader([&] {
    rest = client.read_to_end();
    client.close();
  });
  const auto begin = std::chrono::steady_clock::now();
  server->stop(10s);
  CHECK(std::chrono::steady_clock::now() - begin < 8s);
  reader.join();
  CHECK(rest == "0\r\n\r\n");
  CHECK(feed->closed_calls == 1);
  server.reset();
  feed->tell("after the server");
}

TEST_CASE("a stopping server waits for an export that ends by itself") {
  const auto source = std::make_shared<Lines>(500, 10'000);
  auto server = serve(source);
  RawClient client(server->port());
  client.send(kGet);
  std::string all = client.read_until("\r\n\r\n");
  std::thread stopping([&] { server->stop(5s); });
  all += client.read_to_end();
  client.close();
  stopping.join();
  CHECK(all.ends_with("0\r\n\r\n"));
  CHECK(source->given == 500);
  CHECK(source->closed_calls == 0);
}

TEST_CASE("several threads may wake a stream at once") {
  const auto feed = std::make_shared<Feed>();
  const auto server = serve(feed);
  RawClient client(server->port());
  client.send(kGet);
  REQUIRE(eventually([&] { return feed->started.load(); }));
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] {
      for (int k = 0; k < 500; ++k) feed->tell(".");
    });
  for (auto& thread : threads) thread.join();
  feed->tell("!", true);
  const std::string all = client.read_until("0\r\n\r\n");
  const std::string body = all.substr(all.find("\r\n\r\n"));
  CHECK(count_of(body, ".") == 2000);
}
