#include "engine/policy/money.h"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <string>

namespace recourse {
namespace {

TEST_CASE("decimals become minor units exactly") {
  CHECK(minor_units("0.1", "USD").value() == 10);
  CHECK(minor_units("1.10", "USD").value() == 110);
  CHECK(minor_units("1.100", "USD").value() == 110);
  CHECK(minor_units("19.99", "EUR").value() == 1999);
  CHECK(minor_units("1e2", "USD").value() == 10'000);
  CHECK(minor_units("1.5e+1", "USD").value() == 1'500);
  CHECK(minor_units("0.125", "KWD").value() == 125);
  CHECK(minor_units("7", "JPY").value() == 7);
  CHECK(minor_units("0", "USD").value() == 0);
  CHECK(minor_units("0.00", "USD").value() == 0);
  CHECK(minor_units("007", "USD").value() == 700);
  CHECK(minor_units("90071992547409.91", "USD").value() == 9'007'199'254'740'991);
}

TEST_CASE("what a currency cannot hold is refused") {
  for (const char* text : {"0.001", "1e-3", "-0.01", "", ".", "1.", ".5", "1e", "e5", "0x10", "1 ",
                           "NaN", "90071992547409.92", "1e17", "1e999", "1e99999999999"}) {
    CAPTURE(text);
    CHECK_FALSE(minor_units(text, "USD").ok());
  }
  CHECK_FALSE(minor_units("0.5", "JPY").ok());
  CHECK_FALSE(minor_units("1", "XXX").ok());
  CHECK_FALSE(minor_units("1", "usd").ok());
  CHECK_FALSE(minor_units("1", "SD ").ok());
}

TEST_CASE("every number of cents survives the way through its decimal") {
  CHECK(rc::check([] {
    const auto cents = *rc::gen::inRange<std::int64_t>(0, 9'007'199'254'740'991);
    std::string fraction = std::to_string(cents % 100);
    if (fraction.size() < 2) fraction.insert(0, "0");
    const std::string text = std::to_string(cents / 100) + "." + fraction;
    RC_ASSERT(minor_units(text, "USD").value() == cents);
  }));
}

}  // namespace
}  // namespace recourse
