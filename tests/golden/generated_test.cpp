#include <doctest/doctest.h>

#include <set>

#include "tests/golden/event_table.h"
#include "tests/golden/text_file.h"
#include "tools/schema/event_schema.h"

using namespace recourse;

namespace {

namespace fs = std::filesystem;

const fs::path kRoot = RECOURSE_SOURCE_DIR;
constexpr const char* kRewrite =
    "write them again: cmake --build build --target write_golden && "
    "build/tests/golden/write_golden";

}  // namespace

TEST_CASE("schemas/events holds what the descriptions of the events say, and nothing else") {
  INFO(kRewrite);
  std::set<std::string> expected, found;
  for (const SchemaFile& file : schema_files()) {
    INFO(file.name);
    CHECK(read_file(kRoot / "schemas/events" / file.name) == file.text);
    expected.insert(file.name);
  }
  for (const auto& entry : fs::directory_iterator(kRoot / "schemas/events"))
    found.insert(entry.path().filename().string());
  CHECK(found == expected);
}

TEST_CASE("docs/format/events.md lists every event with its members") {
  INFO(kRewrite);
  const std::string page = read_file(kRoot / "docs/format/events.md");
  CHECK(page == with_event_table(page, event_table()));
  CHECK(!page.empty());
}

TEST_CASE("every string of a schema is marked as clear or sealed") {
  for (const SchemaFile& file : schema_files()) {
    INFO(file.name);
    std::size_t strings = 0, clear = 0;
    for (std::size_t at = 0; (at = file.text.find("\"type\": \"string\"", at)) != std::string::npos;
         ++at)
      ++strings;
    for (std::size_t at = 0;
         (at = file.text.find("\"x-recourse\": \"clear\"", at)) != std::string::npos; ++at)
      ++clear;
    CHECK(strings == clear);
  }
}
