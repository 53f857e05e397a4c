#include <doctest/doctest.h>

#include <algorithm>
#include <set>

#include "engine/event/validate.h"
#include "tests/golden/golden_leaves.h"
#include "tests/golden/text_file.h"
#include "tools/schema/event_schema.h"

using namespace recourse;

namespace {

namespace fs = std::filesystem;

const fs::path kFolder = fs::path(RECOURSE_SOURCE_DIR) / "tests/golden/v1/events";

std::vector<std::string> lines_of(const fs::path& path) {
  std::vector<std::string> lines;
  std::ifstream in(path, std::ios::binary);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

bool is_newest(std::string_view type) {
  const auto types = event_types();
  return std::find(types.begin(), types.end(), type) != types.end();
}

NewEvent as_new(const RecordedEvent& event) {
  return {event.stream, event.subject, event.actor, event.causation, event.correlation, event.data};
}

}  // namespace

TEST_CASE("every event type has a golden file") {
  INFO(
      "a new type: cmake --build build --target write_golden && build/tests/golden/write_golden, "
      "then commit the new file; a file that was committed is never written again");
  for (const std::string_view type : event_types()) {
    INFO(type);
    CHECK(lines_of(kFolder / (std::string(type) + ".ndjson")).size() == 2);
  }
}

TEST_CASE("a golden leaf of a newest type reads and writes back byte for byte") {
  for (const auto& entry : fs::directory_iterator(kFolder)) {
    const std::string type = entry.path().stem().string();
    INFO(type);
    for (const std::string& line : lines_of(entry.path())) {
      const auto event = read_leaf(line);
      REQUIRE_MESSAGE(event.ok(), event.error().message);
      CHECK(is_newest(type_of(event->data)));
      if (!is_newest(type)) continue;  // Upcast: what becomes of it is tested beside its upcaster.
      CHECK(type_of(event->data) == type);
      CHECK(write_leaf(*event) == line);
    }
  }
}

TEST_CASE("golden leaves may be appended") {
  for (const auto& entry : fs::directory_iterator(kFolder)) {
    INFO(entry.path().filename().string());
    for (const std::string& line : lines_of(entry.path())) {
      const auto event = read_leaf(line);
      REQUIRE(event.ok());
      const Status status = validate(as_new(*event));
      CHECK_MESSAGE(status.ok(), status.error().message);
    }
  }
}
