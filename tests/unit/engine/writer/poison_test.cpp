#include <doctest/doctest.h>

#include <chrono>
#include <future>
#include <thread>

#include "engine/ledger/row_key.h"
#include "engine/ledger/store.h"
#include "engine/writer/ledger_views.h"
#include "engine/writer/projection_builds.h"
#include "tests/unit/engine/writer/deployment_for_test.h"
#include "tests/unit/engine/writer/fussy_projections.h"

using namespace recourse;

namespace {

bool is_poison(const RecordedEvent& event) {
  const auto* opened = get_if<TicketOpened>(&event.data);
  return opened != nullptr && opened->priority == Clear("critical");
}

/// A desk whose projection tickets cannot fold the opening of critical tickets.
struct Poisoned : DeploymentForTest {
  LedgerId id;

  Poisoned() {
    close();
    writing.projections = with_fussy_tickets();
    writing.park_file = dir + "/data/park";
    FussyTickets::refuses = is_poison;
    open();
    REQUIRE(bootstrap(*writer).ok());
    id = ledger->find_tenant(kDefault)->ledger;
  }
  ~Poisoned() { FussyTickets::refuses = nullptr; }

  static WriteRequest opening(const char* priority) {
    OpenTicket open;
    open.title = "VPN drops";
    open.priority = priority;
    const Principal by{PrincipalId("usr_ada"), ActorType::human, Role::agent, KeyId("key_ada")};
    return command_request(kDefault, by, open, "jane@example.com");
  }
  Outcome open_ticket(const char* priority = "medium") {
    return writer->handle(opening(priority));
  }
  void open_some(const char* priority = "medium", int count = 3) {
    for (int i = 0; i < count; ++i) REQUIRE(open_ticket(priority).ok());
  }

  /// In few commits.
  void open_together(const std::vector<const char*>& priorities) {
    std::vector<Writer::Submission> together;
    std::promise<void> done;
    std::size_t answered = 0;
    for (const char* priority : priorities)
      together.push_back({opening(priority), [&](const Outcome& outcome) {
                            CHECK(outcome.ok());
                            if (++answered == priorities.size()) done.set_value();
                          }});
    writer->submit(std::move(together));
    done.get_future().wait();
  }

  std::size_t rows() const {
    std::size_t count = 0;
    REQUIRE(views
                ->each(kTicketRows, id, "ticket/", "", ViewStore::Order::forward,
                       [&](std::string_view, std::string_view) { return ++count, true; })
                .ok());
    return count;
  }

  std::vector<ParkedEvent> parked() const {
    return views->parked(kTicketRows, id, views->state(kTicketRows, id).generation);
  }

  std::vector<ProjectionEventParked> recorded() {
    // Records stand in the queue before this.
    REQUIRE(writer->at_rest(LedgerId(0), [] { return Status(); }).ok());
    REQUIRE(writer->create_tenant(TenantId("t" + std::to_string(++tenants_))).ok());
    std::vector<ProjectionEventParked> all;
    REQUIRE(ledger
                ->scan(LedgerId(0), Position(0), Position(1'000'000),
                       [&](Position, std::string_view leaf) {
                         const auto event = read_leaf(leaf);
                         REQUIRE(event.ok());
                         if (const auto* one = get_if<ProjectionEventParked>(&event->data))
                           all.push_back(*one);
                         return true;
                       })
                .ok());
    return all;
  }

  std::vector<RebuiltView> check() {
    RebuildOptions options;
    options.switch_over = false;
    options.park_file = writing.park_file;
    options.kinds = writing.projections;
    const auto rebuilt = rebuild(*ledger, *views, id, options);
    REQUIRE(rebuilt.ok());
    return *rebuilt;
  }

  /// The live state of everything but tickets is at the head.
  void check_others_go_on() {
    for (const ProjectionKind& kind : writing.projections)
      if (kind.number != kTicketRows)
        CHECK_MESSAGE(views->state(kind.number, id).applied == ledger->head(id).size, kind.name);
  }

