#include "api/http/request_parser.h"

#include <doctest/doctest.h>

#include <string>

using namespace recourse::http;
using State = RequestParser::State;

namespace {

const ReadLimits kLimits{};

int status_of(std::string_view message, const ReadLimits& limits = kLimits) {
  RequestParser parser(limits);
  parser.feed(message);
  if (parser.state() == State::complete) return 200;
  return parser.state() == State::refused ? parser.refusal().status : 0;
}

}  // namespace

TEST_CASE("a request is the same however its bytes are cut") {
  const std::string message =
      "POST /v1/x?a=b HTTP/1.1\r\nHost: h\r\nX-Some: thing \r\nTransfer-Encoding: chunked\r\n\r\n"
      "5\r\nhello\r\n6;note=\"x\"\r\n world\r\n0\r\nX-Trailer: dropped\r\n\r\n";
  const std::string two = message + "GET / HTTP/1.1\r\n";
  for (std::size_t cut = 1; cut <= message.size(); ++cut) {
    RequestParser parser(kLimits);
    std::size_t taken = 0;
    for (std::size_t end = cut; parser.state() != State::complete; end += cut) {
      REQUIRE(parser.state() != State::refused);
      REQUIRE(taken < message.size());
      const std::size_t until = std::min(end, two.size());
      taken += parser.feed(std::string_view(two).substr(taken, until - taken));
    }
    CHECK(taken == message.size());
    CHECK(parser.request().method == Method::post);
    CHECK(parser.request().segments == std::vector<std::string>{"v1", "x"});
    CHECK(parser.request().body == "hello world");
    CHECK(parser.request().headers.find("x-SOME") == "thing");
    CHECK_FALSE(parser.request().headers.find("x-trailer"));
    CHECK(parser.keep_alive());
  }
}

TEST_CASE("header values are not percent-decoded") {
  RequestParser parser(kLimits);
  parser.feed("GET / HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer a%2Bb\r\n\r\n");
  REQUIRE(parser.state() == State::complete);
  CHECK(parser.request().headers.find("authorization") == "Bearer a%2Bb");
}

