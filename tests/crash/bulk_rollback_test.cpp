#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <future>
#include <map>
#include <memory>
#include <thread>

#include "engine/policy/policy.h"
#include "engine/reactor/timers.h"
#include "engine/writer/writer.h"

namespace recourse {
namespace {

/// A quick run is part of the tests; the whole one: RECOURSE_BULK_ACTIONS=10000
/// BUILD/tests/crash/crash
std::size_t actions_wanted() {
  const char* const given = std::getenv("RECOURSE_BULK_ACTIONS");
  const long number = given != nullptr ? std::strtol(given, nullptr, 10) : 0;
  return number > 0 ? static_cast<std::size_t>(number) : 1'000;
}
const TenantId kTenant("default");

/// A deployment without a server; what it was opened with lives as long.
struct Desk {
  explicit Desk(const std::string& directory) {
    LedgerOptions place;
    place.data_dir = directory + "/data";
    place.kek_file = directory + "/kek";
    place.random = &random;
    place.clock = &clock;
    ledger = std::move(Ledger::open(place)).value();
    views = std::move(ViewStore::open(place.data_dir)).value();
    writer = std::move(Writer::open(*ledger, *views, clock, random)).value();
  }

  Outcome give(const Principal& by, Command command) {
    return writer->handle(command_request(kTenant, by, std::move(command), "jane@example.com"));
  }
  LedgerId id() const { return ledger->find_tenant(kTenant)->ledger; }

