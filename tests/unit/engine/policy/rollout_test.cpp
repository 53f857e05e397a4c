#include "engine/policy/rollout.h"

#include <doctest/doctest.h>

namespace recourse {
namespace {

TEST_CASE("the bucket of a unit is XXH64 of key, salt and unit, modulo ten thousand") {
  // From an implementation of the specification that shares nothing with the library.
  CHECK(rollout_bucket("autonomy", "salt", "tkt_1") == 5'981);
  CHECK(rollout_bucket("autonomy", "salt", "tkt_01J2Y8Z4QH0000000000000000") == 5'462);
  CHECK(rollout_bucket("", "", "") == 97);
  // The zero bytes keep neighbours apart.
  CHECK(rollout_bucket("ab", "c", "d") != rollout_bucket("a", "bc", "d"));
}

TEST_CASE("units are spread evenly, and by each salt differently") {
  int in = 0, both = 0;
  for (int i = 0; i < 20'000; ++i) {
    const std::string unit = "tkt_" + std::to_string(i);
    const bool first = rollout_bucket("autonomy", "a", unit) < 1'000;
    in += first ? 1 : 0;
    both += first && rollout_bucket("autonomy", "b", unit) < 1'000 ? 1 : 0;
  }
  CHECK(in > 1'850);
  CHECK(in < 2'150);
  CHECK(both > 140);
  CHECK(both < 260);
}

}  // namespace
}  // namespace recourse
