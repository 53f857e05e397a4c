#include <chrono>

#include "engine/writer/rebuild.h"
#include "tools/audit/backtest_ledger.h"
#include "tools/audit/verify.h"
#include "tools/bench/bench_desk.h"
#include "tools/bench/measure.h"
#include "tools/bench/raw_store.h"
#include "tools/bench/stopwatch.h"

namespace recourse::bench {
namespace {

constexpr std::size_t kPerTicket = 50;

}  // namespace

Status measure_history(const BenchOptions& options, std::vector<Figure>& figures) {
  const std::string dir = options.scratch_dir + "/history";
  RECOURSE_LET(const auto desk, BenchDesk::open(dir));
  RECOURSE_TRY(desk->open_tickets(options.tickets));
  RECOURSE_TRY(desk->propose_everywhere(kPerTicket));
  RECOURSE_TRY(desk->signer().sign_round());
  const auto events = static_cast<double>(desk->ledger().head(desk->ledger_id).size.value());

  RebuildOptions rebuilding;
  rebuilding.scratch_dir = options.scratch_dir + "/rebuilt";
  auto start = SteadyClock::now();
  RECOURSE_LET(const auto views,
               rebuild(desk->ledger(), desk->views(), desk->ledger_id, rebuilding));
  const double rebuilt = events / seconds_since(start);
  for (const RebuiltView& view : views)
    if (!view.equal)
      return Error{ErrorCode::corrupt, "the rebuilt view " + view.projection + " differs"};

  VerifyOptions verifying;
  verifying.sealed = false;
  verifying.tenant = desk->tenant;
  start = SteadyClock::now();
  const VerifyReport report = verify(desk->ledger(), desk->signer(), verifying);
  const double verified = events / seconds_since(start);
  if (report.exit_code() != 0)
    return Error{ErrorCode::corrupt, "the benchmark's own ledger does not verify"};
  verifying.sealed = true;
  start = SteadyClock::now();
  const VerifyReport opened = verify(desk->ledger(), desk->signer(), verifying);
  const double with_sealed = events / seconds_since(start);
  if (opened.exit_code() != 0)
    return Error{ErrorCode::corrupt, "the benchmark's own vault does not verify"};
  BacktestRequest testing;
  testing.ledger = desk->ledger_id;
  testing.candidates = {std::make_shared<const Policy>(default_policy())};
  start = SteadyClock::now();
  RECOURSE_TRY(backtest(desk->ledger(), testing));
  const double backtested = events / seconds_since(start);
  desk->close();

  RECOURSE_LET(const RawRecords records, read_raw(dir + "/data/ledger"));
  RECOURSE_LET(const auto raw, RawStore::open(options.scratch_dir + "/raw-history"));
  RECOURSE_TRY(raw->append(records, 1'000));
  RECOURSE_TRY(raw->scan(false));  // The page cache and the block cache are warm for both.
  RECOURSE_LET(const double scanned, raw->scan(false));
  RECOURSE_LET(const double hashed, raw->scan(true));
  figures.push_back(
      {"rebuild of all projections", rebuilt, "events/s", "raw scan", scanned, 0.2, {}, {}});
  figures.push_back({"verify: leaves, tree, checkpoints",
                     verified,
                     "events/s",
                     "raw scan + SHA-256",
                     hashed,
                     0.6,
                     {},
                     {}});
  figures.push_back({"verify with every sealed value opened",
                     with_sealed,
                     "events/s",
                     "raw scan + SHA-256",
                     hashed,
                     {},
                     {},
                     {}});
  figures.push_back({"backtest of a policy (aim: 100,000)",
                     backtested,
                     "events/s",
                     "raw scan",
                     scanned,
                     {},
                     {},
                     {}});
  return {};
}

}  // namespace recourse::bench
