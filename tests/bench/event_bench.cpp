#include <benchmark/benchmark.h>

#include "engine/base/sha256.h"
#include "engine/event/leaf.h"
#include "engine/event/validate.h"

namespace recourse {
namespace {

RecordedEvent recorded(EventData data) {
  RecordedEvent event;
  event.id = EventId("evt_01KE75T1V2D6X8Z9QF3M5R7WYB");
  event.source = "audit.example.com/t/7f3a9c0b1d2e4f56";
  event.position = Position(1234567);
  event.time = *from_rfc3339("2026-01-05T09:30:01.25Z");
  event.actor = {ActorType::agent, PrincipalId("agt_01KE75T1V2D6X8Z9QF3M5R7WYB")};
  event.stream = "act_cmr3tq5kpfdyvkmfnyxw4s6z2a";
  event.stream_version = 1;
  event.subject = "tkt_01KE75T1V2D6X8Z9QF3M5R7WYB";
  event.correlation = "run_01KE75T1V2D6X8Z9QF3M5R7WYB";
  event.data = std::move(data);
  return event;
}

/// As the default policy decides: seven rules with what they looked at.
RecordedEvent decided() {
  PolicyDecided data;
  data.action = ActionId("act_cmr3tq5kpfdyvkmfnyxw4s6z2a");
  data.ticket = TicketId("tkt_01KE75T1V2D6X8Z9QF3M5R7WYB");
  data.decision = "dec_01KE75T1V2D6X8Z9QF3M5R7WYB";
  data.outcome = PolicyOutcome::require_approval;
  data.policy = "pol_default@1";
  data.at = "propose";
  for (const char* rule : {"kill_switch", "known_type", "refund_limit", "confidence"})
    data.rules.push_back({rule, "require_approval", "not_matched", {{"amount_minor", "4200"}}});
  for (const char* rule : {"rollout", "daily_budget", "breaker"})
    data.rules.push_back({rule, "forbid", "not_matched", {}});
  data.required_approvals = 1;
  data.approver_roles = {"manager"};
  return recorded(data);
}

RecordedEvent proposed() {
  ActionProposed data;
  data.action = ActionId("act_cmr3tq5kpfdyvkmfnyxw4s6z2a");
  data.ticket = TicketId("tkt_01KE75T1V2D6X8Z9QF3M5R7WYB");
  data.type = "process_refund";
  data.type_version = 1;
  data.args = seal_json(R"({"amount":42})", {"sub_01KE75T1V2D6X8Z9QF3M5R7WYB"});
  data.args.commitment = sha256({"args"});
  data.confidence_ppm = 910'000;
  data.reasoning = seal_text("late parcel", {"sub_01KE75T1V2D6X8Z9QF3M5R7WYB"});
  data.reasoning->commitment = sha256({"reasoning"});
  data.amount_minor = 4200;
  data.currency = "EUR";
  data.run = RunId("run_01KE75T1V2D6X8Z9QF3M5R7WYB");
  data.step = 3;
  return recorded(data);
}

void write(benchmark::State& state, const RecordedEvent& event) {
  for ([[maybe_unused]] const auto _ : state) benchmark::DoNotOptimize(write_leaf(event));
  state.counters["bytes"] = static_cast<double>(write_leaf(event).size());
}

void read(benchmark::State& state, const RecordedEvent& event) {
  const std::string line = write_leaf(event);
  for ([[maybe_unused]] const auto _ : state) benchmark::DoNotOptimize(read_leaf(line));
}

void read_head(benchmark::State& state, const RecordedEvent& event) {
  const std::string line = write_leaf(event);
  for ([[maybe_unused]] const auto _ : state) benchmark::DoNotOptimize(read_leaf_head(line));
}

void visit_sealed(benchmark::State& state, const RecordedEvent& event) {
  for ([[maybe_unused]] const auto _ : state) {
    int count = 0;
    for_each_sealed(event.data, [&](const Sealed&) { ++count; });
    benchmark::DoNotOptimize(count);
  }
}

void check(benchmark::State& state, const RecordedEvent& event) {
  const NewEvent fresh{event.stream,    event.subject,     event.actor,
                       event.causation, event.correlation, event.data};
  for ([[maybe_unused]] const auto _ : state) benchmark::DoNotOptimize(validate(fresh));
}

BENCHMARK_CAPTURE(write, policy_decided, decided());
BENCHMARK_CAPTURE(write, action_proposed, proposed());
BENCHMARK_CAPTURE(read, policy_decided, decided());
BENCHMARK_CAPTURE(read, action_proposed, proposed());
BENCHMARK_CAPTURE(read_head, policy_decided, decided());
BENCHMARK_CAPTURE(check, policy_decided, decided());
BENCHMARK_CAPTURE(check, action_proposed, proposed());
BENCHMARK_CAPTURE(visit_sealed, action_proposed, proposed());

}  // namespace
}  // namespace recourse
