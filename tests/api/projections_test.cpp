#include "tests/api/native_desk.h"
#include "tests/unit/engine/writer/fussy_projections.h"

using namespace recourse;

namespace {

constexpr const char* kRefused =
    R"({"title":"VPN","customer_email":"jane@example.com","priority":"critical"})";

/// A desk with a projection whose handlers break off on critical tickets.
struct FussyDesk : NativeDesk {
  ~FussyDesk() { FussyTickets::refuses = nullptr; }

  void start_program(std::uint32_t version = 0) {
    writing.projections = with_fussy_tickets(version);
    restart();
  }
  static void refuse_critical() {
    FussyTickets::refuses = [](const RecordedEvent& event) {
      const auto* opened = get_if<TicketOpened>(&event.data);
      return opened != nullptr && opened->priority == Clear("critical");
    };
  }
  /// Until the served rows of tickets follow the log.
  void wait_until_current() {
    for (int i = 0; i < 2'000; ++i) {
      if (get("/v1/projections", viewer).text("items/1/state") == "current") return;
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    FAIL("the rows of tickets do not follow the log");
  }
  std::size_t tickets_listed() {
    return get("/v1/tickets?limit=100", viewer).json.find("items")->elements()->size();
  }
  LedgerId id() { return ledger->find_tenant(TenantId("default"))->ledger; }
};

}  // namespace

TEST_CASE_FIXTURE(FussyDesk, "a stopped projection is seen everywhere and hinders nothing else") {
  start_program();
  const std::string ticket = open_ticket();
  const auto action = propose(ticket, "AUTO_RESOLVE", R"({"resolution_steps":["Update it"]})");
  REQUIRE_MESSAGE(action.status == 201, action.body);
  CHECK(action.header("Recourse-View") == "");
  CHECK(get("/healthz", "").text("status") == "ok");

  refuse_critical();
  const auto committed = post("/v1/tickets", kRefused, person);
  REQUIRE_MESSAGE(committed.status == 201, committed.body);
  CHECK(committed.header("Recourse-View") == "stale");
  const std::string newest = committed.header("Recourse-Position");

  const auto shown = get("/v1/tickets/" + ticket, viewer);
  CHECK(shown.status == 200);
  CHECK(shown.header("Recourse-View") == "stale");
  CHECK(std::stoi(shown.header("Recourse-Position")) < std::stoi(newest));
  CHECK(tickets_listed() == 1);
  const auto later = get("/v1/tickets?min_position=" + newest, viewer);
  CHECK(later.status == 504);
  CHECK(later.text("position") == shown.header("Recourse-Position"));
  CHECK(later.text("detail").find("tickets stopped: this is too much") != std::string::npos);
  // What is made from other rows is not concerned.
  const auto other = get("/v1/actions/" + action.text("action") + "?min_position=" + newest, viewer);
  CHECK(other.status == 200);
  CHECK(other.header("Recourse-Position") == newest);
  CHECK(get("/v1/tickets", stranger).header("Recourse-View") == "");

  const auto list = get("/v1/projections", viewer);
  CHECK(list.text("items/1/projection") == "tickets");
  CHECK(list.text("items/1/state") == "stopped");
  CHECK(list.text("items/1/stopped/cause") == "this is too much");
  CHECK(list.text("items/1/stopped/type") == TicketOpened::kType);
  CHECK(list.text("items/2/state") == "current");
  const auto health = get("/healthz", "");
  CHECK(health.status == 200);
  CHECK(health.text("status") == "red");
  CHECK(health.body.find("tickets") != std::string::npos);
  CHECK(health.body.find("rebuild run tickets --park " + std::string(TicketOpened::kType)) !=
        std::string::npos);

  // The way out that needs no other program.
  const std::string park = R"({"park":[")" + std::string(TicketOpened::kType) + R"("]})";
  CHECK(post("/v1/projections/tickets/build", park, manager).status == 403);
  CHECK(post("/v1/projections/tickets/build", park, stranger).status == 403);
  CHECK(post("/v1/projections/tickets/build", R"({"park":["nonsense"]})", admin).status == 400);
  const auto parked = post("/v1/projections/tickets/build", park, admin);
  REQUIRE_MESSAGE(parked.status == 200, parked.body);
  CHECK(parked.text("state") == "current");
  CHECK(parked.text("live/parked/0/cause") == "this is too much");
  CHECK(get("/v1/projections", viewer).text("park/0") == TicketOpened::kType);
  CHECK(get("/healthz", "").text("status") == "ok");
  CHECK(get("/v1/tickets?min_position=" + newest, viewer).status == 200);
  CHECK(events("recourse.projection.event_parked.v1", "meta").size() == 1);
}

TEST_CASE_FIXTURE(FussyDesk, "rows of another version are served as they are until new ones are") {
  open_ticket();
  FussyTickets::refuses = [](const RecordedEvent&) { return true; };  // No new rows for now.
  start_program(tickets_kind().version + 1);
  const auto old = get("/v1/tickets", viewer);
  CHECK(old.status == 200);
  CHECK(old.header("Recourse-View") == "stale");
  const auto written = post("/v1/tickets", kRefused, person);
  CHECK(written.status == 201);
  CHECK(tickets_listed() == 1);
  CHECK(get("/v1/tickets?min_position=" + written.header("Recourse-Position"), viewer).status ==
        504);
  CHECK(get("/v1/projections", viewer).text("items/1/state") == "other_version");

  FussyTickets::refuses = nullptr;
  start_program(tickets_kind().version + 1);
  wait_until_current();
  CHECK(tickets_listed() == 2);
  CHECK(get("/v1/tickets", viewer).header("Recourse-View") == "");
}

TEST_CASE_FIXTURE(FussyDesk, "rows that this program does not know are not shown") {
  const std::string ticket = open_ticket();
  const ViewState state = views->state(kTicketRows, id());
  const auto batch = views->batch();
  batch->put(kTicketRows, id(), state.generation, "ticket/" + ticket, R"({"id_of_old":1})");
  REQUIRE(batch->write().ok());
  FussyTickets::refuses = [](const RecordedEvent&) { return true; };
  start_program(tickets_kind().version + 1);
  for (const std::string& path : {std::string("/v1/tickets"), "/v1/tickets/" + ticket}) {
    const auto refused = get(path, viewer);
    CHECK(refused.status == 503);
    CHECK(refused.header("Retry-After") == "1");
    CHECK(refused.text("detail").find("tickets are of version") != std::string::npos);
    CHECK(refused.text("detail").find("0 of ") != std::string::npos);
  }
  CHECK(get("/v1/sla", viewer).status == 503);
  CHECK(get("/v1/approvals", operator_).status == 200);
  CHECK(get("/v1/analytics/agent", viewer).status == 200);
  CHECK(post("/v1/tickets", kRefused, person).status == 201);

  FussyTickets::refuses = nullptr;
  start_program(tickets_kind().version + 1);
  wait_until_current();
  CHECK(get("/v1/tickets/" + ticket, viewer).status == 200);
}
