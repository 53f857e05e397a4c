#include "tools/import/servicenow.h"

#include <doctest/doctest.h>

#include "tests/unit/tools/import/scratch_file.h"

namespace recourse {
namespace {

constexpr std::string_view kColumnLine =
    "number,incident_state,reopen_count,made_sla,opened_by,opened_at,sys_updated_by,"
    "sys_updated_at,impact,urgency,priority,assignment_group,assigned_to\n";

/// A row of an incident; the parts that a test is about are changed from a usual one.
struct Row {
  std::string number = "INC1";
  std::string state = "New";
  std::string reopened = "0";
  std::string sla = "true";
  std::string at = "1/3/2016 10:00";
  std::string priority = "3";
  std::string group = "?";
  std::string person = "?";

  std::string csv() const {
    return number + "," + state + "," + reopened + "," + sla + ",Ada,1/3/2016 09:00,Bob," + at +
           ",2,2," + priority + "," + group + "," + person + "\n";
  }
};

Result<IncidentLog> read(std::string_view bytes, const IncidentLogOptions& options = {}) {
  const ScratchFile file(bytes, ".csv");
  RECOURSE_LET(ByteSource source, ByteSource::open(file.path()));
  return IncidentLog::read(source, options);
}

IncidentLog log_of(const std::vector<Row>& rows) {
  std::string text(kColumnLine);
  for (const Row& row : rows) text += row.csv();
  return read(text).value();
}

template <class Fact>
const Fact* find(const IncidentChange& change) {
  for (const IncidentFact& fact : change.facts) {
    if (const Fact* found = std::get_if<Fact>(&fact)) return found;
  }
  return nullptr;
}

TEST_CASE("the first row opens an incident and assigns it when a group or person is known") {
  const IncidentLog log = log_of({{.group = "G1"}, {.number = "INC2"}});
  REQUIRE(log.size() == 2);
  const IncidentChange opened = log.at(0);
  CHECK(opened.first);
  CHECK(opened.number == "INC1");
  CHECK(opened.ordinal == 0);
  CHECK(opened.line == 2);
  CHECK(opened.actor == "Bob");
  CHECK(to_rfc3339(opened.occurred_at) == "2016-03-01T10:00:00.000000Z");
  CHECK(to_rfc3339(opened.opened_at.value()) == "2016-03-01T09:00:00.000000Z");
  CHECK(opened.row[IncidentColumn::opened_by] == "Ada");
  CHECK(opened.row[IncidentColumn::assigned_to].empty());
  CHECK(opened.row[IncidentColumn::vendor].empty());
  REQUIRE(opened.facts.size() == 1);
  CHECK(find<incident::Assigned>(opened)->group == "G1");
  CHECK(log.at(1).first);
  CHECK(log.at(1).facts.empty());
}

TEST_CASE("each later row says what changed against the row before of its incident") {
  const IncidentLog log = log_of(
      {{},
       {.number = "INC2", .state = "Closed", .at = "1/3/2016 10:01"},
       {.at = "1/3/2016 10:02", .group = "G1", .person = "P1"},
       {.state = "Resolved", .sla = "false", .at = "1/3/2016 10:03", .group = "G1", .person = "P1"},
       {.state = "Active",
        .reopened = "1",
        .sla = "false",
        .at = "1/3/2016 10:04",
        .priority = "1",
        .group = "G1"},
       {.state = "Active",
        .reopened = "1",
        .sla = "false",
        .at = "1/3/2016 10:05",
        .priority = "1",
        .group = "G1"}});
  REQUIRE(log.size() == 6);
  const auto assigned = log.at(2);
  CHECK(assigned.facts.size() == 1);
  CHECK(find<incident::Assigned>(assigned)->person == "P1");
  CHECK(find<incident::Assigned>(assigned)->person_before.empty());
  CHECK(assigned.ordinal == 1);

  const auto resolved = log.at(3);
  CHECK(resolved.facts.size() == 2);
  CHECK(find<incident::StateChanged>(resolved)->from == "New");
  CHECK(find<incident::StateChanged>(resolved)->to == "Resolved");
  CHECK(find<incident::SlaBreached>(resolved));

  const auto reopened = log.at(4);
  CHECK(find<incident::Reopened>(reopened)->count == 1);
  CHECK(find<incident::Triaged>(reopened)->priority == "1");
  CHECK(find<incident::Triaged>(reopened)->priority_before == "3");
  CHECK(find<incident::Assigned>(reopened)->person.empty());
  CHECK(find<incident::Assigned>(reopened)->person_before == "P1");
  CHECK_FALSE(find<incident::SlaBreached>(reopened));
  CHECK_FALSE(find<incident::Updated>(reopened));

  CHECK(log.at(5).facts.size() == 1);
  CHECK(find<incident::Updated>(log.at(5)));
}

TEST_CASE("a missed service level alone is also an update") {
  const IncidentLog log = log_of({{}, {.sla = "FALSE"}, {.sla = "?"}, {.sla = "false"}});
  CHECK(find<incident::SlaBreached>(log.at(1)));
  CHECK(find<incident::Updated>(log.at(1)));
  CHECK_FALSE(find<incident::SlaBreached>(log.at(2)));
  CHECK_FALSE(find<incident::SlaBreached>(log.at(3)));
}

TEST_CASE("incidents are merged by time, and rows of one minute keep the order of the file") {
  const IncidentLog log = log_of({{.at = "1/3/2016 10:00"},
                                  {.state = "Active", .at = "1/3/2016 10:05"},
                                  {.state = "Resolved", .at = "1/3/2016 10:05"},
                                  {.number = "INC2", .at = "1/3/2016 09:30"},
                                  {.number = "INC2", .state = "Active", .at = "1/3/2016 10:05"}});
  std::vector<std::uint64_t> lines;
  for (std::size_t i = 0; i < log.size(); ++i) lines.push_back(log.at(i).line);
  CHECK(lines == std::vector<std::uint64_t>{5, 2, 3, 4, 6});
}

TEST_CASE("a row whose clock runs backwards follows the row before it and keeps its own time") {
  const IncidentLog log = log_of({{.at = "1/3/2016 11:10"},
                                  {.state = "Active", .at = "1/3/2016 09:52"},
                                  {.state = "Resolved", .at = "1/3/2016 11:30"},
                                  {.number = "INC2", .at = "1/3/2016 10:00"}});
  CHECK(log.at(0).number == "INC2");
  CHECK(log.at(1).first);
  CHECK_FALSE(log.at(1).runs_backwards);
  CHECK(log.at(2).runs_backwards);
  CHECK(to_rfc3339(log.at(2).occurred_at) == "2016-03-01T09:52:00.000000Z");
  CHECK(find<incident::StateChanged>(log.at(2))->from == "New");
  CHECK_FALSE(log.at(3).runs_backwards);
}

TEST_CASE("unknown and unset are the same, and an unknown count opens nothing again") {
  const IncidentLog log = log_of({{.reopened = "?", .group = "?"}, {.reopened = "2", .group = ""}});
  CHECK(find<incident::Updated>(log.at(1)));
  CHECK_FALSE(find<incident::Reopened>(log.at(1)));
}

TEST_CASE("rows that cannot be understood are delivered with their line, text and reason") {
  std::string text(kColumnLine);
  text += Row{}.csv();
  text += Row{.at = "2016-03-01 10:00"}.csv();
  text += "INC1,New,0\n";
  text += Row{.number = "?"}.csv();
  text += Row{.reopened = "many"}.csv();
  text += Row{.state = "caf\xE9"}.csv();
  text += Row{.state = "Active"}.csv();
  const IncidentLog log = read(text).value();
  REQUIRE(log.unreadable().size() == 5);
  CHECK(log.unreadable()[0].line == 3);
  CHECK(log.unreadable()[0].text + "\n" == Row{.at = "2016-03-01 10:00"}.csv());
  CHECK(log.unreadable()[0].reason.find("2016-03-01 10:00") != std::string::npos);
  CHECK(log.unreadable()[1].reason == "has 3 fields, the header has 13");
  CHECK(log.unreadable()[2].reason == "has no incident number");
  CHECK(log.unreadable()[3].reason.find("many") != std::string::npos);
  CHECK(log.unreadable()[4].reason == "is not UTF-8");
  REQUIRE(log.size() == 2);
  // The rows between were counted, so that mending them does not move this one's identity.
  CHECK(log.at(1).ordinal == 4);
  CHECK(find<incident::StateChanged>(log.at(1)));
}

TEST_CASE("columns are found by name, more may stand there, and all values can be read") {
  const IncidentLog log =
      read(
          "\xEF\xBB\xBFu_extra, "
          "priority,assigned_to,assignment_group,urgency,impact,sys_updated_at,"
          "sys_updated_by,opened_at,opened_by,made_sla,reopen_count,incident_state,number\r\n"
          "more,1,P,G,2,3,1/3/2016 10:00,Bob,?,Ada,true,0,New,\"INC,1\"\r\n")
          .value();
  REQUIRE(log.size() == 1);
  const IncidentChange change = log.at(0);
  CHECK(change.number == "INC,1");
  CHECK_FALSE(change.opened_at);
  CHECK(change.row[IncidentColumn::priority] == "1");
  REQUIRE(change.row.size() == 14);
  CHECK(change.row.name_at(0) == "u_extra");
  CHECK(change.row.value_at(0) == "more");
  CHECK(change.row.name_at(1) == "priority");
}

TEST_CASE("a header that does not fit lists what it lacks") {
  const auto lacks = read("number,incident_state\nINC1,New\n");
  REQUIRE_FALSE(lacks.ok());
  CHECK(lacks.error().code == ErrorCode::invalid);
  CHECK(lacks.error().message.find("reopen_count, made_sla") != std::string::npos);
  CHECK(lacks.error().message.find("number,") == std::string::npos);
  CHECK(read("").error().message.find("empty") != std::string::npos);
  CHECK(read("number,number\n").error().message.find("twice") != std::string::npos);
}

TEST_CASE("times are read in the zone that is asked for") {
  const auto zone = TimeZone::find("+02:00").value();
  const IncidentLog log = read(std::string(kColumnLine) + Row{}.csv(), {.zone = zone}).value();
  CHECK(to_rfc3339(log.at(0).occurred_at) == "2016-03-01T08:00:00.000000Z");
}

TEST_CASE("of a file that is cut the whole rows are there, and that it is cut") {
  std::string text(kColumnLine);
  for (int i = 0; i < 2000; ++i) text += Row{.number = "INC" + std::to_string(i * 7919)}.csv();
  const std::string packed = gzip(text);
  const IncidentLog log = read(packed.substr(0, packed.size() / 2)).value();
  REQUIRE(log.cut_short().has_value());
  CHECK(log.cut_short()->code == ErrorCode::invalid);
  CHECK(log.size() > 100);
  CHECK(log.size() < 2000);
  CHECK(log.unreadable().empty());
}

TEST_CASE("past the memory limit the file is refused rather than the machine") {
  std::string text(kColumnLine);
  for (int i = 0; i < 1000; ++i) text += Row{.number = "INC" + std::to_string(i)}.csv();
  const auto refused = read(text, {.memory_limit_bytes = 10'000});
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().code == ErrorCode::too_large);
}

TEST_CASE("progress reaches the end of the file") {
  std::uint64_t seen = 0;
  std::uint64_t all = 0;
  IncidentLogOptions options;
  options.progress = [&](std::uint64_t read_bytes, std::uint64_t total) {
    seen = read_bytes;
    all = total;
  };
  REQUIRE(read(std::string(kColumnLine) + Row{}.csv(), options).ok());
  CHECK(seen == all);
  CHECK(all > 0);
}

}  // namespace
}  // namespace recourse
