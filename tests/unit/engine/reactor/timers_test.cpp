#include "engine/reactor/timers.h"

#include "engine/reactor/reactor.h"
#include "tests/unit/engine/writer/deployment_for_test.h"

namespace recourse {
namespace {

const TenantId kTenant("default");
const Principal kAda{PrincipalId("usr_ada"), ActorType::human, Role::admin, KeyId("key_1")};

template <class E>
const E* find(const Outcome& outcome) {
  for (const RecordedEvent& event : outcome->events)
    if (const E* found = get_if<E>(&event.data)) return found;
  return nullptr;
}

struct Desk : DeploymentForTest {
  Desk() { REQUIRE(bootstrap(*writer).ok()); }

  Outcome give(Command command) {
    return writer->handle(command_request(kTenant, kAda, std::move(command), "jane@example.com"));
  }
  LedgerId id() { return ledger->find_tenant(kTenant)->ledger; }

  /// A refund that waits for people until an hour from now.
  ApprovalId ask() {
    ProposeAction proposal;
    proposal.ticket = find<TicketOpened>(give(OpenTicket{}))->ticket;
    proposal.type = "process_refund";
    proposal.args_json = R"({"amount":1,"order_id":"O-1"})";
    const Outcome proposed = give(proposal);
    REQUIRE_MESSAGE(proposed.ok(), (proposed.ok() ? "" : proposed.error().message));
    const auto* asked = find<ApprovalRequested>(proposed);
    REQUIRE(asked != nullptr);
    return asked->approval;
  }

  std::vector<DueCommand> due(std::size_t limit = 100) {
    auto found = due_commands(*views, id(), clock.now(), limit);
    REQUIRE(found.ok());
    return std::move(*found);
  }

  /// Every timer that is due, as the reactor fires them.
  void tick() {
    auto signer = Signer::open(*ledger, dir + "/data");
    REQUIRE(signer.ok());
    Reactor reactor(*writer, **signer);
    const Status done = reactor.tick();
    REQUIRE_MESSAGE(done.ok(), (done.ok() ? "" : done.error().message));
  }

  std::vector<std::string> expired() {
    std::vector<std::string> ids;
    const std::uint64_t size = ledger->head(id()).size.value();
    REQUIRE(ledger
                ->scan(id(), Position(0), Position(size),
                       [&](Position, std::string_view line) {
                         const auto event = read_leaf(line);
                         REQUIRE(event.ok());
                         if (const auto* e = get_if<ApprovalExpired>(&event->data))
                           ids.push_back(e->approval.value());
                         return true;
                       })
                .ok());
    return ids;
  }
};

TEST_CASE_FIXTURE(Desk, "what is due is read in the order of time, up to now and up to a limit") {
  const ApprovalId first = ask();
  clock.advance(std::chrono::minutes(10));
  const ApprovalId second = ask();
  CHECK(due().empty());
  // Each is escalated when half of its hour is over.
  clock.advance(std::chrono::minutes(21));
  REQUIRE(due().size() == 1);
  CHECK(std::get<EscalateApproval>(due().front().command).approval == first);
  clock.advance(std::chrono::minutes(34));
  REQUIRE(due().size() == 3);
  CHECK(std::get<EscalateApproval>(due()[1].command).approval == second);
  CHECK(std::get<ExpireApproval>(due()[2].command).approval == first);
  clock.advance(std::chrono::minutes(55));
  REQUIRE(due().size() == 4);
  CHECK(std::get<ExpireApproval>(due().back().command).approval == second);
  REQUIRE(due(1).size() == 1);
  const std::string name = due(1).front().timer;
  CHECK(name == "2026-03-02T08:30:00.000000Z/escalation/" + first.value());
  const auto others = due_commands(*views, id(), clock.now(), 1,
                                   [&](const std::string& timer) { return timer == name; });
  REQUIRE(others->size() == 1);
  CHECK(std::get<EscalateApproval>(others->front().command).approval == second);
}

TEST_CASE_FIXTURE(Desk, "a timer that came due while nothing ran fires after the restart, once") {
  const ApprovalId first = ask();
  clock.advance(std::chrono::minutes(1));
  const ApprovalId second = ask();
  close();
  clock.advance(std::chrono::hours(24 * 40));
  open();
  tick();
  CHECK(expired() == std::vector<std::string>{first.value(), second.value()});
  CHECK(due().empty());
  reopen();
  tick();
  CHECK(expired().size() == 2);
}

TEST_CASE_FIXTURE(Desk, "an approval is escalated once when half of its time is over") {
  const auto escalations = [&] {
    std::int64_t count = 0;
    const std::uint64_t size = ledger->head(id()).size.value();
    REQUIRE(ledger
                ->scan(id(), Position(0), Position(size),
                       [&](Position, std::string_view line) {
                         count += line.find("recourse.approval.escalated.v1") != line.npos;
                         return true;
                       })
                .ok());
    return count;
  };
  ask();
  clock.advance(std::chrono::minutes(29));
  tick();
  CHECK(escalations() == 0);
  clock.advance(std::chrono::minutes(1));
  tick();
  CHECK(escalations() == 1);
  reopen();
  clock.advance(std::chrono::minutes(1));
  tick();
  CHECK(escalations() == 1);
  CHECK(expired().empty());
  CHECK(due().empty());
}

TEST_CASE_FIXTURE(Desk, "a command that was stored before the answer came is not given twice") {
  ask();
  clock.advance(std::chrono::hours(2));
  const DueCommand one = due().front();
  const auto fire = [&] {
    WriteRequest request = command_request(
        kTenant, {PrincipalId("sys_timer"), ActorType::system, Role::admin, {}}, one.command);
    request.idempotency_key = request.fingerprint = one.timer;
    return writer->handle(std::move(request));
  };
  const Outcome first = fire();
  REQUIRE(first.ok());
  reopen();
  const Outcome again = fire();
  REQUIRE(again.ok());
  CHECK(again->repeated);
  CHECK(again->events.front().position == first->events.front().position);
  CHECK(expired().size() == 1);
}

TEST_CASE_FIXTURE(Desk, "a rebuild finds the timers that the server keeps") {
  ask();
  clock.advance(std::chrono::hours(2));
  const std::string before = due().front().timer;
  const LedgerId ledger_id = id();
  writer.reset();
  RebuildOptions options;
  options.scratch_dir = dir + "/rebuild";
  const auto rebuilt = rebuild(*ledger, *views, ledger_id, options);
  REQUIRE(rebuilt.ok());
  for (const RebuiltView& view : *rebuilt) CHECK(view.equal);
  CHECK(due_commands(*views, ledger_id, clock.now(), 10)->front().timer == before);
}

}  // namespace
}  // namespace recourse
