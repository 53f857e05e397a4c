#include "tools/report/csv.h"

#include <doctest/doctest.h>

#include "tests/report/sample_package.h"
#include "tools/report/paths.h"

namespace recourse::soc2 {

TEST_CASE("a cell that a spreadsheet would run as a formula begins with an apostrophe") {
  for (const std::string_view start :
       {"=", "+", "-", "@", "\t", "\r", "\n", "\uFF1D", "\uFF0B", "\uFF0D", "\uFF20"}) {
    const std::string cell = csv_cell(std::string(start) + "1+1");
    CAPTURE(cell);
    CHECK((cell.starts_with('\'') || cell.starts_with("\"'")));
  }
  CHECK(csv_cell("1-1=0") == "1-1=0");
  CHECK(csv_cell("") == "");
}

TEST_CASE("a cell is quoted when it holds a comma, a quote or the end of a line") {
  CHECK(csv_cell("a,b") == "\"a,b\"");
  CHECK(csv_cell("say \"no\"") == "\"say \"\"no\"\"\"");
  CHECK(csv_cell("two\r\nlines") == "\"two\r\nlines\"");
  CHECK(csv_cell("=A1,\"x\"") == "\"'=A1,\"\"x\"\"\"");
}

TEST_CASE("a row ends with CRLF") {
  Csv csv;
  csv.row({"a", "b,c"});
  csv.row({"", "d"});
  CHECK(std::move(csv).bytes() == "a,\"b,c\"\r\n,d\r\n");
}

TEST_CASE("a population without rows still tells its columns") {
  const Package package = sample_package();
  const std::vector<File> files = population_csvs(package.scope, package.chapters.back());
  REQUIRE(files.size() == 1);
  CHECK(files[0].path == "controls/RC-14/RC-14_stop_2026-01-01_2026-03-31_" +
                             to_hex(as_text(package.scope.end.root)).substr(0, 8) + ".csv");
  CHECK(files[0].bytes.starts_with("ledger,index,leaf_hash,time,"));
  CHECK(files[0].bytes.find("\r\n") == files[0].bytes.size() - 2);
}

TEST_CASE("a population too large for one file comes in parts, each with the columns") {
  const Package package = sample_package();
  Chapter chapter = package.chapters[2];
  chapter.rows.assign(kRowsPerFile + 1, sample_row(5));
  const std::vector<File> files = population_csvs(package.scope, chapter);
  REQUIRE(files.size() == 2);
  CHECK(files[0].path.ends_with("_part-1.csv"));
  CHECK(files[1].path.ends_with("_part-2.csv"));
  CHECK(files[1].bytes.starts_with("ledger,"));
  CHECK(std::count(files[1].bytes.begin(), files[1].bytes.end(), '\n') == 2);
  CHECK(files[0].bytes.size() < 50'000'000);
}

TEST_CASE("a table whose id is that of another file has a path of its own") {
  CHECK(table_path("Policy Changes (2026)") == "report/csv/policy-changes-2026.csv");
  CHECK(table_path("exceptions") != kExceptionsCsv);
  CHECK(table_path("../../etc/passwd") == "report/csv/etc-passwd.csv");
}

}  // namespace recourse::soc2