 private:
  int tenants_ = 0;
};

/// Makes the first event of the type opened.v1 in a stored ledger one of a type that nobody knows.
/// Returns its position.
Position make_unknown(const std::string& data_dir, LedgerId id) {
  auto store = Store::open(data_dir + "/ledger", /*create=*/false);
  REQUIRE(store.ok());
  const std::string known(TicketOpened::kType);
  for (std::uint64_t at = 0;; ++at) {
    const std::string key = leaf_key(id, Position(at));
    auto leaf = (*store)->get(Family::leaves, key);
    REQUIRE(leaf.ok());
    const std::size_t found = leaf->find(known);
    if (found == leaf->npos) continue;
    leaf->at(found + known.size() - 1) = '9';
    rocksdb::WriteBatch batch;
    put_framed(batch, (*store)->family(Family::leaves), key, *leaf);
    REQUIRE((*store)->write(batch).ok());
    return Position(at);
  }
}

}  // namespace

TEST_CASE_FIXTURE(Poisoned, "a projection that cannot fold an event stops there, alone") {
  open_some();
  const LogSize before = ledger->head(id).size;
  CHECK(writer->behind(id).empty());
  const auto answer = open_ticket("critical");
  REQUIRE(answer.ok());  // The command is committed all the same.
  open_some();
  const auto behind = writer->behind(id);
  REQUIRE(behind.size() == 1);
  CHECK(behind[0].projection == "tickets");
  CHECK(behind[0].why == ViewBehind::Why::stopped);
  CHECK(behind[0].cause == "this is too much");
  CHECK(behind[0].type == TicketOpened::kType);
  CHECK(behind[0].applied.value() >= before.value());
  CHECK(rows() == 3);  // Nothing of the poisoned event, of which half was folded.
  check_others_go_on();
  CHECK(writer->commits().applied(id) == ledger->head(id).size);
  // The rows are what they were right before the event: a check agrees.
  for (const RebuiltView& view : check()) CHECK_MESSAGE(view.equal, view.projection);
}

TEST_CASE_FIXTURE(Poisoned, "a stopped projection stands still at a new start and says so") {
  REQUIRE(open_ticket("critical").ok());
  open_some();
  const LogSize stopped = writer->behind(id).at(0).applied;
  reopen();
  REQUIRE(writer->behind(id).size() == 1);
  CHECK(writer->behind(id)[0].applied == stopped);
  open_some();
  CHECK(rows() == 0);
  check_others_go_on();
}

TEST_CASE_FIXTURE(Poisoned, "a mended projection goes on where it stopped") {
  open_some();
  REQUIRE(open_ticket("critical").ok());
  open_some();
  const std::uint32_t generation = views->state(kTicketRows, id).generation;
  close();
  FussyTickets::refuses = nullptr;  // A new program.
  open();
  CHECK(writer->behind(id).empty());
  CHECK(rows() == 7);
  CHECK(views->state(kTicketRows, id).generation == generation);  // Not made anew.
  for (const RebuiltView& view : check()) CHECK_MESSAGE(view.equal, view.projection);
}

TEST_CASE_FIXTURE(Poisoned, "an event of a parked type is left out and put on record once") {
  REQUIRE(writer->parks().add(std::vector{std::string(TicketOpened::kType)}).ok());
  open_some();
  REQUIRE(open_ticket("critical").ok());
  open_some();
  CHECK(writer->behind(id).empty());
  CHECK(rows() == 6);
  REQUIRE(parked().size() == 1);
  CHECK(parked()[0].type == TicketOpened::kType);
  CHECK(parked()[0].cause == "this is too much");
  REQUIRE(recorded().size() == 1);
  CHECK(recorded()[0].projection == "tickets");
  CHECK(recorded()[0].ledger == id.value());
  CHECK(recorded()[0].position == static_cast<std::int64_t>(parked()[0].position.value()));
  reopen();
  CHECK(recorded().size() == 1);
  CHECK(parked().size() == 1);
  CHECK(writer->behind(id).empty());
}