  SystemClock clock;
  SystemRandom random;
  std::unique_ptr<Ledger> ledger;
  std::unique_ptr<ViewStore> views;
  std::unique_ptr<Writer> writer;
};

Principal person(const char* id) {
  return {PrincipalId(id), ActorType::human, Role::admin, KeyId("key_" + std::string(id))};
}
const Principal kSystem{PrincipalId("sys_timer"), ActorType::system, Role::admin, KeyId()};

template <class E>
const E* find(const Outcome& outcome) {
  for (const RecordedEvent& event : outcome->events)
    if (const E* found = get_if<E>(&event.data)) return found;
  return nullptr;
}

/// All of `commands`, given together, so that the writer groups them.
std::vector<Outcome> give_all(Desk& desk, std::vector<Command> commands, const Principal& by) {
  std::vector<std::future<Outcome>> answers;
  for (Command& command : commands) {
    auto promise = std::make_shared<std::promise<Outcome>>();
    answers.push_back(promise->get_future());
    desk.writer->submit(command_request(kTenant, by, std::move(command), "jane@example.com"),
                        [promise](Outcome outcome) { promise->set_value(std::move(outcome)); });
  }
  std::vector<Outcome> outcomes;
  for (auto& answer : answers) outcomes.push_back(answer.get());
  return outcomes;
}

/// Many assignments, and a rollback of them all that people agreed to.
bool prepare(const std::string& directory) {
  Desk desk(directory);
  if (!bootstrap(*desk.writer)) return false;
  // No agent may do so much in so little time by default.
  Policy unlimited = default_policy();
  unlimited.limits.reset();
  const ActivatePolicy activate{"pol_test@1", policy_json(unlimited)};
  if (!desk.give(person("usr_1"), activate)) return false;
  std::vector<ActionId> actions;
  while (actions.size() < actions_wanted()) {
    const std::size_t more = std::min<std::size_t>(1'000, actions_wanted() - actions.size());
    std::vector<Command> opens(more, OpenTicket{}), proposals;
    for (const Outcome& opened : give_all(desk, std::move(opens), person("usr_1"))) {
      if (!opened) return false;
      ProposeAction proposal;
      proposal.ticket = find<TicketOpened>(opened)->ticket;
      proposal.type = "ASSIGN_TO_TEAM";
      proposal.args_json = R"({"team":"Network"})";
      proposal.confidence_ppm = 990'000;
      proposal.agent_version = "2026-01-05";
      proposals.emplace_back(std::move(proposal));
    }
    for (const Outcome& proposed : give_all(desk, std::move(proposals), person("usr_9"))) {
      if (!proposed || !find<EffectConfirmed>(proposed)) return false;
      actions.push_back(find<ActionProposed>(proposed)->action);
    }
  }
  RollBack command;
  command.bulk = BulkTarget{};
  command.bulk->agent = PrincipalId("usr_9");
  command.bulk->agent_version = "2026-01-05";
  command.found = actions;
  const Outcome planned = desk.give(person("usr_1"), command);
  if (!planned || !find<ApprovalRequested>(planned)) return false;
  CastVote vote;
  vote.approval = find<ApprovalRequested>(planned)->approval;
  vote.vote = Vote::approve;
  vote.render_digest = to_base64(as_text(find<ApprovalRequested>(planned)->render_digest));
  if (!desk.give(person("usr_2"), vote)) return false;
  return find<RollbackStarted>(desk.give(person("usr_3"), vote)) != nullptr;
}

/// What the reactor does, without its pauses, until nothing is due any more.
bool go_on(const std::string& directory) {
  Desk desk(directory);
  for (;;) {
    auto due = due_commands(*desk.views, desk.id(), desk.clock.now(), 100);
    if (!due) return false;
    if (due->empty()) return true;
    for (DueCommand& one : *due) (void)desk.give(kSystem, std::move(one.command));
  }
}

/// In a process of its own, so that it can be killed and nothing of it stays.
pid_t start(const std::function<bool()>& work) {
  const pid_t child = fork();
  if (child == 0) _exit(work() ? 0 : 1);
  return child;
}
int wait_for(pid_t child) {
  int status = 0;
  waitpid(child, &status, 0);
  return status;
}

TEST_CASE("a bulk rollback of many actions survives kill -9: no step is done twice, none is lost") {
  const std::size_t wanted = actions_wanted();
  std::string pattern = (std::filesystem::temp_directory_path() / "recourse-bulk-XXXXXX").string();
  REQUIRE(mkdtemp(pattern.data()) != nullptr);
  const std::string directory = pattern;
  REQUIRE(wait_for(start([&] { return prepare(directory); })) == 0);
  int kills = 0;
  for (;;) {
    const pid_t child = start([&] { return go_on(directory); });
    if (kills < 12) {
      const auto size = static_cast<int>(std::min<std::size_t>(wanted, 10'000) / 100);
      std::this_thread::sleep_for(std::chrono::milliseconds(60 + size * (1 + kills % 5)));
      kill(child, SIGKILL);
    }
    const int status = wait_for(child);
    if (WIFSIGNALED(status)) {
      ++kills;
      continue;
    }
    REQUIRE(status == 0);
    break;
  }
  MESSAGE("killed " << kills << " times");
  CHECK(kills > 0);
  Desk desk(directory);
  std::map<std::int64_t, int> begun, undone;
  std::map<std::string, int> types;
  const std::uint64_t size = desk.ledger->head(desk.id()).size.value();
  const Status read = desk.ledger->scan(
      desk.id(), Position(0), Position(size), [&](Position, std::string_view line) {
        const auto event = read_leaf(line);
        REQUIRE(event.ok());
        ++types[std::string(type_of(event->data))];
        if (const auto* e = get_if<CompensationStarted>(&event->data)) ++begun[e->step];
        if (const auto* e = get_if<CompensationSucceeded>(&event->data)) ++undone[e->step];
        return true;
      });
  REQUIRE(read.ok());
  CHECK(begun.size() == wanted);
  CHECK(undone.size() == wanted);
  for (const auto& [step, times] : begun) REQUIRE(times == 1);
  for (const auto& [step, times] : undone) REQUIRE(times == 1);
  CHECK(types["recourse.rollback.completed.v1"] == 1);
  CHECK(types["recourse.ticket.assigned.v1"] == 2 * static_cast<int>(wanted));
  std::filesystem::remove_all(directory);
}

}  // namespace
}  // namespace recourse
