#include "tools/schema/policy_schema.h"

#include <doctest/doctest.h>

#include <filesystem>

#include "tests/golden/text_file.h"

namespace recourse {
namespace {

TEST_CASE("schemas/policy.schema.json says what the reader of policies takes") {
  INFO(
      "write it again: cmake --build build --target write_golden && "
      "build/tests/golden/write_golden");
  const std::filesystem::path root = RECOURSE_SOURCE_DIR;
  CHECK(read_file(root / "schemas/policy.schema.json") == policy_schema());
}

}  // namespace
}  // namespace recourse
