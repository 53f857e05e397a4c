#include "engine/reactor/outbox.h"

#include <algorithm>
#include <deque>
#include <future>
#include <mutex>
#include <thread>

#include "engine/reactor/reactor.h"
#include "engine/reactor/send_effect.h"
#include "engine/writer/decision_state.h"
#include "projections/row_codec.h"
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
      if (const E* found = get_if<E>(&event.data)) return found;
    return nullptr;
  }

  ProposeAction bug_report() const {
    ProposeAction proposal;
    proposal.ticket = ticket;
    proposal.type = "create_bug_report";
    proposal.args_json = R"({"description":"it crashes","title":"crash"})";
    proposal.confidence_ppm = 990'000;
    return proposal;
  }
  ActionId report_a_bug() { return find<ActionProposed>(give(kMachine, bug_report()))->action; }
  /// So many at once, in few commits.
  void report_bugs(const Principal& by, int count) {
    std::deque<std::promise<Outcome>> answers(static_cast<std::size_t>(count));
    for (std::promise<Outcome>& answer : answers)
      writer->submit(command_request(kShopTenant, by, bug_report(), "jane@example.com"),
                     [&answer](Outcome outcome) { answer.set_value(std::move(outcome)); });
    for (std::promise<Outcome>& answer : answers) REQUIRE(answer.get_future().get().ok());
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

  /// The one row of this kind in the outbox.
  TimerState due(std::string_view kind) {
    std::vector<TimerState> found;
    REQUIRE(views
                ->each(kDecisionState, ledger->find_tenant(kShopTenant)->ledger,
                       "timer/" + std::string(kind), "", ViewStore::Order::forward,
                       [&](std::string_view, std::string_view json) {
                         return decode_row(json, found.emplace_back());
                       })
                .ok());
    REQUIRE(found.size() == 1);
    return found[0];
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

TEST_CASE_FIXTURE(ConnectedDesk,
                  "an outbox without threads does it all in turn, where it is asked") {
  std::vector<ActionId> actions;
  for (int i = 0; i < 3; ++i) {
    actions.push_back(report_a_bug());
    clock.advance(std::chrono::seconds(1));  // What was due first is sent first.
  }
  OutboxOptions options;
  options.threads = 0;
  std::vector<std::thread::id> told;
  options.committed = [&](const Committed&) { told.push_back(std::this_thread::get_id()); };
  Outbox outbox(*writer, provider, options);
  CHECK(provider.asked.empty());
  REQUIRE(outbox.tick().ok());
  REQUIRE(provider.asked.size() == 3);
  for (std::size_t i = 0; i < actions.size(); ++i) CHECK(provider.asked[i].action == actions[i]);
  CHECK(told == std::vector(6, std::this_thread::get_id()));  // A dispatch and a report of each.
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

TEST_CASE_FIXTURE(ConnectedDesk, "what was read before somebody else did it is not done again") {
  report_a_bug();
  const auto held = due("dispatch");
  provider.next.outcome = EffectOutcome::unknown;
  provider.found.outcome = EffectOutcome::succeeded;
  tick();
  clock.advance(std::chrono::seconds(11));
  const auto lost = due("look_up");
  tick();
  REQUIRE(provider.asked.size() == 1);
  REQUIRE(provider.looked_up.size() == 1);
  for (const TimerState& stale : {held, lost}) {
    const std::function<void(const Committed&)> nobody;
    const Status done = send_effect({*writer, provider, nobody}, kShopTenant,
                                    ledger->find_tenant(kShopTenant)->ledger, {}, stale);
    CHECK(done.ok());
  }
  CHECK(provider.asked.size() == 1);
  CHECK(provider.looked_up.size() == 1);
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

TEST_CASE_FIXTURE(ConnectedDesk,
                  "however much one connector has to do, another is not kept waiting") {
  for (int i = 0; i < 22; ++i) {
    report_bugs(kOwner, 50);
    clock.advance(std::chrono::hours(3));  // No limit is in the way.
  }
  ConfigureConnector accounts;
  accounts.connector = "accounts";
  accounts.url = "https://accounts.example/effects";
  accounts.types = {"check_order_status"};
  give(kOwner, accounts);
  ProposeAction proposal;
  proposal.ticket = ticket;
  proposal.type = "check_order_status";
  proposal.args_json = R"({"order_id":"O-1"})";
  proposal.confidence_ppm = 990'000;
  const ActionId looked_up = find<ActionProposed>(give(kMachine, proposal))->action;
  REQUIRE(effects()["held.v1"] == 1'101);
  tick();
  const auto asked = [&](const ToolCall& call) { return call.action == looked_up; };
  CHECK(std::any_of(provider.asked.begin(), provider.asked.end(), asked));
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