TEST_CASE("messages that two readers could frame differently are refused") {
  const std::string get = "GET / HTTP/1.1\r\nHost: h\r\n";
  const std::string post = "POST / HTTP/1.1\r\nHost: h\r\n";
  const std::string chunked = post + "Transfer-Encoding: chunked\r\n\r\n";
  for (const std::string& message : {
           post + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
           post + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
           post + "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
           post + "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello",
           post + "Content-Length: 5, 5\r\n\r\nhello",
           post + "Content-Length: 5abc\r\n\r\nhello",
           post + "Content-Length: +5\r\n\r\nhello",
           post + "Content-Length: -5\r\n\r\nhello",
           post + "Content-Length: 0x5\r\n\r\nhello",
           post + "Content-Length: \r\n\r\nhello",
           post + "Content-Length: 18446744073709551617\r\n\r\nhello",
           post + "Content-Length : 5\r\n\r\nhello",
           post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
           chunked + "0x5\r\nhello\r\n0\r\n\r\n",
           chunked + "+5\r\nhello\r\n0\r\n\r\n",
           chunked + "-5\r\nhello\r\n0\r\n\r\n",
           chunked + " 5\r\nhello\r\n0\r\n\r\n",
           chunked + "5 5\r\nhello\r\n0\r\n\r\n",
           chunked + "\r\nhello\r\n0\r\n\r\n",
           chunked + "10000000000000005\r\nhello\r\n0\r\n\r\n",
           chunked + "5\r\nhelloX\r\n0\r\n\r\n",
           chunked + "5\r\nhello0\r\n\r\n\r\n",
           get + "X: a\nY: b\r\n\r\n",
           get + "X: a\rY: b\r\n\r\n",
           get + std::string("X: a\0b\r\n\r\n", 10),
           get + "No colon\r\n\r\n",
           get + ": no name\r\n\r\n",
           get + "Host: other\r\n\r\n",
           get + "Authorization: Bearer a\r\nauthorization: Bearer b\r\n\r\n",
           get + "Idempotency-Key: a\r\nIdempotency-Key: b\r\n\r\n",
           std::string("GET / HTTP/1.1\r\n\r\n"),
           std::string("GET / HTTP/1.1\nHost: h\n\n"),
           std::string("GET  / HTTP/1.1\r\nHost: h\r\n\r\n"),
           std::string("GET /a b HTTP/1.1\r\nHost: h\r\n\r\n"),
           std::string("GET / HTTP/2.0\r\nHost: h\r\n\r\n"),
           std::string("GET /\r\n\r\n"),
           std::string("GET /%zz HTTP/1.1\r\nHost: h\r\n\r\n"),
           std::string("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
           std::string("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
           std::string("\x16\x03\x01\x02\x00\x01\x00\x01", 8),
       }) {
    CAPTURE(message);
    CHECK(status_of(message) == 400);
  }
}

TEST_CASE("what is well-formed but not served has its own status") {
  const std::string post = "POST / HTTP/1.1\r\nHost: h\r\n";
  CHECK(status_of(post + "Content-Encoding: gzip\r\nContent-Length: 1\r\n\r\nx") == 415);
  CHECK(status_of(post + "Content-Encoding: identity\r\nContent-Length: 1\r\n\r\nx") == 200);
  CHECK(status_of(post + "Expect: a-pony\r\nContent-Length: 1\r\n\r\nx") == 417);
  CHECK(status_of(post + "Transfer-Encoding: gzip\r\n\r\nGET / HTTP/1.1\r\n\r\n") == 501);
  CHECK(status_of(post + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n") == 501);
  CHECK(status_of("BREW / HTTP/1.1\r\nHost: h\r\n\r\n") == 501);
  CHECK(status_of("get / HTTP/1.1\r\nHost: h\r\n\r\n") == 501);
}

TEST_CASE("a body past its limit is refused before it is read") {
  ReadLimits limits;
  limits.body_bytes = 10;
  const std::string post = "POST / HTTP/1.1\r\nHost: h\r\n";
  CHECK(status_of(post + "Content-Length: 10\r\n\r\n0123456789", limits) == 200);
  CHECK(status_of(post + "Content-Length: 11\r\n\r\n", limits) == 413);
  CHECK(status_of(post + "Content-Length: 18446744073709551615\r\n\r\n", limits) == 413);
  const std::string chunked = post + "Transfer-Encoding: chunked\r\n\r\n";
  CHECK(status_of(chunked + "a\r\n0123456789\r\n0\r\n\r\n", limits) == 200);
  CHECK(status_of(chunked + "b\r\n", limits) == 413);
  CHECK(status_of(chunked + "5\r\n01234\r\n6\r\n", limits) == 413);
  CHECK(status_of(chunked + "ffffffffffffffff\r\n", limits) == 413);
}

TEST_CASE("the limit of a body may depend on the path") {
  ReadLimits limits;
  limits.body_limit = [](const Request& request) {
    return request.segments == std::vector<std::string>{"upload"} ? std::size_t{100} : 1;
  };
  const std::string rest = " HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello";
  CHECK(status_of("POST /upload" + rest, limits) == 200);
  CHECK(status_of("POST /other" + rest, limits) == 413);
}

TEST_CASE("headers are bounded in bytes and in number") {
  const std::string get = "GET / HTTP/1.1\r\nHost: h\r\n";
  CHECK(status_of(get + "X: " + std::string(20'000, 'a')) == 431);
  CHECK(status_of("GET /" + std::string(20'000, 'a')) == 431);
  std::string many = get;
  for (int i = 0; i < 99; ++i) many += "X: y\r\n";
  CHECK(status_of(many + "\r\n") == 200);
  CHECK(status_of(many + "X: y\r\n\r\n") == 431);
  // Neither do a chunk's extensions or a trailer grow without end.
  const std::string chunked = "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
  CHECK(status_of(chunked + "5;x=" + std::string(20'000, 'a')) == 431);
  CHECK(status_of(chunked + "0\r\nX: " + std::string(20'000, 'a')) == 431);
}

TEST_CASE("HTTP/1.0 needs no Host and keeps a connection only when asked") {
  RequestParser parser(kLimits);
  parser.feed("GET / HTTP/1.0\r\n\r\n");
  REQUIRE(parser.state() == State::complete);
  CHECK(parser.http_1_0());
  CHECK_FALSE(parser.keep_alive());
  RequestParser keeping(kLimits);
  keeping.feed("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  CHECK(keeping.keep_alive());
}

TEST_CASE("empty lines before a request are skipped") {
  CHECK(status_of("\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n") == 200);
}
