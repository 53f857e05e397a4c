#include <chrono>
#include <filesystem>

#include "tools/bench/bench_desk.h"
#include "tools/bench/measure.h"
#include "tools/bench/raw_store.h"
#include "tools/bench/stopwatch.h"

namespace recourse::bench {
namespace {

constexpr std::size_t kBatch = 100;
constexpr std::size_t kBatches = 1'000;

/// Half proposals with two sealed values, half verdicts, as a busy agent makes them.
std::vector<NewEvent> batch_of(const TicketId& ticket, std::size_t first) {
  std::vector<NewEvent> events;
  for (std::size_t i = 0; i < kBatch / 2; ++i) {
    const std::string number = std::to_string(first + i);
    const ActionId action("act_bench" + number);
    ActionProposed proposed;
    proposed.action = action;
    proposed.ticket = ticket;
    proposed.type = "check_order_status";
    proposed.type_version = 1;
    proposed.args = seal_json(R"({"order_id":"W)" + number + "\"}", {});
    proposed.reasoning = seal_text("The order has to be looked up before anything else.", {});
    proposed.confidence_ppm = 930'000;
    PolicyDecided decided;
    decided.action = action;
    decided.ticket = ticket;
    decided.decision = "dec_" + number;
    decided.outcome = PolicyOutcome::allow;
    decided.policy = "pol_default@1";
    decided.at = "propose";
    decided.rules = {{"kill_switch", "forbid", "not_matched", {{"scopes", "none"}}},
                     {"reads_run", "permit", "matched", {{"reversibility", "R0"}}}};
    const Actor agent{ActorType::agent, PrincipalId("agt_bench")};
    events.push_back({action.value(), ticket.value(), agent, "", "", std::move(proposed)});
    events.push_back({action.value(), ticket.value(), {}, "", "", std::move(decided)});
  }
  return events;
}

}  // namespace

Status measure_append(const BenchOptions& options, std::vector<Figure>& figures) {
  const std::string dir = options.scratch_dir + "/append";
  RECOURSE_LET(const auto desk, BenchDesk::open(dir));
  const TicketId ticket("tkt_bench");
  std::vector<std::int64_t> versions(kBatch);
  for (std::size_t i = 0; i < kBatch; ++i) versions[i] = static_cast<std::int64_t>(i % 2);
  double commit_seconds = 0;
  const auto start = SteadyClock::now();
  for (std::size_t i = 0; i < kBatches; ++i) {
    RECOURSE_TRY(desk->ledger().stage(desk->ledger_id, batch_of(ticket, i * kBatch), versions,
                                      desk->writer().clock().now()));
    const auto staged = SteadyClock::now();
    RECOURSE_TRY(desk->ledger().commit());
    commit_seconds += seconds_since(staged);
  }
  const double took = seconds_since(start);
  desk->close();
  RECOURSE_LET(const RawRecords records, read_raw(dir + "/data/ledger"));
  RECOURSE_LET(const auto raw, RawStore::open(options.scratch_dir + "/raw-append"));
  RECOURSE_LET(const double ceiling, raw->append(records, kBatch));
  constexpr double kEvents = kBatch * kBatches;
  figures.push_back({"append, batches of 100: commit",
                     kEvents / commit_seconds,
                     "events/s",
                     "raw RocksDB, same bytes and syncs",
                     ceiling,
                     0.5,
                     {},
                     {}});
  figures.push_back({"append, batches of 100: seal, hash and commit",
                     kEvents / took,
                     "events/s",
                     "raw RocksDB, same bytes and syncs",
                     ceiling,
                     {},
                     {},
                     {}});
  return {};
}

}  // namespace recourse::bench
