#include "engine/event/clear_names.h"

#include <doctest/doctest.h>

#include <string>

namespace recourse {
namespace {

TEST_CASE("a code is short and has no spaces, a label may have them, and neither is an address") {
  CHECK(is_code("re_3OabcD/17"));
  CHECK_FALSE(is_code(""));
  CHECK_FALSE(is_code("two words"));
  CHECK_FALSE(is_code("ada@example.org"));
  CHECK_FALSE(is_code(std::string(129, 'a')));
  CHECK(is_label("Network Team (EU)"));
  CHECK(is_label("Réseau"));
  CHECK_FALSE(is_label("   "));
  CHECK_FALSE(is_label("ada@example.org"));
  CHECK_FALSE(is_label("line\nbreak"));
  CHECK_FALSE(is_label(std::string(65, 'a')));
}

}  // namespace
}  // namespace recourse
