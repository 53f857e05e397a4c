#include "api/integrations/http_post.h"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>
#include <thread>

namespace recourse {
namespace {

/// Answers whoever comes with one byte of a header every few milliseconds, for ever.
class Dripping {
 public:
  Dripping() : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    ::inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
    REQUIRE(::bind(socket_, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0);
    REQUIRE(::listen(socket_, 1) == 0);
    socklen_t size = sizeof(address);
    REQUIRE(::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size) == 0);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] {
      const int caller = ::accept(socket_, nullptr, nullptr);
      std::string_view bytes = "HTTP/1.1 200 OK\r\nX-Slow: ";
      while (::send(caller, bytes.data(), bytes.size(), MSG_NOSIGNAL) > 0) {
        bytes = "a";
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
      }
      ::close(caller);
    });
  }
  ~Dripping() {
    thread_.join();
    ::close(socket_);
  }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_) + "/"; }

 private:
  int socket_;
  std::uint16_t port_ = 0;
  std::thread thread_;
};

TEST_CASE("an answer that comes byte by byte is not waited for for ever") {
  const Dripping server;
  const auto begin = std::chrono::steady_clock::now();
  const auto answer = http_post(std::chrono::milliseconds(200))->post(server.url(), "text/plain", "");
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(3));
  REQUIRE_FALSE(answer.ok());
  CHECK(answer.error().code == ErrorCode::unavailable);
}

}  // namespace
}  // namespace recourse
