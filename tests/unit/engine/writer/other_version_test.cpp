#include <doctest/doctest.h>

#include <chrono>
#include <thread>

#include "engine/writer/projection_builds.h"
#include "tests/unit/engine/writer/deployment_for_test.h"
#include "tests/unit/engine/writer/fussy_projections.h"

using namespace recourse;

namespace {

/// A desk that is opened by programs with other versions of the handlers.
struct Upgraded : DeploymentForTest {
  LedgerId id;
  std::unique_ptr<ProjectionBuilds> builds;

  Upgraded() {
    REQUIRE(bootstrap(*writer).ok());
    id = ledger->find_tenant(kDefault)->ledger;
    open_some(20);
  }
  ~Upgraded() {
    builds.reset();
    FussyTickets::refuses = nullptr;
  }

  Outcome open_ticket() {
    OpenTicket open;
    open.title = "VPN drops";
    const Principal by{PrincipalId("usr_ada"), ActorType::human, Role::agent, KeyId("key_ada")};
    return writer->handle(command_request(kDefault, by, open, "jane@example.com"));
  }
  void open_some(int count) {
    for (int i = 0; i < count; ++i) REQUIRE(open_ticket().ok());
  }

  /// Another program takes over, whose handlers of this projection are newer.
  void upgrade(std::uint8_t projection = kTicketRows) {
    builds.reset();
    close();
    std::vector<ProjectionKind> kinds = all_projections();
    kinds.at(projection).version += 1;
    writing.projections = kinds;
    open();
  }
  void build(std::uint64_t step = 7) {
    builds = std::make_unique<ProjectionBuilds>(*writer, ProjectionBuilds::Options{step, false});
  }

  template <class Condition>
  void wait_until(const Condition& condition) {
    for (int i = 0; i < 2'000; ++i) {
      if (condition()) return;
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    FAIL("it did not come to that");
  }
  void wait_for_switch() {
    wait_until([&] { return writer->behind().empty(); });
  }

  std::size_t rows() const {
    std::size_t count = 0;
    REQUIRE(views
                ->each(kTicketRows, id, "ticket/", "", ViewStore::Order::forward,
                       [&](std::string_view, std::string_view) { return ++count, true; })
                .ok());
    return count;
  }

  std::vector<ProjectionSwitched> switches() const {
    std::vector<ProjectionSwitched> all;
    REQUIRE(ledger
                ->scan(LedgerId(0), Position(0), Position(1'000'000),
                       [&](Position, std::string_view leaf) {
                         const auto event = read_leaf(leaf);
                         REQUIRE(event.ok());
                         if (const auto* one = get_if<ProjectionSwitched>(&event->data))
                           all.push_back(*one);
                         return true;
                       })
                .ok());
    return all;
  }
};

}  // namespace

TEST_CASE_FIXTURE(Upgraded, "rows of another version are served as they are while commits go on") {
  const ViewState before = views->state(kTicketRows, id);
  upgrade();
  const auto behind = writer->behind(id);
  REQUIRE(behind.size() == 1);
  CHECK(behind[0].why == ViewBehind::Why::older_rows);
  CHECK(behind[0].applied == before.applied);
  CHECK(behind[0].version + 1 == writing.projections.at(kTicketRows).version);
  open_some(3);
  CHECK(rows() == 20);
  CHECK(views->state(kTicketRows, id).digest == before.digest);
  for (const ProjectionKind& kind : writing.projections)
    if (kind.number != kTicketRows)
      CHECK(views->state(kind.number, id).applied == ledger->head(id).size);
}

TEST_CASE_FIXTURE(Upgraded, "rows of another version are made anew and switched to by themselves") {
  const std::uint32_t version = views->state(kTicketRows, id).version;
  upgrade();
  open_some(3);
  build();
  wait_for_switch();
  open_some(1);
  CHECK(rows() == 24);
  CHECK(views->state(kTicketRows, id).version == version + 1);
  CHECK_FALSE(views->slot(kTicketRows, id, ViewSlot::candidate));
  wait_until([&] { return switches().size() == 2; });  // The deployment's own ledger has them too.
  for (const ProjectionSwitched& one : switches()) {
    CHECK(one.projection == "tickets");
    CHECK(one.from == version);
    CHECK(one.to == version + 1);
  }
  // The rows of before stay for the program that made them.
  REQUIRE(views->slot(kTicketRows, id, ViewSlot::previous));
  CHECK(views->slot(kTicketRows, id, ViewSlot::previous)->version == version);
  RebuildOptions check;
  check.switch_over = false;
  check.kinds = writing.projections;
  const auto rebuilt = rebuild(*ledger, *views, id, check);
  REQUIRE(rebuilt.ok());
  for (const RebuiltView& view : *rebuilt) CHECK_MESSAGE(view.equal, view.projection);
}

TEST_CASE_FIXTURE(Upgraded, "a build that another start ends goes on from where it was") {
  close();
  writing.projections = with_fussy_tickets(tickets_kind().version + 1);
  FussyTickets::refuses = [this](const RecordedEvent& event) {
    return event.source == ledger->find_tenant(kDefault)->origin && event.position.value() >= 12;
  };
  open();
  build(1);
  wait_until([&] { return !builds->status(id).at(kTicketRows).fault.empty(); });
  builds.reset();
  close();
  FussyTickets::refuses = nullptr;
  open();
  const auto kept = views->slot(kTicketRows, id, ViewSlot::candidate);
  REQUIRE(kept);
  CHECK(kept->applied == LogSize(12));
  CHECK(writer->behind(id).size() == 1);
  build();
  wait_for_switch();
  CHECK(views->state(kTicketRows, id).generation == kept->generation);
  CHECK(rows() == 20);
}

TEST_CASE_FIXTURE(Upgraded, "commands wait for the state that they are decided from") {
  upgrade(kDecisionState);
  const auto refused = open_ticket();
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().code == ErrorCode::unavailable);
  CHECK(rows() == 20);  // Reading goes on.
  build();
  wait_for_switch();
  open_some(2);
  CHECK(rows() == 22);
  wait_until([&] { return switches().size() == 2; });
}

TEST_CASE_FIXTURE(Upgraded, "a build that replaces rows of another version cannot be cancelled") {
  upgrade();
  build(1);
  const Status cancelled = builds->cancel(id, "tickets");
  REQUIRE_FALSE(cancelled.ok());
  CHECK(cancelled.error().code == (writer->behind(id).empty() ? ErrorCode::not_found
                                                              : ErrorCode::conflict));
  wait_for_switch();
}
