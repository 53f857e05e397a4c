#include "engine/base/result.h"

#include <doctest/doctest.h>

#include <memory>
#include <set>
#include <string>
#include <type_traits>
#include <vector>

namespace recourse {
namespace {

Result<int> parse(int value) {
  if (value < 0) return Error{ErrorCode::invalid, "below zero"};
  return value;
}

Status accept(int value) {
  RECOURSE_TRY(parse(value));
  return {};
}

Result<std::string> doubled(int value) {
  RECOURSE_LET(const int first, parse(value));
  RECOURSE_LET(const int second, parse(value - 10));
  RECOURSE_TRY(accept(first));
  return std::to_string(first + second);
}

Result<std::vector<int>> three() { return std::vector<int>{1, 2, 3}; }

TEST_CASE("a result holds a value or the error that kept it from being") {
  const Result<int> good = parse(4);
  CHECK(good.ok());
  CHECK(static_cast<bool>(good));
  CHECK(*good == 4);

  const Result<int> bad = parse(-4);
  CHECK_FALSE(bad.ok());
  CHECK(bad.error().code == ErrorCode::invalid);
  CHECK(bad.error().message == "below zero");
}

TEST_CASE("an error on the way is returned from the first place that has one") {
  CHECK(accept(1).ok());
  CHECK(accept(-1).error().message == "below zero");
  CHECK(doubled(12).value() == "14");
  CHECK(doubled(5).error().code == ErrorCode::invalid);
  CHECK(doubled(-1).error().code == ErrorCode::invalid);
}

TEST_CASE("a value that cannot be copied is moved out") {
  Result<std::unique_ptr<int>> result = std::make_unique<int>(7);
  const std::unique_ptr<int> owned = std::move(result).value();
  CHECK(*owned == 7);
}

TEST_CASE("the value of a temporary result lives as long as the loop over it") {
  static_assert(std::is_same_v<decltype(three().value()), std::vector<int>>);
  static_assert(std::is_same_v<decltype(*three()), std::vector<int>>);
  int sum = 0;
  for (const int each : three().value()) sum += each;
  CHECK(sum == 6);
}

TEST_CASE("every error code has a name of its own") {
  std::set<std::string_view> names;
  int codes = 0;
  for (; name(static_cast<ErrorCode>(codes)) != "unnamed"; ++codes)
    names.insert(name(static_cast<ErrorCode>(codes)));
  CHECK(codes == static_cast<int>(ErrorCode::io) + 1);
  CHECK(names.size() == static_cast<std::size_t>(codes));
}

}  // namespace
}  // namespace recourse
