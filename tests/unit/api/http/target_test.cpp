#include "api/http/target.h"

#include <doctest/doctest.h>

using namespace recourse;
using namespace recourse::http;

namespace {

Request read(std::string_view target) {
  Request request;
  REQUIRE(read_target(target, request).ok());
  return request;
}

bool refused(std::string_view target) {
  Request request;
  return !read_target(target, request).ok();
}

}  // namespace

TEST_CASE("a path is split before it is decoded") {
  const Request request = read("/v1/a%2Fb/c%20d/");
  CHECK(request.segments == std::vector<std::string>{"v1", "a/b", "c d"});
  CHECK(request.trailing_slash);
  CHECK(read("/").segments.empty());
  CHECK_FALSE(read("/").trailing_slash);
  CHECK(read("/a//b").segments == std::vector<std::string>{"a", "", "b"});
  CHECK(read("/a+b").segments == std::vector<std::string>{"a+b"});
}

TEST_CASE("query parameters are decoded and may repeat") {
  const Request request = read("/x?a=1&b=%26%3D&a=2&c&d=x+y&&e=");
  const std::vector<std::pair<std::string, std::string>> expected{
      {"a", "1"}, {"b", "&="}, {"a", "2"}, {"c", ""}, {"d", "x y"}, {"e", ""}};
  CHECK(request.query == expected);
  CHECK(request.query_value("b").value() == "&=");
  CHECK(request.query_value("nothing").value() == std::nullopt);
  CHECK(request.query_value("a").error().code == ErrorCode::invalid);
}

TEST_CASE("the absolute form is read like the origin form") {
  const Request request = read("http://example.com:8080/a/b?c=d");
  CHECK(request.segments == std::vector<std::string>{"a", "b"});
  CHECK(request.query_value("c").value() == "d");
  CHECK(read("http://example.com").segments.empty());
  CHECK(read("http://example.com?c=d").query.size() == 1);
}

TEST_CASE("targets that could be read in two ways are refused") {
  for (const char* target :
       {"/%",        "/%4",         "/%zz",    "/a%00b",   "/a%0Ab",   "/a%FF",   "/a%C0%AF",
        "/../etc",   "/a/%2e%2e/b", "/a/./b",  "/a/..",    "/x#y",     "a/b",     "ftp://host/x",
        "http:///x", "host:443",    "/x?a=%f", "/x?a=%FF", "/x?a=%00", "/%u002f", "*"}) {
    CAPTURE(target);
    CHECK(refused(target));
  }
}
