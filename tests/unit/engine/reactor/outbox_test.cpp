#include "engine/reactor/outbox.h"

#include <mutex>

#include "engine/reactor/reactor.h"
#include "tests/unit/engine/writer/deployment_for_test.h"

namespace recourse {
namespace {

const TenantId kShopTenant("default");
const Principal kOwner{PrincipalId("usr_ada"), ActorType::human, Role::admin, KeyId("key_1")};
const Principal kMachine{PrincipalId("agt_1"), ActorType::agent, Role::agent, KeyId("key_2")};

/// Answers as it is told to, and remembers what it was asked.
class FakeProvider final : public ToolPort {
 public:
  ToolAnswer run(const ToolCall& call) override {
    const std::lock_guard lock(mutex);
    asked.push_back(call);
    return next;
  }
  ToolAnswer look_up(const ToolCall& call) override {
    const std::lock_guard lock(mutex);
    looked_up.push_back(call);
    return found;
  }
  void stop() override {}

  std::mutex mutex;
  ToolAnswer next, found;
  std::vector<ToolCall> asked, looked_up;
};

struct ConnectedDesk : DeploymentForTest {
  ConnectedDesk() {
    REQUIRE(bootstrap(*writer).ok());
    ConfigureConnector shop;
    shop.connector = "shop";
    shop.url = shop.look_up_url.emplace("https://shop.example/effects");
    shop.types = {"create_bug_report", "close_bug_report"};
    give(kOwner, shop);
    provider.next.outcome = EffectOutcome::succeeded;
    ticket = find<TicketOpened>(give(kOwner, OpenTicket{}))->ticket;
  }

  Committed give(const Principal& by, Command command) {
    Outcome done =
        writer->handle(command_request(kShopTenant, by, std::move(command), "jane@example.com"));
    REQUIRE_MESSAGE(done.ok(), (done.ok() ? "" : done.error().message));
    return std::move(*done);
  }
  template <class E>
  static const E* find(const Committed& committed) {
    for (const RecordedEvent& event : committed.events)
      if (const E* found = std::get_if<E>(&event.data)) return found;
    return nullptr;
  }

  ActionId report_a_bug() {
    ProposeAction proposal;
    proposal.ticket = ticket;
    proposal.type = "create_bug_report";
    proposal.args_json = R"({"description":"it crashes","title":"crash"})";
    proposal.confidence_ppm = 990'000;
    return find<ActionProposed>(give(kMachine, proposal))->action;
  }

  /// One round of the outbox and one of the timers.
  void tick() {
    Outbox outbox(*writer, provider, {std::chrono::hours(1), 2, 2, {}});
    const Status done = outbox.tick();
    REQUIRE_MESSAGE(done.ok(), (done.ok() ? "" : done.error().message));
  }
  void fire_timers() {
    auto signer = Signer::open(*ledger, dir + "/data");
    REQUIRE(signer.ok());
    Reactor reactor(*writer, **signer);
    REQUIRE(reactor.tick().ok());
  }

  /// How often each type of effect event stands in the log.
  std::map<std::string, int> effects() {
    std::map<std::string, int> counts;
    const LedgerId id = ledger->find_tenant(kShopTenant)->ledger;
    const std::uint64_t size = ledger->head(id).size.value();
    REQUIRE(ledger
                ->scan(id, Position(0), Position(size),
                       [&](Position, std::string_view line) {
                         const auto event = read_leaf(line);
                         REQUIRE(event.ok());
                         const std::string type(type_of(event->data));
                         if (type.starts_with("recourse.effect.")) ++counts[type.substr(16)];
                         return true;
                       })
                .ok());
    return counts;
  }

  FakeProvider provider;
  TicketId ticket;
};

TEST_CASE_FIXTURE(ConnectedDesk,
                  "what is due is sent once, with the arguments that were proposed") {
  const ActionId action = report_a_bug();
  tick();
  tick();
  REQUIRE(provider.asked.size() == 1);
  const ToolCall& call = provider.asked[0];
  CHECK(call.action == action);
  CHECK(call.type == "create_bug_report");
  CHECK(call.args_json == R"({"description":"it crashes","title":"crash"})");
  CHECK(call.provider_key == action.value() + ".1");
  CHECK(call.connector.connector == Clear("shop"));
  CHECK(effects() ==
        std::map<std::string, int>{{"held.v1", 1}, {"dispatched.v1", 1}, {"confirmed.v1", 1}});
}

TEST_CASE_FIXTURE(ConnectedDesk, "what the policy refuses now is not sent") {
  report_a_bug();
  give(kOwner, EngageKillswitch{});
  tick();
  CHECK(provider.asked.empty());
  give(kOwner, ReleaseKillswitch{});
  clock.advance(std::chrono::minutes(1));
  tick();
  CHECK(provider.asked.size() == 1);
}

TEST_CASE_FIXTURE(ConnectedDesk,
                  "what was turned away goes again when it is due, under another key") {
  report_a_bug();
  provider.next.outcome = EffectOutcome::failed;
  provider.next.retryable = true;
  tick();
  tick();
  REQUIRE(provider.asked.size() == 1);
  provider.next.outcome = EffectOutcome::succeeded;
  clock.advance(std::chrono::seconds(11));
  tick();
  REQUIRE(provider.asked.size() == 2);
  CHECK(provider.asked[0].provider_key != provider.asked[1].provider_key);
  CHECK(effects()["confirmed.v1"] == 1);
}

TEST_CASE_FIXTURE(ConnectedDesk, "an answer that never came is looked up under the same key") {
  const ActionId action = report_a_bug();
  provider.next.outcome = EffectOutcome::unknown;
  provider.found.outcome = EffectOutcome::succeeded;
  tick();
  clock.advance(std::chrono::seconds(11));
  tick();
  tick();
  REQUIRE(provider.looked_up.size() == 1);
  CHECK(provider.looked_up[0].provider_key == action.value() + ".1");
  CHECK(provider.asked.size() == 1);
  CHECK(effects()["reconciled.v1"] == 1);
}

TEST_CASE_FIXTURE(ConnectedDesk,
                  "a dispatch whose process died is found out about, not made again") {
  const ActionId action = report_a_bug();
  // As an outbox that was killed right after its dispatch was durable leaves it.
  LeaseAction lease;
  lease.action = action;
  lease.connector = "shop";
  give({PrincipalId("sys_outbox"), ActorType::system, Role::admin, {}}, lease);
  tick();
  CHECK(provider.asked.empty());
  clock.advance(std::chrono::seconds(61));
  fire_timers();
  clock.advance(std::chrono::seconds(11));
  provider.found.outcome = EffectOutcome::failed;
  tick();
  CHECK(provider.asked.empty());
  CHECK(provider.looked_up.size() == 1);
  CHECK(effects()["outcome_unknown.v1"] == 1);
}

TEST_CASE_FIXTURE(ConnectedDesk, "a slow connector's calls at once are few") {
  for (int i = 0; i < 5; ++i) report_a_bug();
  tick();
  CHECK(provider.asked.size() == 2);
  tick();
  tick();
  CHECK(provider.asked.size() == 5);
}

}  // namespace
}  // namespace recourse
