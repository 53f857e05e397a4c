#include "engine/writer/projection_builds.h"

#include <doctest/doctest.h>

#include <thread>

#include "tests/unit/engine/writer/deployment_for_test.h"

using namespace recourse;

namespace {

const TenantId kDeskTenant("default");
const Actor kSwitcher{ActorType::human, PrincipalId("usr_ada")};

struct Builder : DeploymentForTest {
  LedgerId id;
  std::unique_ptr<ProjectionBuilds> builds;

  Builder() {
    REQUIRE(bootstrap(*writer).ok());
    id = ledger->find_tenant(kDeskTenant)->ledger;
    for (int i = 0; i < 20; ++i) open_ticket();
    begin();
  }
  ~Builder() { builds.reset(); }

  void begin(std::uint64_t step = 7) {
    builds = std::make_unique<ProjectionBuilds>(*writer, ProjectionBuilds::Options{step, false});
  }

  void open_ticket() {
    OpenTicket open;
    open.title = "VPN drops";
    const Principal by{kSwitcher.id, ActorType::human, Role::agent, KeyId("key_ada")};
    REQUIRE(writer->handle(command_request(kDeskTenant, by, open, "jane@example.com")).ok());
  }

  ProjectionStatus tickets() const {
    for (const ProjectionStatus& one : builds->status(id))
      if (one.projection == "tickets") return one;
    FAIL("no projection tickets");
    return {};
  }

  /// Until the build is at the head.
  void wait() const {
    for (int i = 0; i < 2'000; ++i) {
      const ProjectionStatus now = tickets();
      if (now.candidate && now.candidate->applied == now.head) return;
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    FAIL("the build did not catch up");
  }

  /// A row of the served build is made another one, as a bug would have made it.
  void spoil() {
    std::string key;
    REQUIRE(views
                ->each(1, id, "ticket/", "", ViewStore::Order::forward,
                       [&](std::string_view found, std::string_view) {
                         key = found;
                         return false;
                       })
                .ok());
    ViewState state = views->state(1, id);
    state.digest = Digest();
    const auto batch = views->batch();
    batch->put(1, id, state.generation, key, R"({"spoilt":true})");
    batch->set_state(1, id, state);
    REQUIRE(batch->write().ok());
  }

  std::size_t rows() const {
    std::size_t count = 0;
    REQUIRE(views
                ->each(1, id, "ticket/", "", ViewStore::Order::forward,
                       [&](std::string_view, std::string_view json) {
                         CHECK(json != R"({"spoilt":true})");
                         ++count;
                         return true;
                       })
                .ok());
    return count;
  }
};

TEST_CASE("a new build is made beside the one that is served, and equals it") {
  Builder b;
  REQUIRE(b.builds->start(b.id, "tickets").ok());
  b.open_ticket();  // Life goes on.
  b.wait();
  const auto diff = b.builds->diff(b.id, "tickets", 5);
  REQUIRE(diff.ok());
  CHECK(diff->live == diff->candidate);
  CHECK(diff->samples.empty());
  const ViewState before = b.tickets().live;
  REQUIRE(b.builds->switch_over(b.id, "tickets", kSwitcher).ok());
  const ProjectionStatus after = b.tickets();
  CHECK(after.live.generation != before.generation);
  CHECK(after.live.digest.value() == before.digest.value());
  CHECK_FALSE(after.candidate);
  REQUIRE(after.previous);
  CHECK(after.previous->generation == before.generation);
  CHECK(b.rows() == 21);
  b.open_ticket();
  CHECK(b.rows() == 22);
}

TEST_CASE("a build shows what is wrong with the served rows, and switching puts it right") {
  Builder b;
  b.spoil();
  REQUIRE(b.builds->start(b.id, "tickets").ok());
  b.wait();
  const auto diff = b.builds->diff(b.id, "tickets", 5);
  REQUIRE(diff.ok());
  CHECK(diff->live != diff->candidate);
  CHECK(diff->changed == 1);
  REQUIRE(diff->samples.size() == 1);
  CHECK(diff->samples[0].live == R"({"spoilt":true})");
  REQUIRE(b.builds->switch_over(b.id, "tickets", kSwitcher).ok());
  CHECK(b.rows() == 20);
}

TEST_CASE("a build goes on where it was when the program starts again") {
  Builder b;
  b.builds.reset();
  b.begin(1);
  REQUIRE(b.builds->start(b.id, "tickets").ok());
  b.builds.reset();
  const auto kept = b.views->slot(1, b.id, ViewSlot::candidate);
  REQUIRE(kept);
  b.reopen();
  b.begin();
  b.wait();
  const auto diff = b.builds->diff(b.id, "tickets", 5);
  REQUIRE(diff.ok());
  CHECK(diff->live == diff->candidate);
}

TEST_CASE("the rows from before a switch are served again, with what happened since") {
  Builder b;
  REQUIRE(b.builds->start(b.id, "tickets").ok());
  b.wait();
  const ViewState first = b.tickets().live;
  REQUIRE(b.builds->switch_over(b.id, "tickets", kSwitcher).ok());
  b.open_ticket();
  REQUIRE(b.builds->roll_back(b.id, "tickets", kSwitcher).ok());
  CHECK(b.tickets().live.generation == first.generation);
  CHECK(b.rows() == 21);
  b.open_ticket();
  CHECK(b.rows() == 22);
  // And forth again.
  REQUIRE(b.builds->roll_back(b.id, "tickets", kSwitcher).ok());
  CHECK(b.rows() == 22);
  std::size_t recorded = 0;
  REQUIRE(b.ledger
              ->scan(LedgerId(0), Position(0), Position(1'000'000),
                     [&](Position, std::string_view leaf) {
                       recorded += leaf.find(ProjectionSwitched::kType) != leaf.npos ? 1 : 0;
                       return true;
                     })
              .ok());
  CHECK(recorded == 3);
}

TEST_CASE("what makes no sense is refused and changes nothing") {
  Builder b;
  CHECK(b.builds->start(b.id, "nothing").error().code == ErrorCode::not_found);
  CHECK(b.builds->switch_over(b.id, "tickets", kSwitcher).error().code == ErrorCode::not_found);
  CHECK(b.builds->roll_back(b.id, "tickets", kSwitcher).error().code == ErrorCode::not_found);
  CHECK(b.builds->cancel(b.id, "tickets").error().code == ErrorCode::not_found);
  REQUIRE(b.builds->start(b.id, "tickets").ok());
  CHECK(b.builds->start(b.id, "tickets").error().code == ErrorCode::conflict);
  REQUIRE(b.builds->cancel(b.id, "tickets").ok());
  CHECK_FALSE(b.tickets().candidate);
  REQUIRE(b.builds->start(b.id, "tickets").ok());
}

TEST_CASE("what decisions are made from can be built anew, too") {
  Builder b;
  REQUIRE(b.builds->start(b.id, "decision_state").ok());
  for (int i = 0; i < 2'000; ++i) {
    const ProjectionStatus now = b.builds->status(b.id).front();
    if (now.candidate && now.candidate->applied == now.head) break;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  REQUIRE(b.builds->switch_over(b.id, "decision_state", kSwitcher).ok());
  b.open_ticket();
  CHECK(b.rows() == 21);
}

}  // namespace
