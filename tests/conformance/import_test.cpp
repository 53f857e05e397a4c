#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <map>
#include <set>
#include <string>

#include "tests/conformance/shared_data.h"
#include "tools/import/csv.h"
#include "tools/import/servicenow.h"
#include "tools/import/transcript.h"

// The figures are those that the recordings' own documentation gives.
namespace recourse {
namespace {

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

template <class Fact>
std::size_t count(const IncidentChange& change) {
  return static_cast<std::size_t>(
      std::count_if(change.facts.begin(), change.facts.end(),
                    [](const IncidentFact& fact) { return std::holds_alternative<Fact>(fact); }));
}

TEST_CASE("a year of a real service desk gives the documented number of each change") {
  const auto path = shared_data("incident-log-servicenow/incident_event_log.csv.gz");
  if (!path) return;
  const auto start = std::chrono::steady_clock::now();
  auto source = ByteSource::open(*path);
  REQUIRE(source.ok());
  const IncidentLog log = IncidentLog::read(*source).value();
  MESSAGE(log.size() << " rows read in " << seconds_since(start) << " s");
  CHECK(log.size() == 141'712);
  CHECK(log.unreadable().empty());
  CHECK_FALSE(log.cut_short());
  CHECK(log.nonexistent_times() == 0);

  std::map<std::string, std::size_t> counts;
  std::set<std::string_view> actors;
  std::map<std::string_view, std::string_view> last_state;
  std::map<std::string_view, Timestamp> last_time;
  Timestamp latest{};
  bool in_order = true;
  for (std::size_t place = 0; place < log.size(); ++place) {
    const IncidentChange change = log.at(place);
    actors.insert(change.actor);
    last_state[change.number] = change.row[IncidentColumn::incident_state];
    if (!change.runs_backwards) {
      in_order = in_order && change.occurred_at >= latest;
      latest = change.occurred_at;
    }
    counts["pairs running backwards"] += change.occurred_at < last_time[change.number];
    last_time[change.number] = change.occurred_at;
    counts["opened"] += change.first;
    counts[change.first ? "assigned at opening" : "assigned"] += count<incident::Assigned>(change);
    counts["state changed"] += count<incident::StateChanged>(change);
    for (const IncidentFact& fact : change.facts) {
      if (const auto* state = std::get_if<incident::StateChanged>(&fact)) {
        ++counts["to " + std::string(state->to)];
      }
    }
    counts["reopened"] += count<incident::Reopened>(change);
    counts["triaged"] += count<incident::Triaged>(change);
    counts["sla"] += count<incident::SlaBreached>(change);
    counts["updated"] += count<incident::Updated>(change);
  }
  MESSAGE("and replayed after " << seconds_since(start) << " s");
  CHECK(in_order);
  CHECK(counts["opened"] == 24'918);
  CHECK(counts["assigned at opening"] == 24'602);
  CHECK(counts["assigned"] == 33'521);
  CHECK(counts["state changed"] == 64'033);
  CHECK(counts["to Resolved"] == 23'417);
  CHECK(counts["to Closed"] == 24'930);
  CHECK(counts["reopened"] == 331);
  CHECK(counts["triaged"] == 443);
  CHECK(counts["sla"] == 9'114);
  CHECK(counts["updated"] == 29'355);
  CHECK(counts["pairs running backwards"] == 1);
  CHECK(actors.size() == 846);
  CHECK(std::all_of(last_state.begin(), last_state.end(),
                    [](const auto& incident) { return incident.second == "Closed"; }));
}

/// Effect of each tool: read, write, handoff or none.
std::map<std::string, std::string, std::less<>> tool_effects(const std::filesystem::path& path) {
  auto source = ByteSource::open(path);
  REQUIRE(source.ok());
  CsvReader reader(*source);
  CsvRecord record;
  std::map<std::string, std::string, std::less<>> effects;
  while (reader.next(record).value()) {
    REQUIRE(record.fields.size() == 5);
    effects[record.fields[1]] = record.fields[2];
  }
  return effects;
}

struct TranscriptFigures {
  std::size_t runs, messages, calls, call_ids, writes, failed_writes, handoffs, reward_1,
      wrong_runs;
  auto operator<=>(const TranscriptFigures&) const = default;
};

void check_parsed_transcript(const std::string& name, const TranscriptFigures& documented) {
  const auto path = shared_data("agent-traces-tau/" + name);
  const auto catalogue = shared_data("agent-traces-tau/action-catalogue.csv");
  if (!path || !catalogue) return;
  const auto effects = tool_effects(*catalogue);
  const auto effect = [&](std::string_view tool) -> std::string_view {
    const auto found = effects.find(tool);
    return found == effects.end() ? "write" : std::string_view(found->second);
  };
  const auto is_write = [&](std::string_view tool) { return effect(tool) == "write"; };

  const auto start = std::chrono::steady_clock::now();
  auto source = ByteSource::open(*path);
  REQUIRE(source.ok());
  TranscriptReader reader(*source);
  TranscriptFigures found{};
  std::set<std::string> ids;
  std::size_t not_json = 0;
  std::size_t wrong = 0;
  while (auto line = reader.next().value()) {
    REQUIRE(std::holds_alternative<Run>(*line));
    const Run& run = std::get<Run>(*line);
    ++found.runs;
    found.messages += run.messages;
    found.reward_1 += run.reward == 1.0;
    bool committed_write = false;
    for (const Step& step : run.steps) {
      const auto* call = std::get_if<ToolCall>(&step);
      if (!call) {
        CHECK(std::get<RunMessage>(step).role != "tool");
        continue;
      }
      ++found.calls;
      ids.insert(call->call_id);
      not_json += !call->arguments_are_json();
      found.handoffs += effect(call->name) == "handoff";
      if (!is_write(call->name)) continue;
      ++found.writes;
      found.failed_writes += !call->committed();
      committed_write = committed_write || call->committed();
    }
    found.wrong_runs += run.reward == 0.0 && committed_write;
    wrong += wrong_writes(run, is_write).size();
  }
  found.call_ids = ids.size();
  MESSAGE(name << ": read in " << seconds_since(start) << " s; " << not_json
               << " calls without JSON, " << wrong << " wrong writes");
  CHECK(found.runs == documented.runs);
  CHECK(found.messages == documented.messages);
  CHECK(found.calls == documented.calls);
  CHECK(found.call_ids == documented.call_ids);
  CHECK(found.writes == documented.writes);
  CHECK(found.failed_writes == documented.failed_writes);
  CHECK(found.handoffs == documented.handoffs);
  CHECK(found.reward_1 == documented.reward_1);
  CHECK(found.wrong_runs == documented.wrong_runs);
}

TEST_CASE("recorded agent runs give the documented number of calls, writes and failures") {
  check_parsed_transcript("airline-gpt4o-trials-0-1.ndjson.gz",
                          {100, 2'658, 572, 119, 121, 33, 22, 43, 42});
  check_parsed_transcript("retail-tool-calling.ndjson.gz",
                          {100, 3'036, 793, 793, 148, 20, 7, 73, 21});
  check_parsed_transcript("retail-tool-calling-preconditions.ndjson.gz",
                          {100, 3'258, 876, 876, 138, 10, 8, 70, 26});
}

}  // namespace
}  // namespace recourse
