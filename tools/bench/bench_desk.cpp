#include "tools/bench/bench_desk.h"

#include <condition_variable>
#include <filesystem>
#include <mutex>

#include "engine/policy/policy.h"

namespace recourse::bench {
namespace {

constexpr std::size_t kOutstanding = 1'024;

/// Submits `count` requests with a bounded number in flight and waits for all. The first error
/// wins.
template <class Make>
Status submit_all(Writer& writer, std::size_t count, const Make& make,
                  const std::function<void(const Committed&)>& done = {}) {
  std::mutex mutex;
  std::condition_variable fewer;
  std::size_t in_flight = 0;
  Status failed;
  for (std::size_t i = 0; i < count; ++i) {
    std::unique_lock lock(mutex);
    fewer.wait(lock, [&] { return in_flight < kOutstanding; });
    if (!failed) break;
    ++in_flight;
    lock.unlock();
    writer.submit(make(i), [&](Outcome outcome) {
      const std::lock_guard guard(mutex);
      if (!outcome && failed.ok()) failed = outcome.error();
      if (outcome && done) done(*outcome);
      --in_flight;
      fewer.notify_one();
    });
  }
  std::unique_lock lock(mutex);
  fewer.wait(lock, [&] { return in_flight == 0; });
  return failed;
}

std::string args_of(std::size_t number) {
  return R"({"order_id":"W)" + std::to_string(1'000'000 + number) + R"("})";
}

/// The default policy with limits that are asked and never reached: what is measured are actions
/// that may run.
Policy roomy_policy() {
  Policy policy = default_policy();
  for (LimitRule& limit : *policy.limits) limit.max = 1'000'000'000;
  return policy;
}

constexpr const char* kReasoning =
    "The customer asks where the parcel is; the order has to be looked up before anything else.";

}  // namespace

Result<std::unique_ptr<BenchDesk>> BenchDesk::open(const std::string& dir) {
  auto desk = std::make_unique<BenchDesk>();
  desk->dir = dir;
  std::error_code ignored;
  std::filesystem::create_directories(dir, ignored);
  LedgerOptions options;
  options.data_dir = dir + "/data";
  options.kek_file = dir + "/kek";
  options.random = &desk->random_;
  options.clock = &desk->clock_;
  RECOURSE_LET(desk->ledger_, Ledger::open(options));
  RECOURSE_LET(desk->views_, ViewStore::open(options.data_dir));
  RECOURSE_LET(desk->writer_,
               Writer::open(*desk->ledger_, *desk->views_, desk->clock_, desk->random_));
  RECOURSE_LET(desk->signer_, Signer::open(*desk->ledger_, options.data_dir));
  RECOURSE_TRY(bootstrap(*desk->writer_));
  const Principal admin{PrincipalId("sys_recourse"), ActorType::system, Role::admin, {}};
  RECOURSE_TRY(desk->writer_->handle(command_request(
      desk->tenant, admin, ActivatePolicy{"pol_bench@1", policy_json(roomy_policy())})));
  Writer::KeyOrder order;
  order.tenant = desk->tenant;
  order.role = Role::operator_;
  RECOURSE_LET(const Writer::NewKey person, desk->writer_->create_key(order, Actor{}));
  desk->secret = person.secret;
  order.role = Role::agent;
  order.kind = ActorType::agent;
  RECOURSE_LET(const Writer::NewKey machine, desk->writer_->create_key(order, Actor{}));
  desk->agent = machine.key.principal;
  desk->ledger_id = desk->ledger_->find_tenant(desk->tenant)->ledger;
  return desk;
}

Status BenchDesk::open_tickets(std::size_t count) {
  return submit_all(
      writer(), count,
      [&](std::size_t i) {
        OpenTicket open;
        open.title = "Where is my parcel?";
        open.description = "Ordered a week ago, nothing has come.";
        return command_request(tenant, agent, open,
                               "customer" + std::to_string(i) + "@example.com");
      },
      [&](const Committed& committed) {
        tickets.push_back(get<TicketOpened>(committed.events.back().data).ticket);
      });
}

Status BenchDesk::propose_everywhere(std::size_t per_ticket) {
  return submit_all(writer(), tickets.size() * per_ticket,
                    [&](std::size_t i) { return proposal(i); });
}

WriteRequest BenchDesk::proposal(std::size_t number, std::string key) const {
  ProposeAction propose;
  propose.ticket = tickets[number % tickets.size()];
  propose.type = "check_order_status";
  propose.args_json = args_of(number);
  propose.confidence_ppm = 930'000;
  propose.reasoning = kReasoning;
  WriteRequest request = command_request(tenant, agent, propose);
  request.fingerprint = key;
  request.idempotency_key = std::move(key);
  return request;
}

std::string BenchDesk::proposal_body(std::size_t number) const {
  return R"({"ticket_id":")" + tickets[number % tickets.size()].value() +
         R"(","type":"check_order_status","args":)" + args_of(number) +
         R"(,"confidence_ppm":930000,"reasoning":")" + kReasoning + "\"}";
}

void BenchDesk::close() {
  signer_.reset();
  writer_.reset();
  views_.reset();
  ledger_.reset();
}

}  // namespace recourse::bench
