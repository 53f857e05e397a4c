#include "tools/bench/bench_desk.h"
#include "tools/bench/http_load.h"
#include "tools/bench/measure.h"
#include "tools/bench/server_under_test.h"

namespace recourse::bench {
namespace {

constexpr std::size_t kRows = 20;
constexpr std::size_t kConnections = 32;

std::string history_request(const BenchDesk& desk, std::uint64_t number, std::string_view query) {
  return "GET /v1/tickets/" + desk.tickets[number % desk.tickets.size()].value() + "/actions" +
         std::string(query) + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " +
         desk.secret + "\r\n\r\n";
}

Status measure_one(const BenchOptions& options, BenchDesk& desk, ServerUnderTest& server,
                   const std::string& name, const std::string& query, double floor,
                   std::vector<Figure>& figures) {
  const auto request = [&](std::uint64_t number) { return history_request(desk, number, query); };
  // Once round all tickets, so that rows and keys are warm and openings are recorded already.
  RECOURSE_LET(const LoadResult warm, load(server.port(), kConnections, options.seconds, request));
  RECOURSE_LET(const LoadResult result,
               load(server.port(), kConnections, options.seconds, request));
  if (warm.refused + result.refused > 0)
    return Error{ErrorCode::invalid,
                 "the server refused a query: " + warm.first_refusal + result.first_refusal};
  RECOURSE_LET(const auto bare, start_bare(std::string(result.body_bytes, 'x')));
  RECOURSE_LET(const LoadResult ceiling,
               load(bare->port(), kConnections, options.seconds, request));
  figures.push_back({name, result.per_second, "queries/s", "bare handler, same body",
                     ceiling.per_second, floor, result.p50_us, result.p99_us});
  return {};
}

}  // namespace

Status measure_query(const BenchOptions& options, std::vector<Figure>& figures) {
  RECOURSE_LET(const auto desk, BenchDesk::open(options.scratch_dir + "/query"));
  RECOURSE_TRY(desk->open_tickets(options.tickets));
  RECOURSE_TRY(desk->propose_everywhere(kRows));
  RECOURSE_LET(const auto server, ServerUnderTest::start(*desk));
  RECOURSE_TRY(measure_one(options, *desk, *server, "action history over HTTP, 20 rows",
                           "?limit=20", 0.3, figures));
  return measure_one(options, *desk, *server, "the same with its sealed texts opened",
                     "?limit=20&open=true", 0.1, figures);
}

}  // namespace recourse::bench
