#include "api/http/cursor.h"

#include <doctest/doctest.h>

using namespace recourse;
using recourse::http::CursorSeal;

TEST_CASE("a cursor gives back its payload in its own scope only") {
  const CursorSeal seal("a key of sixteen bytes or more");
  const std::string payload("ticket\0 42 \xFF", 12);
  const std::string cursor = seal.seal("acme", payload);
  CHECK(seal.open("acme", cursor).value() == payload);
  CHECK(seal.open("other", cursor).error().code == ErrorCode::invalid);
  CHECK(seal.open("", cursor).error().code == ErrorCode::invalid);
  CHECK_FALSE(CursorSeal("another key of many bytes").open("acme", cursor).ok());
  CHECK(cursor.find_first_of("+/=&?#% ") == std::string::npos);
  CHECK(seal.open("acme", seal.seal("acme", "")).value().empty());
}

TEST_CASE("a cursor that was changed anywhere is invalid") {
  const CursorSeal seal("a key of sixteen bytes or more");
  const std::string cursor = seal.seal("acme", "position 1234");
  for (std::size_t i = 0; i < cursor.size(); ++i) {
    std::string forged = cursor;
    forged[i] = forged[i] == 'A' ? 'B' : 'A';
    CHECK_FALSE(seal.open("acme", forged).ok());
    CHECK_FALSE(seal.open("acme", std::string_view(cursor).substr(0, i)).ok());
  }
  CHECK_FALSE(seal.open("acme", cursor + "A").ok());
  CHECK_FALSE(seal.open("acme", "no cursor at all").ok());
}

TEST_CASE("scope and payload cannot trade bytes") {
  const CursorSeal seal("a key of sixteen bytes or more");
  CHECK_FALSE(seal.open("a", seal.seal("ab", "c")).ok());
  CHECK_FALSE(seal.open("abc", seal.seal("ab", "c")).ok());
  // The MAC of ("ab", "c") in front of the payload that ("a", ...) would need.
  const std::string last = seal.seal("ab", "c");
  const std::string other = seal.seal("a", "bc");
  CHECK(last.substr(last.size() - 16) != other.substr(other.size() - 16));
}
