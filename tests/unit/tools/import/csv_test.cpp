#include "tools/import/csv.h"

#include <doctest/doctest.h>

#include "tests/unit/tools/import/scratch_file.h"

namespace recourse {
namespace {

std::vector<CsvRecord> records_of(std::string_view bytes) {
  const ScratchFile file(bytes, ".csv");
  auto source = ByteSource::open(file.path());
  REQUIRE(source.ok());
  CsvReader reader(*source);
  std::vector<CsvRecord> all;
  CsvRecord record;
  while (reader.next(record).value()) all.push_back(record);
  return all;
}

using Fields = std::vector<std::string>;

TEST_CASE("quoted fields hold commas, quotes and line ends") {
  const auto records = records_of("a,\"b,\"\"c\"\"\",\"d\r\ne\n\"\r\n,\"\",x\"y\n");
  REQUIRE(records.size() == 2);
  CHECK(records[0].fields == Fields{"a", "b,\"c\"", "d\r\ne\n"});
  CHECK(records[0].line == 1);
  CHECK(records[1].fields == Fields{"", "", "x\"y"});
  CHECK(records[1].line == 4);
}

TEST_CASE("a byte order mark is skipped at the start of the file only") {
  const auto records = records_of(
      "\xEF\xBB\xBF\"a\",b\n\xEF\xBB\xBF"
      "c,d");
  REQUIRE(records.size() == 2);
  CHECK(records[0].fields == Fields{"a", "b"});
  CHECK(records[1].fields == Fields{"\xEF\xBB\xBF"
                                    "c",
                                    "d"});
}

TEST_CASE("blank lines are no records but count as lines") {
  const auto records = records_of("a\r\n\r\n\nb\n\n");
  REQUIRE(records.size() == 2);
  CHECK(records[1].fields == Fields{"b"});
  CHECK(records[1].line == 4);
}

TEST_CASE("a trailing comma is a last empty field and ragged records come as they are") {
  const auto records = records_of("a,b,\nc\n");
  REQUIRE(records.size() == 2);
  CHECK(records[0].fields == Fields{"a", "b", ""});
  CHECK(records[1].fields == Fields{"c"});
}

TEST_CASE("a stray quote costs its own line and not the rest of the file") {
  const auto never_closed = records_of("a,b\nc,\"d\ne,f\ng,h\n");
  REQUIRE(never_closed.size() == 4);
  CHECK(never_closed[1].line == 2);
  CHECK(never_closed[1].text == "c,\"d");
  CHECK(never_closed[1].fields.empty());
  CHECK(never_closed[1].problem.find("never closed") != std::string::npos);
  CHECK(never_closed[2].fields == Fields{"e", "f"});
  CHECK(never_closed[2].line == 3);
  CHECK(never_closed[3].fields == Fields{"g", "h"});
  CHECK(never_closed[3].line == 4);

  const auto closed_wrongly = records_of("\"a\"x,b\nc,\"d\ne\"f\ng,h\n");
  REQUIRE(closed_wrongly.size() == 4);
  CHECK(closed_wrongly[0].problem.find("closing quote") != std::string::npos);
  CHECK(closed_wrongly[1].problem.find("closing quote") != std::string::npos);
  CHECK(closed_wrongly[2].fields == Fields{"e\"f"});
  CHECK(closed_wrongly[3].line == 4);
}

TEST_CASE("bytes that are no UTF-8 make the record a problem, with its text kept") {
  const auto records = records_of("a,caf\xE9\nb,c\n");
  REQUIRE(records.size() == 2);
  CHECK(records[0].problem == "is not UTF-8");
  CHECK(records[0].text == "a,caf\xE9");
  CHECK(records[1].fields == Fields{"b", "c"});
}

TEST_CASE("a record past the size limit is a problem and the next one is read") {
  const std::string long_line(ByteSource::kMaxLineBytes + 1, 'x');
  const auto records = records_of("a\n" + long_line + "\nb\n");
  REQUIRE(records.size() == 3);
  CHECK(records[1].problem.find("longer than") != std::string::npos);
  CHECK(records[2].fields == Fields{"b"});
}

TEST_CASE("a file that is cut within a record does not deliver half of it") {
  const std::string packed = gzip("a,b\nc,\"d\n");
  const ScratchFile file(packed.substr(0, packed.size() - 3));
  auto source = ByteSource::open(file.path());
  REQUIRE(source.ok());
  CsvReader reader(*source);
  CsvRecord record;
  CHECK(reader.next(record).value());
  const auto cut = reader.next(record);
  REQUIRE_FALSE(cut.ok());
  CHECK(cut.error().code == ErrorCode::invalid);
}

}  // namespace
}  // namespace recourse
