#include "api/routes/write.h"

#include <doctest/doctest.h>

namespace recourse::routes {
namespace {

http::Request with(const char* name, std::string value) {
  http::Request request;
  request.headers.add(name, std::move(value));
  return request;
}

TEST_CASE("an idempotency key comes with quotes or without") {
  CHECK(*idempotency_key(with("Idempotency-Key", "\"abc\"")) == "abc");
  CHECK(*idempotency_key(with("idempotency-key", "abc")) == "abc");
  CHECK(*idempotency_key(with("Idempotency-Key", R"("a\"b\\c")")) == R"(a"b\c)");
  CHECK(idempotency_key(http::Request())->empty());
}

TEST_CASE("what is no idempotency key is refused") {
  for (const std::string bad :
       {"", "\"\"", "\"a", "a b", "\"a b\"", "a\x7f", "\"a\"b\"", "\"a\\n\""}) {
    CAPTURE(bad);
    CHECK(!idempotency_key(with("Idempotency-Key", bad)).ok());
  }
  CHECK(idempotency_key(with("Idempotency-Key", std::string(255, 'a'))).ok());
  CHECK(!idempotency_key(with("Idempotency-Key", std::string(256, 'a'))).ok());
}

TEST_CASE("If-Match holds one version in quotes") {
  CHECK(*if_match(with("If-Match", "\"12\"")) == 12);
  CHECK(!if_match(http::Request())->has_value());
  for (const char* bad : {"12", "*", "W/\"12\"", "\"12\",\"13\"", "\"x\"", "\"-1\"", "\"\""}) {
    CAPTURE(bad);
    CHECK(!if_match(with("If-Match", bad)).ok());
  }
}

}  // namespace
}  // namespace recourse::routes