TEST_CASE_FIXTURE(Poisoned, "rows made live and rows made anew leave out the same events") {
  REQUIRE(writer->parks().add(std::vector{std::string(TicketOpened::kType)}).ok());
  open_some();
  open_some("critical");
  open_some();
  REQUIRE(parked().size() == 3);
  SUBCASE("in a check") {
    for (const RebuiltView& view : check()) {
      CHECK_MESSAGE(view.equal, view.projection);
      CHECK(view.parked.size() == (view.projection == "tickets" ? 3 : 0));
    }
  }
  SUBCASE("in a rebuild of a stopped deployment") {
    const ViewState live = views->state(kTicketRows, id);
    writer.reset();
    RebuildOptions options;
    options.scratch_dir = dir + "/data/rebuild";
    options.park_file = writing.park_file;
    options.kinds = writing.projections;
    const auto rebuilt = rebuild(*ledger, *views, id, options);
    REQUIRE(rebuilt.ok());
    for (const RebuiltView& view : *rebuilt) CHECK_MESSAGE(view.equal, view.projection);
    CHECK(views->state(kTicketRows, id).generation != live.generation);
    CHECK(parked().size() == 3);
    close();
    open();
    open_some();
    CHECK(rows() == 9);
  }
  SUBCASE("in a build beside a running server, folded in other pieces") {
    ProjectionBuilds builds(*writer, {2, false});
    REQUIRE(builds.start(id, "tickets").ok());
    for (int i = 0; i < 2'000; ++i) {
      const auto made = views->slot(kTicketRows, id, ViewSlot::candidate);
      if (made && made->applied == ledger->head(id).size) break;
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    const auto diff = builds.diff(id, "tickets", 3);
    REQUIRE_MESSAGE(diff.ok(), (diff.ok() ? "" : diff.error().message));
    CHECK(diff->live == diff->candidate);
    CHECK(builds.status(id).at(1).candidate->parked.size() == 3);
    CHECK(recorded().size() == 3);  // Once each, whoever left them out.
  }
}

TEST_CASE_FIXTURE(Poisoned, "what was left out is tried again when the rows are made anew") {
  REQUIRE(writer->parks().add(std::vector{std::string(TicketOpened::kType)}).ok());
  open_some("critical");
  open_some();
  FussyTickets::refuses = nullptr;
  ProjectionBuilds builds(*writer, {2, false});
  REQUIRE(builds.start(id, "tickets").ok());
  const Actor ada{ActorType::human, PrincipalId("usr_ada")};
  for (int i = 0; i < 2'000; ++i) {
    if (builds.switch_over(id, "tickets", ada).ok()) break;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  CHECK(rows() == 6);
  CHECK(parked().empty());
}

TEST_CASE_FIXTURE(Poisoned, "parking a type lets a stopped projection go on at once") {
  open_some("critical", 2);
  open_some();
  REQUIRE(writer->behind(id).size() == 1);
  ProjectionBuilds builds(*writer, {2, false});
  REQUIRE(builds.start(id, "tickets").ok());
  for (int i = 0; i < 2'000 && builds.status(id).at(1).fault.empty(); ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  CHECK(builds.status(id).at(1).fault.find("this is too much") != std::string::npos);
  CHECK(builds.park(std::vector<std::string>{"ticket opened"}).error().code == ErrorCode::invalid);
  REQUIRE(builds.park(std::vector{std::string(TicketOpened::kType)}).ok());
  CHECK(writer->behind(id).empty());
  CHECK(builds.status(id).at(1).fault.empty());
  CHECK(rows() == 3);
  CHECK(parked().size() == 2);
}

TEST_CASE_FIXTURE(Poisoned, "a rebuild that stops leaves the served rows in force") {
  open_some();
  const ViewState live = views->state(kTicketRows, id);
  REQUIRE(open_ticket("critical").ok());
  writer.reset();
  RebuildOptions options;
  options.scratch_dir = dir + "/data/rebuild";
  options.kinds = writing.projections;
  const auto rebuilt = rebuild(*ledger, *views, id, options);
  REQUIRE(rebuilt.ok());
  for (const RebuiltView& view : *rebuilt) {
    CHECK(view.stopped.has_value() == (view.projection == "tickets"));
    CHECK_MESSAGE(view.equal == (view.projection != "tickets"), view.projection);
  }
  CHECK(views->state(kTicketRows, id).generation == live.generation);
  CHECK(rows() == 3);
}

TEST_CASE_FIXTURE(Poisoned, "several events of one commit can be left out") {
  REQUIRE(writer->parks().add(std::vector{std::string(TicketOpened::kType)}).ok());
  open_together({"critical", "medium", "critical", "medium", "critical", "medium"});
  CHECK(rows() == 3);
  CHECK(parked().size() == 3);
  for (const RebuiltView& view : check()) CHECK_MESSAGE(view.equal, view.projection);
}

TEST_CASE_FIXTURE(Poisoned, "an event of an unknown type stops this tenant's commands, no others") {
  FussyTickets::refuses = nullptr;
  REQUIRE(writer->create_tenant(TenantId("other")).ok());
  open_together(std::vector<const char*>(280, "medium"));  // The newest 256 events are hashed again at a start.
  close();
  const Position unknown = make_unknown(dir + "/data", id);
  std::filesystem::remove_all(dir + "/data/views");
  SUBCASE("and all its projections where nothing is parked") {
    open();
    const auto behind = writer->behind(id);
    REQUIRE(behind.size() == all_projections().size());
    for (const ViewBehind& view : behind) {
      CHECK(view.applied.value() == unknown.value());
      CHECK(view.type == "recourse.ticket.opened.v9");
    }
  }
  SUBCASE("but not the read models that may leave it out") {
    {
      ParkList parks;
      REQUIRE(parks.open(writing.park_file).ok());
      REQUIRE(parks.add(std::vector<std::string>{"recourse.ticket.opened.v9"}).ok());
    }
    open();
    const auto behind = writer->behind(id);
    REQUIRE(behind.size() == 1);
    CHECK(behind[0].projection == "decision_state");
    CHECK(rows() == 279);
    CHECK(recorded().size() == all_projections().size() - 1);
  }
  const auto refused = open_ticket();
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().code == ErrorCode::unavailable);
  CHECK(refused.error().message.find("event " + std::to_string(unknown.value())) !=
        std::string::npos);
  OpenTicket open;
  open.title = "Printer";
  const Principal by{PrincipalId("usr_ada"), ActorType::human, Role::agent, KeyId("key_ada")};
  CHECK(writer->handle(command_request(TenantId("other"), by, open, "jane@example.com")).ok());
}

TEST_CASE_FIXTURE(Poisoned, "a projection that was stopped for long does not keep a start waiting") {
  REQUIRE(open_ticket("critical").ok());
  open_some("medium", 10);
  writer.reset();
  FussyTickets::refuses = nullptr;
  const ParkList parks;
  const LedgerViews::Options options{writing.projections, parks, /*most_behind=*/5};
  const auto first = LedgerViews::open(*ledger, *views, id, options);
  REQUIRE(first.ok());
  REQUIRE((*first)->behind().size() == 1);
  CHECK((*first)->behind()[0].why == ViewBehind::Why::catching_up);
  CHECK((*first)->behind()[0].applied == ledger->head(id).size);  // One piece was enough for it.
  const auto second = LedgerViews::open(*ledger, *views, id, options);
  REQUIRE(second.ok());
  CHECK((*second)->behind().empty());
  CHECK(rows() == 11);
}
