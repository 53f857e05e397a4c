#include "tools/report/report.h"

#include <doctest/doctest.h>

#include <map>

#include "tests/report/sample_package.h"
#include "tools/audit/html.h"
#include "tools/report/figures.h"
#include "tools/report/html_page.h"
#include "tools/report/oscal.h"

namespace recourse::soc2 {
namespace {

const std::map<std::string, std::string>& written() {
  static const std::map<std::string, std::string> files = [] {
    std::map<std::string, std::string> by_path;
    const auto all = write_report(sample_package());
    REQUIRE_MESSAGE(all, all.error().message);
    for (const File& file : *all) {
      CHECK_MESSAGE(by_path.emplace(file.path, file.bytes).second, file.path);
    }
    return by_path;
  }();
  return files;
}

std::string between(std::string_view text, std::string_view begin, std::string_view end) {
  const std::size_t from = text.find(begin) + begin.size();
  return std::string(text.substr(from, text.find(end, from) - from));
}

}  // namespace

TEST_CASE("the same package gives the same bytes") {
  const auto again = write_report(sample_package());
  REQUIRE(again);
  REQUIRE(again->size() == written().size());
  for (const File& file : *again) CHECK_MESSAGE(file.bytes == written().at(file.path), file.path);
}

TEST_CASE("each format is there") {
  for (const char* const path :
       {"report/report.html", "report/report.pdf", "report/csv/exceptions.csv",
        "report/csv/criteria-matrix.csv", "controls/map.json", "oscal/assessment-plan.json",
        "oscal/assessment-results.json", "ocsf/events.ndjson"})
    CHECK_MESSAGE(written().contains(path), path);
}

TEST_CASE("an empty package is written too") {
  Package package;
  package.scope.version = "0.1.0";
  const auto files = write_report(package);
  REQUIRE_MESSAGE(files, files.error().message);
  CHECK(files->size() > 6);
}

TEST_CASE("no text of a package becomes an element of the page") {
  const std::string& page = written().at("report/report.html");
  CHECK(page.find("<script>alert") == page.npos);
  CHECK(page.find("<img") == page.npos);
  CHECK(page.find("&lt;/td&gt;&lt;script&gt;alert(1)") != page.npos);
  // What would turn the direction of writing, and what a terminal would obey, is spelled out.
  CHECK(page.find("\u202E") == page.npos);
  CHECK(page.find("turned \\u202egnp.exe and a\\u0009tab") != page.npos);
}

TEST_CASE("the page's policy names the hashes of its own style and script and of nothing else") {
  const std::string& page = written().at("report/report.html");
  const std::string policy = between(page, "Content-Security-Policy\" content=\"", "\"");
  CHECK(policy == "default-src 'none'; style-src " +
                      csp_hash(between(page, "<style>", "</style>")) + "; script-src " +
                      csp_hash(between(page, "\n<script>", "</script>")) +
                      "; base-uri 'none'; form-action 'none'");
}

TEST_CASE("a page without proofs has no script and lets none in") {
  Package package = sample_package();
  package.proofs.clear();
  const std::string page = html_page(whole_document(package), page_proof(package));
  CHECK(page.find("<script") == page.npos);
  CHECK(page.find("script-src") == page.npos);
}

TEST_CASE("a footer cannot leave its place in the style") {
  Document document;
  document.footer = "</style><script>alert(1)</script>\"; } body { display: none } \\";
  const std::string page = html_page(document);
  CHECK(page.find("<script>") == page.npos);
  CHECK(page.find("\"; } body") == page.npos);
}

TEST_CASE("a large population is shown in part, and the rest is pointed to") {
  const std::string& page = written().at("report/report.html");
  CHECK(page.find("The first 50 of 10,000 rows. The other 9,950, and the whole leaf hashes, are in "
                  "controls/RC-01/") != page.npos);
}

TEST_CASE("nothing calls a system compliant, and the limits are stated") {
  const std::string& page = written().at("report/report.html");
  CHECK(page.find("compliant") == page.npos);
  CHECK(page.find("Not an auditor’s opinion") != page.npos);
}

TEST_CASE("a control without a population is neither passed nor failed in OSCAL") {
  const std::string& results = written().at("oscal/assessment-results.json");
  CHECK(results.find("RC-14 What is stopped stays stopped") != results.npos);
  CHECK(results.find("\"target-id\": \"RC-14_obj\"") == results.npos);
  CHECK(results.find("\"target-id\": \"RC-02_obj\"") != results.npos);
}

TEST_CASE("a control of which nothing could be tested is not passed either") {
  const std::string& results = written().at("oscal/assessment-results.json");
  CHECK(results.find("RC-10 Access is reviewed") != results.npos);
  CHECK(results.find("\"target-id\": \"RC-10_obj\"") == results.npos);
  CHECK(written().at("report/report.html").find("None of 2 members could be tested") !=
        std::string::npos);
}

TEST_CASE("a UUID of a name is the one that the standard has") {
  // RFC 9562 has none in the namespace of URLs; this is what Python's uuid5 gives.
  CHECK(uuid_of("http://python.org/") == "4c565f0d-3f5a-5890-b41b-20cf47701c5e");
}

TEST_CASE("figures are read at a glance and never say less than there is") {
  CHECK(grouped(0) == "0");
  CHECK(grouped(999) == "999");
  CHECK(grouped(1'234'567) == "1,234,567");
  CHECK(percent(0) == "0.00 %");
  CHECK(percent(24'500) == "2.45 %");
  CHECK(percent(3) == "less than 0.01 %");
  CHECK(percent(112'901, true) == "11.30 %");
  CHECK(percent(1, true) == "0.01 %");
  CHECK(percent(1'000'000, true) == "100.00 %");
}

TEST_CASE("a period of whole days is named by its days, another by its moments") {
  Scope scope = sample_package().scope;
  CHECK(period(scope) == "2026-01-01 to 2026-03-31, both days included, UTC");
  scope.to = at("2026-03-31T12:00:00Z");
  CHECK(period(scope) == "from 2026-01-01T00:00:00Z until before 2026-03-31T12:00:00Z, UTC");
  scope.from.reset();
  scope.to.reset();
  CHECK(period(scope) == "from the start of the log to the end of the log, UTC");
}

}  // namespace recourse::soc2
