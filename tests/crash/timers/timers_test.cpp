#include "engine/reactor/timers.h"

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <thread>

#include "engine/policy/policy.h"
#include "engine/reactor/reactor.h"

namespace recourse {
namespace {

constexpr std::size_t kTickets = 300;
const TenantId kOwner("default");
const Timestamp kStart = *from_rfc3339("2026-01-05T09:00:00Z");

/// A deployment without a server, at a moment of its own.
struct Place {
  Place(const std::string& directory, Timestamp now) : clock(now) {
    LedgerOptions place;
    place.data_dir = directory + "/data";
    place.kek_file = directory + "/kek";
    place.random = &random;
    place.clock = &clock;
    ledger = std::move(Ledger::open(place)).value();
    views = std::move(ViewStore::open(place.data_dir)).value();
    writer = std::move(Writer::open(*ledger, *views, clock, random)).value();
    signer = std::move(Signer::open(*ledger, place.data_dir)).value();
  }
  Outcome give(Command command) {
    const Principal ada{PrincipalId("usr_1"), ActorType::human, Role::admin, KeyId("key_1")};
    return writer->handle(command_request(kOwner, ada, std::move(command), "jane@example.com"));
  }
  LedgerId id() const { return ledger->find_tenant(kOwner)->ledger; }

  ManualClock clock;
  SystemRandom random;
  std::unique_ptr<Ledger> ledger;
  std::unique_ptr<ViewStore> views;
  std::unique_ptr<Writer> writer;
  std::unique_ptr<Signer> signer;
};

/// Many tickets that were resolved, each a second after the other.
bool prepare_tickets(const std::string& directory) {
  Place desk(directory, kStart);
  if (!bootstrap(*desk.writer)) return false;
  Policy unlimited = default_policy();
  unlimited.limits.reset();
  if (!desk.give(ActivatePolicy{"pol_test@1", policy_json(unlimited)})) return false;
  for (std::size_t i = 0; i < kTickets; ++i) {
    OpenTicket open;
    open.customer_email = "jane@example.com";
    const Outcome opened = desk.give(open);
    if (!opened) return false;
    ProposeAction proposal;
    proposal.ticket = get<TicketOpened>(opened->events.front().data).ticket;
    proposal.type = "AUTO_RESOLVE";
    proposal.confidence_ppm = 990'000;
    if (!desk.give(proposal)) return false;
    desk.clock.advance(std::chrono::seconds(1));
  }
  return true;
}

/// Two days later: the reactor works until nothing is due any more.
bool catch_up(const std::string& directory) {
  Place desk(directory, kStart + std::chrono::hours(47));
  Reactor reactor(*desk.writer, *desk.signer);
  for (;;) {
    const auto due = due_commands(*desk.views, desk.id(), desk.clock.now(), 10);
    if (!due) return false;
    if (due->empty()) return true;
    if (!reactor.tick()) return false;
  }
}

int run(const std::function<bool()>& work, std::chrono::milliseconds kill_after) {
  const pid_t child = fork();
  if (child == 0) _exit(work() ? 0 : 1);
  if (kill_after.count() > 0) {
    std::this_thread::sleep_for(kill_after);
    kill(child, SIGKILL);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return status;
}

TEST_CASE(
    "timers that came due while nothing ran fire once and in order, however often it is killed") {
  std::string pattern =
      (std::filesystem::temp_directory_path() / "recourse-timers-XXXXXX").string();
  REQUIRE(mkdtemp(pattern.data()) != nullptr);
  const std::string directory = pattern;
  REQUIRE(run([&] { return prepare_tickets(directory); }, {}) == 0);
  int kills = 0;
  for (int i = 0; i < 8; ++i) {
    const int status =
        run([&] { return catch_up(directory); }, std::chrono::milliseconds(25 + 12 * i));
    kills += WIFSIGNALED(status) ? 1 : 0;
  }
  REQUIRE(run([&] { return catch_up(directory); }, {}) == 0);
  MESSAGE("killed " << kills << " times");
  CHECK(kills > 0);
  Place desk(directory, kStart + std::chrono::hours(48));
  std::map<std::string, int> fired;
  std::map<std::string, Timestamp> due_at;
  Timestamp last{};
  bool in_order = true;
  const std::uint64_t size = desk.ledger->head(desk.id()).size.value();
  const auto note = [&](const FollowUpId& id) {
    ++fired[id.value()];
    in_order = in_order && last <= due_at[id.value()];
    last = due_at[id.value()];
  };
  REQUIRE(desk.ledger
              ->scan(desk.id(), Position(0), Position(size),
                     [&](Position, std::string_view line) {
                       const auto event = read_leaf(line);
                       REQUIRE(event.ok());
                       if (const auto* e = get_if<FollowUpScheduled>(&event->data))
                         due_at[e->followup.value()] = e->due_at;
                       if (const auto* e = get_if<FollowUpSent>(&event->data)) note(e->followup);
                       if (const auto* e = get_if<FollowUpMissed>(&event->data)) note(e->followup);
                       return true;
                     })
              .ok());
  CHECK(fired.size() == kTickets);
  for (const auto& [id, times] : fired) REQUIRE(times == 1);
  CHECK(in_order);
  std::filesystem::remove_all(directory);
}

}  // namespace
}  // namespace recourse
