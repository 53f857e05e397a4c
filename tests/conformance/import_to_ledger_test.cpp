#include <doctest/doctest.h>

#include <chrono>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "tests/conformance/dying_import.h"
#include "tests/conformance/shared_data.h"
#include "tests/unit/tools/import/import_desk.h"
#include "tests/unit/tools/import/scratch_file.h"

// Recorded desks and agent runs go through the writer into a ledger, and what stands there gives
// the figures that the recordings' own documentation gives.
namespace recourse {
namespace {

using Figures = std::map<std::string, std::uint64_t>;

Figures figures_of(const ImportSummary& summary) {
  Figures figures;
  for (const CheckFigure& figure : summary.figures) figures.emplace(figure.name, figure.value);
  return figures;
}

/// Says what differs from the documented figures; others may stand beside them.
void check_figures(const ImportSummary& summary, const Figures& documented) {
  const Figures found = figures_of(summary);
  for (const auto& [name, value] : documented) {
    CAPTURE(name);
    REQUIRE(found.contains(name));
    CHECK(found.at(name) == value);
  }
}

void check_index(ImportDesk& desk, const ImportSummary& summary) {
  const auto indexed = desk.indexed();
  for (const auto& [type, number] : summary.events) {
    CAPTURE(type);
    CHECK(indexed.at("recourse." + type + ".v1") == static_cast<std::int64_t>(number));
  }
}

ImportOptions options_for(ImportFormat format, const std::filesystem::path& file) {
  ImportOptions options;
  options.format = format;
  options.file = file;
  return options;
}

/// Imports and says how long it took.
ImportSummary timed_import(ImportDesk& desk, const ImportOptions& options) {
  const auto start = std::chrono::steady_clock::now();
  ImportSummary summary = desk.import(options);
  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  MESSAGE(summary.source << ": " << summary.records << " records, " << summary.events_added
                         << " events added in " << seconds << " s");
  return summary;
}

/// All that a ticket's row says but for ids, positions and recorded times.
std::vector<std::string> tickets_of(ImportDesk& desk) {
  std::vector<std::string> rows;
  for (const TicketRow& row : desk.tickets()) {
    std::string text;
    const auto add = [&](std::string_view name, std::string_view value) {
      text.append(name).append("=").append(value).append(" ");
    };
    const auto number = [&](std::string_view name, std::int64_t value) {
      add(name, std::to_string(value));
    };
    const auto word_of = [&](std::string_view name, const std::optional<Clear>& value) {
      if (value) add(name, value->text);
    };
    const auto time = [&](std::string_view name, const std::optional<Timestamp>& value) {
      if (value) add(name, to_rfc3339(*value));
    };
    number("number", row.number);
    add("status", word(row.status));
    add("handler", word(row.handler));
    add("channel", row.channel.text);
    word_of("category", row.category);
    word_of("priority", row.priority);
    word_of("impact", row.impact);
    word_of("urgency", row.urgency);
    word_of("ref", row.external_ref);
    word_of("source_status", row.source_status);
    word_of("team", row.team);
    number("assigned", row.assignee.has_value());
    time("occurred", row.occurred_at);
    time("last_occurred", row.last_occurred_at);
    number("messages", row.messages);
    number("actions", row.actions);
    number("reopenings", row.reopenings);
    number("sla", row.sla_breaches);
    number("version", row.version);
    rows.push_back(std::move(text));
  }
  return rows;
}

const Figures kAirline{{"runs", 100},
                       {"messages", 2'658},
                       {"tool_calls", 572},
                       {"distinct_call_ids", 119},
                       {"write_calls", 121},
                       {"failed_writes", 33},
                       {"handoffs", 22},
                       {"reward_1", 43},
                       {"reward_0_with_committed_write", 42}};
const Figures kRetail{{"runs", 100},
                      {"messages", 3'036},
                      {"tool_calls", 793},
                      {"distinct_call_ids", 793},
                      {"write_calls", 148},
                      {"failed_writes", 20},
                      {"handoffs", 7},
                      {"reward_1", 73},
                      {"reward_0_with_committed_write", 21}};
const Figures kPreconditions{{"runs", 100},
                             {"messages", 3'258},
                             {"tool_calls", 876},
                             {"distinct_call_ids", 876},
                             {"write_calls", 138},
                             {"failed_writes", 10},
                             {"handoffs", 8},
                             {"reward_1", 70},
                             {"reward_0_with_committed_write", 26},
                             {"arguments_not_json", 99}};

TEST_CASE("recorded agent runs stand in the ledger with their documented figures") {
  ImportDesk desk;
  std::uint64_t wrong = 0;
  std::size_t calls = 0;
  for (const auto& [name, documented] :
       {std::pair("airline-gpt4o-trials-0-1.ndjson.gz", kAirline),
        std::pair("retail-tool-calling.ndjson.gz", kRetail),
        std::pair("retail-tool-calling-preconditions.ndjson.gz", kPreconditions)}) {
    const auto path = shared_data(std::string("agent-traces-tau/") + name);
    if (!path) return;
    ImportOptions options = options_for(ImportFormat::transcript, *path);
    options.undo_wrong_writes = true;
    const ImportSummary summary = timed_import(desk, options);
    CHECK(summary.complete());
    CHECK(summary.added == 100);
    check_figures(summary, documented);
    wrong += figures_of(summary).at("wrong_writes");
    calls += figures_of(summary).at("tool_calls");

    std::uint64_t refused = 0;
    for (const auto& [code, number] : summary.refused) {
      MESSAGE("rollbacks refused, " << code << ": " << number);
      refused += number;
    }
    CHECK(summary.rolled_back + refused == summary.rollbacks_requested);
    CHECK(summary.rollbacks_requested == figures_of(summary).at("wrong_writes"));

    const ImportSummary again = timed_import(desk, options);
    CHECK(again.added == 0);
    CHECK(again.events_added == 0);
    CHECK(again.events == summary.events);
    CHECK(figures_of(again) == figures_of(summary));
    CHECK(again.refused == summary.refused);
  }
  const auto indexed = desk.indexed();
  CHECK(indexed.at("recourse.action.proposed.v1") == static_cast<std::int64_t>(calls));
  CHECK(indexed.at("recourse.policy.decided.v1") == static_cast<std::int64_t>(calls));
  CHECK(indexed.at("recourse.rollback.requested.v1") == static_cast<std::int64_t>(wrong));
  CHECK(indexed.at("recourse.rollback.refused.v1") == static_cast<std::int64_t>(wrong));
  CHECK(indexed.at("recourse.ticket.opened.v1") == 300);
}

TEST_CASE("an import of agent runs that is killed and repeated ends like an undisturbed one") {
  const auto path = shared_data("agent-traces-tau/airline-gpt4o-trials-0-1.ndjson.gz");
  if (!path) return;
  ImportOptions options = options_for(ImportFormat::transcript, *path);
  options.batch = 4;  // So that there are commits to be killed between.
  ImportDesk undisturbed, killed;
  const ImportSummary expected = undisturbed.import(options);
  for (int line = 20; line < 100; line += 35)
    import_and_die(killed, options, {.reading = true, .report = line});
  killed.open();
  const ImportSummary found = killed.import(options);
  MESSAGE(found.known << " runs were known after the last kill");
  CHECK(found.known > 20);
  CHECK(found.known + found.added == 100);
  CHECK(found.events == expected.events);
  CHECK(figures_of(found) == figures_of(expected));
  CHECK(tickets_of(killed) == tickets_of(undisturbed));
  check_index(killed, found);
}

TEST_CASE("a year of a real service desk stands in the ledger with its documented figures") {
  const auto path = shared_data("incident-log-servicenow/incident_event_log.csv.gz");
  if (!path) return;
  ImportDesk desk;
  const ImportOptions options = options_for(ImportFormat::servicenow, *path);
  const ImportSummary summary = timed_import(desk, options);
  CHECK(summary.complete());
  CHECK(summary.added == 141'712);
  CHECK(summary.backward_times == 2);  // One pair of neighbours runs backwards, and its next row.
  check_figures(summary, {{"tickets_opened", 24'918},
                          {"assigned_at_opening", 24'602},
                          {"assigned", 33'521},
                          {"state_changed", 64'033},
                          {"resolved", 23'417},
                          {"closed", 24'930},
                          {"reopened", 331},
                          {"priority_changed", 443},
                          {"sla_missed", 9'114},
                          {"updated", 29'355}});
  check_index(desk, summary);
  std::map<std::string_view, std::size_t> statuses;
  for (const TicketRow& row : desk.tickets()) ++statuses[word(row.status)];
  CHECK(statuses == std::map<std::string_view, std::size_t>{{"closed", 24'918}});
}

TEST_CASE("an import of a service desk that is killed and repeated ends like an undisturbed one") {
  const auto path = shared_data("incident-log-servicenow/incident_event_log.csv.gz");
  if (!path) return;
  constexpr std::size_t kRows = 10'000;
  const std::string all = contents(*path);
  std::size_t end = 0;
  for (std::size_t line = 0; line <= kRows; ++line) end = all.find('\n', end) + 1;
  const ScratchFile file(std::string_view(all).substr(0, end), ".csv");
  ImportOptions options = options_for(ImportFormat::servicenow, file.path());
  options.source = "desk";
  ImportDesk undisturbed, killed;
  const ImportSummary expected = timed_import(undisturbed, options);
  // A report comes before the first row and after each 1,024.
  for (const int report : {3, 6}) import_and_die(killed, options, {.report = report});
  killed.open();
  const ImportSummary found = timed_import(killed, options);
  CHECK(found.known > 0);
  CHECK(found.known + found.added == kRows);
  CHECK(found.events == expected.events);
  CHECK(figures_of(found) == figures_of(expected));
  CHECK(tickets_of(killed) == tickets_of(undisturbed));
  check_index(killed, found);
  const ImportSummary again = timed_import(killed, options);
  CHECK(again.added == 0);
  CHECK(again.ledger_size == found.ledger_size);
}

}  // namespace
}  // namespace recourse
