// Verification against its floor: at least 0.6 of reading and hashing the same leaves on one
// thread. Leaves, tree and checkpoints only; sealed values and projections are reported by
// `recourse bench`.
#include <benchmark/benchmark.h>

#include <filesystem>
#include <string>

#include "engine/ledger/merkle_tree.h"
#include "engine/ledger/signer.h"
#include "tools/audit/verify.h"

namespace recourse {
namespace {

constexpr std::size_t kEvents = 200'000;
constexpr std::size_t kBatch = 100;

/// One deployment for all benchmarks, with a signed head every hundred commits.
struct Deployment {
  std::filesystem::path directory;
  std::unique_ptr<Ledger> ledger;
  std::unique_ptr<Signer> signer;
  LedgerId tenant;

  Deployment() {
    std::string name = (std::filesystem::temp_directory_path() / "verify-bench-XXXXXX").string();
    directory = mkdtemp(name.data());
    LedgerOptions options;
    options.data_dir = (directory / "data").string();
    ledger = Ledger::open(options).value();
    tenant = ledger->stage_ledger(TenantId("bench"), SystemClock().now()).value().ledger;
    if (!ledger->commit()) std::abort();
    signer = Signer::open(*ledger, options.data_dir).value();
    for (std::size_t done = 0; done < kEvents; done += kBatch) {
      const std::vector<std::int64_t> versions(kBatch, 0);
      if (!ledger->stage(tenant, std::vector<NewEvent>(kBatch, event()), versions,
                         SystemClock().now()) ||
          !ledger->commit())
        std::abort();
      if (done % (kBatch * 100) == 0 && !signer->sign_round()) std::abort();
    }
  }
  ~Deployment() {
    signer.reset();
    ledger.reset();
    std::filesystem::remove_all(directory);
  }

  /// About 600 bytes, as the recorded ones are.
  static NewEvent event() {
    PolicyDecided decided;
    decided.action = ActionId("act_01ARZ3NDEKTSV4RRFFQ69G5FAV");
    decided.ticket = TicketId("tkt_01ARZ3NDEKTSV4RRFFQ69G5FAV");
    decided.decision = "dec_01ARZ3NDEKTSV4RRFFQ69G5FAV";
    decided.outcome = PolicyOutcome::allow;
    decided.policy = "pol_default@1";
    decided.at = "propose";
    decided.rules = {{"confidence", "permit", "matched", {{"threshold_ppm", "900000"}}}};
    NewEvent event;
    event.stream = decided.action.value();
    event.subject = decided.ticket.value();
    event.actor = {ActorType::agent, PrincipalId("agt_01ARZ3NDEKTSV4RRFFQ69G5FAV")};
    event.data = decided;
    return event;
  }
};

Deployment& deployment() {
  static Deployment made;
  return made;
}

void read_and_hash(benchmark::State& state) {
  Deployment& made = deployment();
  const std::uint64_t size = made.ledger->head(made.tenant).size.value();
  for (auto _ : state) {
    const Status status = made.ledger->scan(made.tenant, Position(0), Position(size),
                                            [](Position, std::string_view leaf) {
                                              benchmark::DoNotOptimize(leaf_hash(leaf));
                                              return true;
                                            });
    if (!status) state.SkipWithError("the ledger cannot be read");
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(size));
}
BENCHMARK(read_and_hash)->Unit(benchmark::kMillisecond)->MeasureProcessCPUTime()->UseRealTime();

void verify_ledger(benchmark::State& state) {
  Deployment& made = deployment();
  VerifyOptions options;
  options.sealed = false;
  options.strict = state.range(0) != 0;
  for (auto _ : state)
    if (verify(*made.ledger, *made.signer, options).exit_code() != 0)
      state.SkipWithError("the ledger is not intact");
  state.SetItemsProcessed(state.iterations() *
                          static_cast<std::int64_t>(made.ledger->head(made.tenant).size.value()));
}
BENCHMARK(verify_ledger)
    ->ArgName("strict")
    ->Arg(0)
    ->Arg(1)
    ->Unit(benchmark::kMillisecond)
    ->MeasureProcessCPUTime()
    ->UseRealTime();

}  // namespace
}  // namespace recourse
