#include <benchmark/benchmark.h>
#include <stdlib.h>

#include <array>
#include <filesystem>

#include "engine/ledger/ledger.h"

namespace recourse {
namespace {

/// A ledger with one tenant in a directory that goes with it.
struct BenchLedger {
  std::string directory = std::filesystem::temp_directory_path() / "recourse-bench-XXXXXX";
  std::unique_ptr<Ledger> ledger;
  LedgerId id{1};
  SystemClock clock;
  std::uint64_t requests = 0;

  BenchLedger() {
    RECOURSE_ASSERT(::mkdtemp(directory.data()) != nullptr, "there is room for a benchmark");
    LedgerOptions options;
    options.data_dir = directory + "/data";
    ledger = Ledger::open(options).value();
    const auto staged = ledger->stage_ledger(TenantId("bench"), clock.now());
    RECOURSE_ASSERT(staged && ledger->commit(), "a tenant is made");
  }
  ~BenchLedger() {
    ledger.reset();
    std::filesystem::remove_all(directory);
  }

  static NewEvent about(EventData data) {
    NewEvent event;
    event.stream = "act_cmr3tq5kpfdyvkmfnyxw4s6z2a";
    event.subject = "tkt_01KE75T1V2D6X8Z9QF3M5R7WYB";
    event.actor = {ActorType::agent, PrincipalId("agt_01KE75T1V2D6X8Z9QF3M5R7WYB")};
    event.correlation = "run_01KE75T1V2D6X8Z9QF3M5R7WYB";
    event.data = std::move(data);
    return event;
  }

  /// What one proposal of an agent leads to: two leaves, two sealed values, a request.
  void propose() {
    ActionProposed proposed;
    proposed.action = ActionId("act_cmr3tq5kpfdyvkmfnyxw4s6z2a");
    proposed.ticket = TicketId("tkt_01KE75T1V2D6X8Z9QF3M5R7WYB");
    proposed.type = "process_refund";
    proposed.type_version = 1;
    const std::vector<std::string> customer{"sub_01KE75T1V2D6X8Z9QF3M5R7WYB"};
    proposed.args = seal_json(R"({"amount":"42.00","order":"4711","reason":"late"})", customer);
    proposed.reasoning = seal_text("The parcel was twelve days late; the customer asks.", customer);
    proposed.confidence_ppm = 930'000;
    PolicyDecided decided;
    decided.action = proposed.action;
    decided.ticket = proposed.ticket;
    decided.decision = "dec_01KE75T1V2D6X8Z9QF3M5R7WYB";
    decided.outcome = PolicyOutcome::allow;
    decided.policy = "pol_default@1";
    decided.at = "propose";
    for (const char* rule : {"kill_switch", "known_type", "refund_limit", "confidence"})
      decided.rules.push_back({rule, "require_approval", "not_matched", {{"amount_minor", "42"}}});
    std::vector<NewEvent> events;
    events.push_back(about(std::move(proposed)));
    events.push_back(about(std::move(decided)));
    static constexpr std::array<std::int64_t, 2> kVersions{0, 1};
    const auto recorded = ledger->stage(id, std::move(events), kVersions, clock.now());
    RECOURSE_ASSERT(recorded.ok(), "a proposal is staged");
    const Hash key = ledger->request_key(id, "agt_bench", std::to_string(requests++));
    ledger->stage_request(id, key, (*recorded)[0].position, 2, "POST /v1/actions {...}");
  }
};

void stage_proposal(benchmark::State& state) {
  BenchLedger bench;
  std::size_t staged = 0;
  for (auto _ : state) {
    bench.propose();
    if (++staged % 256 == 0) {
      state.PauseTiming();
      bench.ledger->discard();
      state.ResumeTiming();
    }
  }
}
BENCHMARK(stage_proposal);

/// Wall time of staging and committing groups of so many proposals.
void commit_proposals(benchmark::State& state) {
  BenchLedger bench;
  for (auto _ : state) {
    for (std::int64_t i = 0; i < state.range(0); ++i) bench.propose();
    RECOURSE_ASSERT(bench.ledger->commit().ok(), "a group is committed");
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(commit_proposals)->Arg(1)->Arg(16)->Arg(128)->UseRealTime();

struct FilledLedger : BenchLedger {
  explicit FilledLedger(std::size_t proposals) {
    for (std::size_t i = 0; i < proposals; ++i) {
      propose();
      if (i % 256 == 255) RECOURSE_ASSERT(ledger->commit().ok(), "a group is committed");
    }
    RECOURSE_ASSERT(ledger->commit().ok(), "a group is committed");
  }
};

void scan_leaves(benchmark::State& state) {
  const FilledLedger bench(50'000);
  std::size_t bytes = 0;
  for (auto _ : state) {
    const Status done = bench.ledger->scan(bench.id, Position(0), Position(100'000),
                                           [&](Position, std::string_view leaf) {
                                             bytes += leaf.size();
                                             return true;
                                           });
    RECOURSE_ASSERT(done.ok(), "an undamaged ledger is read");
  }
  state.SetItemsProcessed(state.iterations() * 100'000);
  state.SetBytesProcessed(static_cast<std::int64_t>(bytes));
}
BENCHMARK(scan_leaves)->Unit(benchmark::kMillisecond);

void prove_inclusion(benchmark::State& state) {
  const FilledLedger bench(20'000);
  const TreeHead head = bench.ledger->head(bench.id);
  std::uint64_t at = 0;
  for (auto _ : state) {
    at = (at + 7919) % head.size.value();
    const auto proof = bench.ledger->inclusion_proof(bench.id, Position(at), head.size);
    RECOURSE_ASSERT(proof.ok(), "each leaf has a proof");
  }
}
BENCHMARK(prove_inclusion);

void open_ticket_texts(benchmark::State& state) {
  BenchLedger bench;
  for (int i = 0; i < 10; ++i) bench.propose();
  RECOURSE_ASSERT(bench.ledger->commit().ok(), "a group is committed");
  for (auto _ : state) {
    const auto values = bench.ledger->open_subject(bench.id, "tkt_01KE75T1V2D6X8Z9QF3M5R7WYB");
    RECOURSE_ASSERT(values && values->size() == 20, "all texts open");
  }
}
BENCHMARK(open_ticket_texts);

}  // namespace
}  // namespace recourse
