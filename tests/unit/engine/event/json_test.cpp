#include "engine/event/json.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <string>
#include <type_traits>

namespace recourse {
namespace {

TEST_CASE("a number has one representation, however it was given") {
  CHECK(Json(1.0) == Json(1));
  CHECK(Json(1.0).integer() == 1);
  CHECK(Json(-0.0) == Json(0));
  CHECK(Json(2).number() == 2.0);
  CHECK_FALSE(Json(2.5).integer());
  CHECK(Json(2.5).number() == 2.5);
  CHECK(Json(1e21).number() == 1e21);
}

TEST_CASE("numbers that a reader could take for others cannot be held") {
  CHECK(Json::can_hold(Json::kMaxInteger));
  CHECK(Json::can_hold(-Json::kMaxInteger));
  CHECK_FALSE(Json::can_hold(Json::kMaxInteger + 1));
  CHECK_FALSE(Json::can_hold(-Json::kMaxInteger - 1));
  CHECK_FALSE(Json::can_hold(9007199254740992.0));
  CHECK_FALSE(Json::can_hold(1e20));
  CHECK(Json::can_hold(1e21));
  CHECK(Json::can_hold(5e-324));
  CHECK_FALSE(Json::can_hold(std::numeric_limits<double>::infinity()));
  CHECK_FALSE(Json::can_hold(std::nan("")));
}

TEST_CASE("a value answers only for its own type") {
  const Json text("refund");
  CHECK(*text.string() == "refund");
  CHECK_FALSE(text.boolean());
  CHECK_FALSE(text.number());
  CHECK(text.members() == nullptr);
  CHECK(text.elements() == nullptr);
  CHECK(text.find("refund") == nullptr);
  CHECK(Json().is_null());
  CHECK(Json(true).boolean() == true);
  CHECK_FALSE(Json(true).integer());
}

TEST_CASE("text given as a literal is a string and not a truth value") {
  CHECK(Json("no").is_string());
  CHECK(Json(std::string_view("no")).is_string());
  static_assert(!std::is_constructible_v<Json, const std::string*>);
}

TEST_CASE("members keep the order in which they were set, and setting again replaces") {
  Json refund;
  refund.set("currency", "EUR").set("amount", 10).set("currency", "CHF");
  REQUIRE(refund.members()->size() == 2);
  CHECK(refund.members()->front().name == "currency");
  CHECK(*refund.find("currency")->string() == "CHF");
  CHECK(refund.find("missing") == nullptr);
}

TEST_CASE("objects are equal whatever the order of their members, arrays are not") {
  const Json one = Json::object({{"a", 1}, {"b", Json::array({1, "x"})}});
  const Json two = Json::object({{"b", Json::array({1, "x"})}, {"a", 1}});
  CHECK(one == two);
  CHECK_FALSE(one == Json::object({{"a", 1}}));
  CHECK_FALSE(one == Json::object({{"a", 2}, {"b", Json::array({1, "x"})}}));
  CHECK_FALSE(Json::array({1, 2}) == Json::array({2, 1}));
  CHECK_FALSE(Json::array() == Json::object());
  CHECK_FALSE(Json(0) == Json(false));
}

TEST_CASE("an object with two equal names is refused, small or large") {
  CHECK(Json::object_of({{"a", 1}, {"b", 2}}));
  const Result<Json> twice = Json::object_of({{"a", 1}, {"b", 2}, {"a", 1}});
  REQUIRE_FALSE(twice);
  CHECK(twice.error().code == ErrorCode::invalid);

  Json::Members many;
  for (int i = 0; i < 1000; ++i) many.push_back({std::to_string(i), i});
  CHECK(Json::object_of(many));
  many.push_back({"500", 0});
  CHECK_FALSE(Json::object_of(many));
}

TEST_CASE("pushing onto null makes an array") {
  Json list;
  list.push_back(1).push_back("two");
  CHECK(list == Json::array({1, "two"}));
}

}  // namespace
}  // namespace recourse
