#include <doctest/doctest.h>

#include <algorithm>

#include "tests/unit/tools/import/import_desk.h"
#include "tests/unit/tools/import/scratch_file.h"

namespace recourse {
namespace {

constexpr std::string_view kHeader =
    "number,incident_state,reopen_count,made_sla,caller_id,opened_by,opened_at,sys_updated_by,"
    "sys_updated_at,contact_type,category,impact,urgency,priority,assignment_group,assigned_to\n";

/// Two incidents whose rows are mixed in time: one is assigned, missed, resolved, closed and comes
/// back; the other waits.
constexpr std::string_view kRows =
    "INC1,New,0,true,Caller 1,Ann,29/2/2016 01:00,Ann,29/2/2016 01:05,Phone,Category 5,2,2,3,"
    "Group 1,?\n"
    "INC1,Active,0,false,Caller 1,Ann,29/2/2016 01:00,Ben,29/2/2016 02:00,Phone,Category 5,2,1,2,"
    "Group 2,Cyd\n"
    "INC1,Resolved,0,false,Caller 1,Ann,29/2/2016 01:00,Ben,1/3/2016 02:00,Phone,Category 5,2,1,2,"
    "Group 2,Cyd\n"
    "INC1,Active,1,false,Caller 1,Ann,29/2/2016 01:00,Ann,2/3/2016 02:00,Phone,Category 5,2,1,2,"
    "Group 2,Cyd\n"
    "INC2,-100,0,true,?,?,?,?,29/2/2016 01:30,?,?,?,?,?,?,?\n"
    "INC2,-100,0,true,?,?,?,Ben,29/2/2016 01:45,Mail,?,?,?,?,?,?\n";

std::string both(std::string_view rows) { return std::string(kHeader) + std::string(rows); }

ImportOptions log_file(const ScratchFile& file) {
  ImportOptions options;
  options.file = file.path();
  options.source = "desk-log";
  return options;
}

std::uint64_t figure(const ImportSummary& summary, std::string_view name) {
  for (const CheckFigure& one : summary.figures)
    if (one.name == name) return one.value;
  FAIL("no figure ", std::string(name));
  return 0;
}

TEST_CASE("an incident log becomes tickets with their history in the order of its times") {
  const ScratchFile file(both(kRows));
  ImportDesk desk;
  const ImportSummary summary = desk.import(log_file(file));
  CHECK(summary.records == 6);
  CHECK(summary.added == 6);
  CHECK(summary.complete());

  std::vector<std::string> types;
  for (const RecordedEvent& event : desk.events())
    if (event.subject == desk.all<TicketOpened>()[0].ticket.value())
      types.emplace_back(type_of(event.data));
  CHECK(types == std::vector<std::string>{
                     "recourse.ticket.opened.v1", "recourse.ticket.assigned.v1",
                     "recourse.ticket.assigned.v1", "recourse.ticket.status_changed.v1",
                     "recourse.ticket.triaged.v1", "recourse.sla.breached.v1",
                     "recourse.ticket.status_changed.v1", "recourse.ticket.status_changed.v1",
                     "recourse.ticket.reopened.v1"});
  CHECK(figure(summary, "tickets_opened") == 2);
  CHECK(figure(summary, "assigned_at_opening") == 1);
  CHECK(figure(summary, "assigned") == 1);
  CHECK(figure(summary, "state_changed") == 3);
  CHECK(figure(summary, "resolved") == 1);
  CHECK(figure(summary, "closed") == 0);
  CHECK(figure(summary, "reopened") == 1);
  CHECK(figure(summary, "priority_changed") == 1);
  CHECK(figure(summary, "sla_missed") == 1);
  CHECK(figure(summary, "updated") == 1);
}

TEST_CASE("an opening says what the source said and hides who is who") {
  const ScratchFile file(both(kRows));
  ImportDesk desk;
  desk.import(log_file(file));
  const auto opened = desk.all<TicketOpened>();
  REQUIRE(opened.size() == 2);
  CHECK(opened[0].number == 1);
  CHECK(opened[1].number == 2);
  CHECK(opened[0].status == TicketStatus::new_);
  CHECK(opened[0].source_status->text == "New");
  CHECK(opened[0].channel.text == "Phone");
  CHECK(opened[0].external_ref->text == "INC1");
  CHECK(opened[0].provenance.imported);
  CHECK(opened[0].provenance.source.text == "desk-log");
  CHECK(to_rfc3339(*opened[0].provenance.occurred_at) == "2016-02-29T01:00:00.000000Z");
  CHECK(opened[1].status == TicketStatus::open);
  CHECK(opened[1].source_status->text == "-100");
  CHECK(opened[1].channel.text == "unknown");
  CHECK(to_rfc3339(*opened[1].provenance.occurred_at) == "2016-02-29T01:30:00.000000Z");
  CHECK(opened[0].requester != opened[1].requester);

  for (const RecordedEvent& event : desk.events())
    for (const std::string_view name : {"Ann", "Ben", "Cyd", "Caller 1"})
      CHECK(write_leaf(event).find(name) == std::string::npos);
  const auto values = desk.opened(opened[0].ticket);
  CHECK(values.at("/data/record").find("\"caller_id\":\"Caller 1\"") != std::string::npos);
}

TEST_CASE("each person is introduced once, under an id that says nothing") {
  const ScratchFile file(both(kRows));
  ImportDesk desk;
  desk.import(log_file(file));
  const auto people = desk.all<PrincipalCreated>();
  CHECK(people.size() == 3);
  for (const PrincipalCreated& person : people) {
    CHECK(person.kind == ActorType::human);
    CHECK(person.principal.value().starts_with("usr_"));
    CHECK(person.display_name.has_value());
  }
  const auto assigned = desk.all<TicketAssigned>();
  REQUIRE(assigned.size() == 2);
  CHECK(assigned[0].at_opening);
  CHECK(assigned[0].team->text == "Group 1");
  CHECK_FALSE(assigned[0].assignee.has_value());
  CHECK(assigned[1].prev_team->text == "Group 1");
  CHECK(std::any_of(people.begin(), people.end(), [&](const PrincipalCreated& person) {
    return person.principal == *assigned[1].assignee;
  }));
}

TEST_CASE("an update names the changed fields in clear and seals what they became") {
  const ScratchFile file(both(kRows));
  ImportDesk desk;
  desk.import(log_file(file));
  const auto updated = desk.all<TicketUpdated>();
  REQUIRE(updated.size() == 1);
  std::vector<std::string> fields;
  for (const Clear& field : updated[0].fields) fields.push_back(field.text);
  CHECK(fields == std::vector<std::string>{"contact_type", "sys_updated_at", "sys_updated_by"});
  CHECK(desk.opened(updated[0].ticket).at("/data/record").find("\"contact_type\":\"Mail\"") !=
        std::string::npos);
}

TEST_CASE("importing again adds nothing and tells the same") {
  const ScratchFile file(both(kRows));
  ImportDesk desk;
  const ImportSummary first = desk.import(log_file(file));
  const auto size = first.ledger_size;
  for (const bool reopened : {false, true}) {
    if (reopened) desk.close();
    if (reopened) desk.open();
    const ImportSummary again = desk.import(log_file(file));
    CHECK(again.added == 0);
    CHECK(again.known == 6);
    CHECK(again.events_added == 0);
    CHECK(again.ledger_size == size);
    CHECK(again.events == first.events);
  }
  CHECK(desk.all<ImportFinished>().size() == 1);
}

TEST_CASE("the same identity with other content is a conflict and writes nothing") {
  const ScratchFile file(both(kRows));
  std::string edited = both(kRows);
  edited.replace(edited.find("Mail,?"), 4, "Fax ");
  const ScratchFile other(edited);
  ImportDesk desk;
  const LogSize size = desk.import(log_file(file)).ledger_size;
  const ImportSummary summary = desk.import(log_file(other));
  CHECK(summary.conflicts == 1);
  CHECK(summary.known == 5);
  CHECK(summary.added == 0);
  CHECK_FALSE(summary.complete());
  REQUIRE(summary.conflict_list.size() == 1);
  CHECK(summary.conflict_list[0].record == "import/desk-log/INC2/1");
  CHECK(summary.conflict_list[0].line == 7);
  CHECK(summary.ledger_size == size);
  CHECK(summary_text(summary).find("line 7") != std::string::npos);
}

TEST_CASE("another source name makes other records of the same rows") {
  const ScratchFile file(both(kRows));
  ImportDesk desk;
  desk.import(log_file(file));
  ImportOptions other = log_file(file);
  other.source = "";
  CHECK(desk.import(other).added == 6);
  const auto opened = desk.all<TicketOpened>();
  REQUIRE(opened.size() == 4);
  CHECK(opened[3].number == 4);
  CHECK(opened[0].ticket != opened[2].ticket);
  CHECK(opened[0].requester != opened[2].requester);
}

TEST_CASE("an import that was broken off goes on and ends like one that was not") {
  const ScratchFile file(both(kRows));
  ImportDesk whole;
  const ImportSummary undisturbed = whole.import(log_file(file));

  for (const std::size_t rows : {2U, 5U}) {
    // The rows in the order of their times, as far as the broken import came.
    const std::vector<std::size_t> in_order{0, 4, 5, 1, 2, 3};
    std::vector<std::string> lines;
    for (std::size_t at = 0; at < kRows.size();) {
      const std::size_t end = kRows.find('\n', at) + 1;
      lines.emplace_back(kRows.substr(at, end - at));
      at = end;
    }
    std::vector<std::size_t> taken(in_order.begin(),
                                   in_order.begin() + static_cast<std::ptrdiff_t>(rows));
    std::sort(taken.begin(), taken.end());
    std::string part(kHeader);
    for (const std::size_t line : taken) part += lines[line];
    const ScratchFile beginning(part);
    ImportDesk desk;
    CHECK(desk.import(log_file(beginning)).added == rows);
    desk.close();
    desk.open();
    const ImportSummary rest = desk.import(log_file(file));
    CHECK(rest.known == rows);
    CHECK(rest.added == 6 - rows);
    auto events = rest.events;
    auto expected = undisturbed.events;
    events.erase("import.finished");
    expected.erase("import.finished");
    CHECK(events == expected);
    CHECK(desk.all<TicketOpened>().size() == 2);
  }
}

TEST_CASE("rows that cannot be understood are kept, counted and marked") {
  std::string text = both(kRows);
  text += "INC3,New\n";
  text += "INC4,New,0,true,?,?,?,?,yesterday,?,?,?,?,?,?,Bearer abcdef0123456789\n";
  const ScratchFile file(text);
  ImportDesk desk;
  const ImportSummary summary = desk.import(log_file(file));
  CHECK(summary.records == 8);
  CHECK(summary.added == 8);
  CHECK(summary.unreadable == 2);
  REQUIRE(summary.unreadable_list.size() == 2);
  CHECK(summary.unreadable_list[0].line == 8);
  const auto kept = desk.all<RecordUnreadable>();
  REQUIRE(kept.size() == 2);
  CHECK(kept[0].record.text == "desk-log/8");
  for (const OpenedValue& value : desk.ledger().open_subject(desk.ledger_id(), "").value())
    CHECK(value.json.find("abcdef0123456789") == std::string::npos);
  CHECK(desk.import(log_file(file)).known == 8);
}

TEST_CASE("a first row that is mended later does not open the incident twice") {
  std::string broken = both(kRows);
  broken.replace(broken.find("29/2/2016 01:05"), 15, "29/2/2016 91:05");
  const ScratchFile before(broken), after(both(kRows));
  ImportDesk desk;
  CHECK(desk.import(log_file(before)).unreadable == 1);
  CHECK(desk.all<TicketOpened>().size() == 2);
  const ImportSummary mended = desk.import(log_file(after));
  CHECK(mended.added == 1);
  CHECK(desk.all<TicketOpened>().size() == 2);
  CHECK(desk.all<TicketUpdated>().size() == 2);
}

TEST_CASE("what can be read of a file that was cut is imported, and the rest when it is there") {
  std::string many = both(kRows);
  for (int i = 0; i < 5000; ++i)
    many += "INC" + std::to_string(100 + i) + ",New,0,true,Caller " + std::to_string(i * 7919) +
            ",?,?,?,3/3/2016 10:00,Phone,?,?,?,?,?,?\n";
  const std::string packed = gzip(many);
  const ScratchFile cut(std::string_view(packed).substr(0, packed.size() / 2), ".csv.gz");
  const ScratchFile whole(packed, ".csv.gz");
  ImportDesk desk;
  const ImportSummary first = desk.import(log_file(cut));
  REQUIRE(first.cut_short.has_value());
  CHECK_FALSE(first.complete());
  CHECK(first.added > 6);
  CHECK(summary_text(first).find("could not be read to its end") != std::string::npos);
  const ImportSummary second = desk.import(log_file(whole));
  CHECK(second.complete());
  CHECK(second.known == first.added);
  CHECK(second.added == 5006 - first.added);
}

TEST_CASE("the figures of the summary are those of the audit index") {
  const ScratchFile file(both(kRows));
  ImportDesk desk;
  const ImportSummary summary = desk.import(log_file(file));
  const auto indexed = desk.indexed();
  for (const auto& [type, number] : summary.events)
    CHECK(indexed.at("recourse." + type + ".v1") == static_cast<std::int64_t>(number));
  CHECK(summary.events.at("import.finished") == 1);
}

TEST_CASE("a time zone moves the source's times and nothing else") {
  const ScratchFile file(both(kRows));
  ImportDesk desk;
  ImportOptions options = log_file(file);
  options.timezone = "+01:00";
  desk.import(options);
  CHECK(to_rfc3339(*desk.all<TicketOpened>()[0].provenance.occurred_at) ==
        "2016-02-29T00:00:00.000000Z");
  CHECK(desk.import(log_file(file)).added == 0);
}

TEST_CASE("a time that a zone would move out of four-digit years makes its row unreadable") {
  std::string text = both(kRows);
  text += "INC3,New,0,true,?,?,?,?,31/12/9999 23:30,?,?,?,?,?,?,?\n";
  const ScratchFile file(text);
  ImportDesk desk;
  ImportOptions options = log_file(file);
  options.timezone = "-01:00";
  const ImportSummary summary = desk.import(options);
  CHECK(summary.unreadable == 1);
  CHECK(summary.complete());
}

TEST_CASE("what cannot be imported at all is refused with a reason and makes no tenant") {
  ImportDesk desk;
  const ScratchFile wrong("a,b,c\n1,2,3\n");
  CHECK(import_file(desk.writer(), TenantId("x"), log_file(wrong)).error().code ==
        ErrorCode::invalid);
  ImportOptions absent = log_file(wrong);
  absent.file = "/nowhere/log.csv";
  CHECK(import_file(desk.writer(), TenantId("x"), absent).error().code == ErrorCode::not_found);
  ImportOptions named = log_file(wrong);
  named.source = "who@example.com";
  CHECK(import_file(desk.writer(), TenantId("x"), named).error().code == ErrorCode::invalid);
  CHECK_FALSE(desk.writer().directory().has_tenant(TenantId("x")));
}

}  // namespace
}  // namespace recourse
