#include <algorithm>
#include <atomic>
#include <chrono>
#include <mutex>
#include <thread>

#include "tools/bench/bench_desk.h"
#include "tools/bench/http_load.h"
#include "tools/bench/measure.h"
#include "tools/bench/raw_store.h"
#include "tools/bench/server_under_test.h"
#include "tools/bench/stopwatch.h"

namespace recourse::bench {
namespace {

constexpr std::size_t kClients[] = {1, 8, 64};

std::string proposal_request(const BenchDesk& desk, std::uint64_t number, std::string_view run) {
  const std::string body = desk.proposal_body(number);
  return "POST /v1/actions HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + desk.secret +
         "\r\nContent-Type: application/json\r\nIdempotency-Key: " + std::string(run) + "-" +
         std::to_string(number) + "\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + body;
}

/// `clients` threads, each waiting for the answer to its proposal before it sends the next.
Result<LoadResult> in_process(BenchDesk& desk, std::size_t clients, double seconds) {
  std::mutex mutex;
  std::vector<double> latencies_us;
  std::optional<Error> failed;
  std::atomic<std::uint64_t> next{0};
  std::atomic<bool> stop{false};
  const std::string run = "p" + std::to_string(clients) + "-";
  const auto work = [&] {
    std::vector<double> mine;
    while (!stop) {
      const std::uint64_t number = next++;
      const auto sent = SteadyClock::now();
      const Outcome outcome = desk.writer().handle(
          desk.proposal(static_cast<std::size_t>(number), run + std::to_string(number)));
      mine.push_back(std::chrono::duration<double, std::micro>(SteadyClock::now() - sent).count());
      if (outcome) continue;
      const std::lock_guard lock(mutex);
      failed = outcome.error();
      stop = true;
    }
    const std::lock_guard lock(mutex);
    latencies_us.insert(latencies_us.end(), mine.begin(), mine.end());
  };
  const auto start = SteadyClock::now();
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < clients; ++i) threads.emplace_back(work);
  std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
  stop = true;
  for (std::thread& thread : threads) thread.join();
  if (failed) return *failed;
  LoadResult result;
  result.requests = latencies_us.size();
  result.per_second = static_cast<double>(result.requests) / seconds_since(start);
  std::sort(latencies_us.begin(), latencies_us.end());
  result.p50_us = latencies_us[latencies_us.size() / 2];
  result.p99_us = latencies_us[latencies_us.size() * 99 / 100];
  return result;
}

}  // namespace

Status measure_propose(const BenchOptions& options, std::vector<Figure>& figures) {
  const std::string dir = options.scratch_dir + "/propose";
  RECOURSE_LET(const auto desk, BenchDesk::open(dir));
  RECOURSE_TRY(desk->open_tickets(options.tickets));
  std::vector<Figure> measured;
  for (const std::size_t clients : kClients) {
    RECOURSE_LET(const LoadResult result, in_process(*desk, clients, options.seconds));
    measured.push_back({"propose in process, clients: " + std::to_string(clients),
                        result.per_second,
                        "proposals/s",
                        "raw RocksDB, synced single writes",
                        0,
                        {},
                        result.p50_us,
                        result.p99_us});
  }
  {
    RECOURSE_LET(const auto server, ServerUnderTest::start(*desk));
    for (const std::size_t clients : kClients) {
      const std::string run = "h" + std::to_string(clients);
      RECOURSE_LET(const LoadResult result,
                   load(server->port(), clients, options.seconds, [&](std::uint64_t number) {
                     return proposal_request(*desk, number, run);
                   }));
      if (result.refused > 0)
        return Error{ErrorCode::invalid, "the server refused a proposal: " + result.first_refusal};
      measured.push_back({"propose over HTTP, clients: " + std::to_string(clients),
                          result.per_second, "proposals/s", "raw RocksDB, synced single writes", 0,
                          clients == 64 ? std::optional(0.35) : std::nullopt, result.p50_us,
                          result.p99_us});
    }
  }
  desk->close();
  RECOURSE_LET(const RawRecords records, read_raw(dir + "/data/ledger"));
  for (std::size_t i = 0; i < std::size(kClients); ++i) {
    RECOURSE_LET(const auto raw,
                 RawStore::open(options.scratch_dir + "/raw-propose-" + std::to_string(i)));
    RECOURSE_LET(const double ceiling, raw->synced_writes(records, kClients[i], options.seconds));
    measured[i].ceiling = ceiling;
    measured[i + std::size(kClients)].ceiling = ceiling;
  }
  figures.insert(figures.end(), measured.begin(), measured.end());
  return {};
}

}  // namespace recourse::bench
