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

  /// How many switches are on record.
  std::size_t recorded() const {
    std::size_t count = 0;
    REQUIRE(ledger
                ->scan(LedgerId(0), Position(0), Position(ledger->head(LedgerId(0)).size.value()),
                       [&](Position, std::string_view leaf) {
                         count += leaf.find(ProjectionSwitched::kType) != leaf.npos ? 1 : 0;
                         return true;
                       })
                .ok());
    return count;
  }

  /// Says that the build is switched to, and does nothing of it.
  void put_on_record() {
    WriteRequest request;
    request.tenant = TenantId("meta");
    request.principal = {kSwitcher.id, ActorType::human, Role::admin, {}};
    request.decide = [&](DecisionStep&) -> Result<std::vector<NewEvent>> {
      ProjectionSwitched switched;
      switched.projection = std::string("tickets");
      switched.ledger = id.value();
      return std::vector<NewEvent>{
          {"deployment", "", kSwitcher, "", "", std::move(switched)}};
    };
    REQUIRE(writer->handle(std::move(request)).ok());
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
  CHECK(b.recorded() == 3);
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

TEST_CASE("the same request twice is done once, also after a new start") {
  Builder b;
  REQUIRE(b.builds->start(b.id, "tickets").ok());
  b.wait();
  const ViewState first = b.tickets().live;
  const Writer::Repeatable once{"once", "POST switch"};
  const auto done = b.builds->switch_over(b.id, "tickets", kSwitcher, once);
  REQUIRE(done.ok());
  CHECK_FALSE(done->repeated);
  const ViewState second = b.tickets().live;
  CHECK(second.generation != first.generation);
  const auto again = b.builds->switch_over(b.id, "tickets", kSwitcher, once);
  REQUIRE(again.ok());
  CHECK(again->repeated);
  CHECK(again->events.front().id == done->events.front().id);
  const Writer::Repeatable back{"back", "POST rollback"};
  REQUIRE(b.builds->roll_back(b.id, "tickets", kSwitcher, back).ok());
  CHECK(b.tickets().live.generation == first.generation);
  b.builds.reset();
  b.reopen();
  b.begin();
  REQUIRE(b.builds->roll_back(b.id, "tickets", kSwitcher, back).ok());
  CHECK(b.tickets().live.generation == first.generation);
  CHECK(b.builds->roll_back(b.id, "tickets", kSwitcher, {"back", "POST another"}).error().code ==
        ErrorCode::key_reused);
  CHECK(b.recorded() == 2);
}

TEST_CASE("a switch that is on record is carried out after a crash, and no other one is") {
  Builder b;
  REQUIRE(b.builds->start(b.id, "tickets").ok());
  b.wait();
  const ViewState first = b.tickets().live;
  const std::uint32_t second = b.tickets().candidate->generation;
  b.builds.reset();
  const LogSize meta = b.ledger->head(LedgerId(0)).size;
  REQUIRE(b.views->set_intent(1, b.id, ViewStore::Intent{second, meta}).ok());
  SUBCASE("it is on record") {
    b.put_on_record();
    b.open_ticket();
    b.reopen();
    b.begin();
    CHECK(b.tickets().live.generation == second);
    CHECK(b.tickets().previous->generation == first.generation);
    CHECK_FALSE(b.tickets().candidate);
    CHECK(b.rows() == 21);
    CHECK(b.recorded() == 1);
  }
  SUBCASE("it is not") {
    b.reopen();
    b.begin();
    CHECK(b.tickets().live.generation == first.generation);
    CHECK(b.tickets().candidate->generation == second);
    CHECK(b.recorded() == 0);
  }
  SUBCASE("it was carried out and is not on record") {
    REQUIRE(b.views->promote(1, b.id, ViewSlot::candidate).ok());
    b.reopen();
    b.begin();
    CHECK(b.tickets().live.generation == second);
    CHECK(b.recorded() == 1);
  }
  CHECK_FALSE(b.views->intent(1, b.id));
}

TEST_CASE("a previous build that is far behind is brought up in steps before anything waits") {
  Builder b;
  REQUIRE(b.builds->start(b.id, "tickets").ok());
  b.wait();
  REQUIRE(b.builds->switch_over(b.id, "tickets", kSwitcher).ok());
  for (int i = 0; i < 30; ++i) b.open_ticket();
  int steps = 0;
  REQUIRE(b.builds->roll_back(b.id, "tickets", kSwitcher, {}, [&] { return ++steps > 0; }).ok());
  CHECK(steps >= 3);
  CHECK(b.rows() == 50);
  for (int i = 0; i < 30; ++i) b.open_ticket();
  const std::uint32_t served = b.tickets().live.generation;
  const auto stopped = b.builds->roll_back(b.id, "tickets", kSwitcher, {}, [] { return false; });
  CHECK(stopped.error().code == ErrorCode::unavailable);
  CHECK(b.tickets().live.generation == served);
  REQUIRE(b.builds->roll_back(b.id, "tickets", kSwitcher).ok());
  CHECK(b.rows() == 80);
}

TEST_CASE("how many differences are counted is bounded") {
  Builder b;
  b.spoil();
  b.builds.reset();
  ProjectionBuilds::Options options;
  options.most_differences = 0;
  b.builds = std::make_unique<ProjectionBuilds>(*b.writer, options);
  REQUIRE(b.builds->start(b.id, "tickets").ok());
  b.wait();
  const auto diff = b.builds->diff(b.id, "tickets", 5);
  REQUIRE(diff.ok());
  CHECK(diff->changed == 0);
  CHECK_FALSE(diff->whole);
}

TEST_CASE("rows that cannot be stored leave a build where it was, and say why") {
  Builder b;
  REQUIRE(b.builds->start(b.id, "tickets").ok());
  b.wait();
  const LogSize before = b.tickets().candidate->applied;
  // The database cannot make files any more and refuses what follows.
  std::filesystem::remove_all(b.dir + "/data/views");
  CHECK_FALSE(b.views->flush().ok());
  CHECK_FALSE(b.builds->start(b.id, "decision_state").ok());
  for (const ProjectionStatus& one : b.builds->status(b.id))
    if (one.projection == "decision_state") CHECK_FALSE(one.candidate);
  OpenTicket open;
  open.title = "VPN drops";
  const Principal by{kSwitcher.id, ActorType::human, Role::agent, KeyId("key_ada")};
  (void)b.writer->handle(command_request(kDeskTenant, by, open, "jane@example.com"));
  for (int i = 0; i < 1'000 && b.tickets().fault.empty(); ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  CHECK_FALSE(b.tickets().fault.empty());
  CHECK(b.tickets().candidate->applied == before);
  CHECK_FALSE(b.builds->switch_over(b.id, "tickets", kSwitcher).ok());
  CHECK(b.recorded() == 0);
}

}  // namespace
