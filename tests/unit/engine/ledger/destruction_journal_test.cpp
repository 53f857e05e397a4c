#include "engine/ledger/destruction_journal.h"

#include <doctest/doctest.h>

#include <fstream>

#include "engine/ledger/durable_file.h"
#include "tests/unit/engine/privacy/temporary_directory.h"

namespace recourse {
namespace {

namespace fs = std::filesystem;

const Timestamp kAt = from_rfc3339("2026-01-05T09:30:01.250000Z").value();

const std::vector<Destruction>& two() {
  static const std::vector<Destruction> made{
      {"example.com/t/1", KeyName::subject(LedgerId(1), "sub_ada"), kAt},
      {"example.com/t/2", KeyName::bucket(LedgerId(2), "pii-24m", "2024-01"), kAt}};
  return made;
}

void write(const fs::path& path, const std::string& text) {
  std::ofstream(path, std::ios::app) << text;
}

TEST_CASE("destructions are read as they were written, from each journal") {
  const TemporaryDirectory directory;
  const std::vector<fs::path> journals{directory / "one", directory / "two"};
  CHECK(read_destructions(journals[0]).value().empty());
  REQUIRE(append_destructions(journals, two()));
  REQUIRE(append_destructions(journals, std::span(two()).first(1)));
  for (const fs::path& journal : journals) {
    const auto read = read_destructions(journal).value();
    REQUIRE(read.size() == 3);
    CHECK(read[0].key == two()[0].key);
    CHECK(read[1].key == two()[1].key);
    CHECK(read[1].origin == "example.com/t/2");
    CHECK(read[2].at == kAt);
  }
  CHECK(read_file(journals[0])
            .value()
            .starts_with(R"({"at":"2026-01-05T09:30:01.250000Z","kind":"subject","ledger":1,)"
                         R"("origin":"example.com/t/1","subject":"sub_ada"})"
                         "\n"));
}

TEST_CASE("half a line that a crash left is no destruction and does not spoil the next") {
  const TemporaryDirectory directory;
  const std::vector<fs::path> journal{directory / "one"};
  REQUIRE(append_destructions(journal, std::span(two()).first(1)));
  write(journal[0], R"({"at":"2026-)");
  CHECK(read_destructions(journal[0]).value().size() == 1);
  REQUIRE(append_destructions(journal, two()));
  CHECK(read_destructions(journal[0]).value().size() == 3);
}

TEST_CASE("a damaged line is named: nobody must come back because of it") {
  const TemporaryDirectory directory;
  const std::vector<fs::path> journal{directory / "one"};
  REQUIRE(append_destructions(journal, std::span(two()).first(1)));
  const auto code_after = [&](const std::string& line) {
    fs::copy_file(journal[0], directory / "other", fs::copy_options::overwrite_existing);
    write(directory / "other", line + '\n');
    const auto read = read_destructions(directory / "other");
    CHECK(read.error().message.starts_with("line 2 of "));
    return read.error().code;
  };
  CHECK(code_after("x") == ErrorCode::corrupt);
  CHECK(code_after("{}") == ErrorCode::corrupt);
  CHECK(code_after(R"({"at":"2026-01-05T09:30:01Z","kind":"subject","ledger":1,"origin":"o"})") ==
        ErrorCode::corrupt);
  CHECK(code_after(R"({"at":"2026-01-05T09:30:01Z","kind":"tenant","ledger":1,"origin":"o"})") ==
        ErrorCode::unsupported);
}

}  // namespace
}  // namespace recourse
