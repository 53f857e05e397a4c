#include "engine/writer/writer.h"

#include <doctest/doctest.h>

#include <future>

#include "engine/writer/remove_access.h"
#include "tests/unit/engine/writer/deployment_for_test.h"

using namespace recourse;

namespace {

const TenantId kTenant("default");

struct Desk : DeploymentForTest {
  Principal ada, bob, agent;

  Desk() {
    const auto first = bootstrap(*writer);
    REQUIRE(first.ok());
    REQUIRE(first->has_value());
    ada = (**first).key.principal;
    bob = key(Role::manager, ActorType::human);
    agent = key(Role::agent, ActorType::agent);
  }

  Principal key(Role role, ActorType kind) {
    Writer::KeyOrder order;
    order.tenant = kTenant;
    order.role = role;
    order.kind = kind;
    auto made = writer->create_key(order, Actor{});
    REQUIRE(made.ok());
    return made->key.principal;
  }

  Outcome give(Principal by, Command command, std::string key = "", std::string fingerprint = "") {
    WriteRequest request =
        command_request(kTenant, std::move(by), std::move(command), "jane@example.com");
    request.idempotency_key = std::move(key);
    request.fingerprint = std::move(fingerprint);
    return writer->handle(std::move(request));
  }

  TicketId open_ticket() {
    OpenTicket open;
    open.title = "VPN drops";
    open.description = "It drops every hour";
    auto opened = give(ada, open);
    REQUIRE_MESSAGE(opened.ok(), (opened.ok() ? "" : opened.error().message));
    return get<TicketOpened>(opened->events.front().data).ticket;
  }

  ProposeAction resolve(const TicketId& ticket) {
    ProposeAction proposal;
    proposal.ticket = ticket;
    proposal.type = "AUTO_RESOLVE";
    proposal.args_json = R"({"resolution_steps":["Update the client"]})";
    proposal.confidence_ppm = 950'000;
    proposal.reasoning = "Known fault";
    return proposal;
  }

  LedgerId id() { return ledger->find_tenant(kTenant)->ledger; }
};

template <class E>
const E* find(const std::vector<RecordedEvent>& events) {
  for (const RecordedEvent& event : events)
    if (const auto* data = get_if<E>(&event.data)) return data;
  return nullptr;
}

}  // namespace

TEST_CASE_FIXTURE(Desk, "an auto-resolve runs inside its commit and can be rolled back") {
  const TicketId ticket = open_ticket();
  const auto done = give(agent, resolve(ticket));
  REQUIRE_MESSAGE(done.ok(), (done.ok() ? "" : done.error().message));
  const auto* proposed = find<ActionProposed>(done->events);
  REQUIRE(proposed != nullptr);
  CHECK(find<EffectConfirmed>(done->events) != nullptr);
  CHECK(find<ResolutionAsserted>(done->events) != nullptr);

  RollBack back;
  back.action = proposed->action;
  back.reason = "It still drops";
  const auto undone = give(bob, back);
  REQUIRE_MESSAGE(undone.ok(), (undone.ok() ? "" : undone.error().message));
  CHECK(find<RollbackCompleted>(undone->events) != nullptr);
  CHECK(find<FollowUpCancelled>(undone->events) != nullptr);

  const auto row = views->row(1, id(), "ticket/" + ticket.value());
  REQUIRE(row.ok());
  CHECK(row->find(R"("status":"new")") != std::string::npos);
}

TEST_CASE_FIXTURE(Desk, "positions have no gaps and every event of a commit follows the last") {
  for (int i = 0; i < 5; ++i) REQUIRE(give(agent, resolve(open_ticket())).ok());
  std::uint64_t expected = 0;
  const LogSize size = ledger->head(id()).size;
  const auto scanned = ledger->scan(id(), Position(0), Position(size.value()),
                                    [&](Position position, std::string_view leaf) {
                                      CHECK(position.value() == expected);
                                      CHECK(read_leaf(leaf).value().position == position);
                                      ++expected;
                                      return true;
                                    });
  REQUIRE(scanned.ok());
  CHECK(expected == size.value());
}

TEST_CASE_FIXTURE(Desk,
                  "the same key and request give the first answer for ever, also after a restart") {
  const TicketId ticket = open_ticket();
  const auto first = give(agent, resolve(ticket), "k-1", "POST body");
  REQUIRE(first.ok());
  CHECK_FALSE(first->repeated);
  reopen();
  const auto again = give(agent, resolve(ticket), "k-1", "POST body");
  REQUIRE(again.ok());
  CHECK(again->repeated);
  REQUIRE(again->events.size() == first->events.size());
  CHECK(again->events.front().id == first->events.front().id);
  const auto other = give(agent, resolve(ticket), "k-1", "POST another body");
  REQUIRE_FALSE(other.ok());
  CHECK(other.error().code == ErrorCode::key_reused);
}

TEST_CASE_FIXTURE(Desk, "two requests with one key in the same group make one set of events") {
  const TicketId ticket = open_ticket();
  const LogSize before = ledger->head(id()).size;
  std::vector<std::promise<Outcome>> answers(16);
  for (auto& answer : answers) {
    WriteRequest request = command_request(kTenant, agent, resolve(ticket));
    request.idempotency_key = "same";
    request.fingerprint = "same";
    writer->submit(std::move(request),
                   [&](Outcome outcome) { answer.set_value(std::move(outcome)); });
  }
  std::string event;
  std::size_t count = 0;
  for (auto& answer : answers) {
    const Outcome outcome = answer.get_future().get();
    REQUIRE(outcome.ok());
    if (event.empty()) event = outcome->events.front().id.value();
    CHECK(outcome->events.front().id.value() == event);
    count = outcome->events.size();
  }
  CHECK(ledger->head(id()).size.value() == before.value() + count);
}

TEST_CASE_FIXTURE(Desk, "what comes in together is committed together, in its order") {
  const std::uint64_t commits = ledger->commit_number();
  std::vector<std::promise<Outcome>> answers(8);
  std::vector<Writer::Submission> together;
  for (auto& answer : answers)
    together.push_back({command_request(kTenant, ada, OpenTicket{}, "jane@example.com"),
                        [&](Outcome outcome) { answer.set_value(std::move(outcome)); }});
  writer->submit(std::move(together));
  Position last;
  for (auto& answer : answers) {
    const Outcome outcome = answer.get_future().get();
    REQUIRE(outcome.ok());
    CHECK(outcome->events.front().position > last);
    last = outcome->events.back().position;
  }
  CHECK(ledger->commit_number() == commits + 1);
}

TEST_CASE_FIXTURE(Desk, "rows and state know nothing of a commit that the disk had no room for") {
  const TicketId ticket = open_ticket();
  const std::string row = views->row(1, id(), "ticket/" + ticket.value()).value();
  close();
  LedgerOptions full;
  full.free_space_watermark_bytes = ~std::uint64_t{0} >> 2;
  open(full);
  for (int i = 0; i < 2; ++i) {
    AddMessage message;
    message.ticket = ticket;
    message.body = "any news?";
    const Outcome outcome = give(ada, message);
    REQUIRE_FALSE(outcome.ok());
    CHECK(outcome.error().code == ErrorCode::disk_full);
    CHECK(views->row(1, id(), "ticket/" + ticket.value()).value() == row);
  }
  CHECK_FALSE(writer->failed());
  reopen();
  REQUIRE(give(agent, resolve(ticket)).ok());
  RebuildOptions beside;
  beside.switch_over = false;
  const auto rebuilt = rebuild(*ledger, *views, id(), beside);
  REQUIRE(rebuilt.ok());
  for (const RebuiltView& view : *rebuilt) CHECK_MESSAGE(view.equal, view.projection);
}

TEST_CASE_FIXTURE(Desk, "a refused command consumes no position") {
  const LogSize before = ledger->head(id()).size;
  const auto refused = give(agent, resolve(TicketId("tkt_NONE")));
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().code == ErrorCode::not_found);
  CHECK(ledger->head(id()).size == before);
}

TEST_CASE_FIXTURE(Desk, "what is decided after a restart sees what was decided before") {
  const TicketId ticket = open_ticket();
  const auto done = give(agent, resolve(ticket));
  REQUIRE(done.ok());
  reopen();
  RollBack back;
  back.action = find<ActionProposed>(done->events)->action;
  back.reason = "Wrong";
  REQUIRE(give(bob, back).ok());
  reopen();
  const auto twice = give(bob, back);
  REQUIRE(twice.ok());
  const auto* refused = find<RollbackRefused>(twice->events);
  REQUIRE(refused != nullptr);
  CHECK(refused->code.text == "already_rolled_back");
}

TEST_CASE_FIXTURE(Desk,
                  "a rebuild gives the digests of the live views, and they are served afterwards") {
  for (int i = 0; i < 20; ++i) {
    const TicketId ticket = open_ticket();
    const auto done = give(agent, resolve(ticket));
    if (i % 3 == 0) {
      RollBack back;
      back.action = find<ActionProposed>(done->events)->action;
      REQUIRE(give(bob, back).ok());
    }
  }
  const TicketId last = open_ticket();
  const std::string before = views->row(1, id(), "ticket/" + last.value()).value();
  writer.reset();
  RebuildOptions options;
  options.scratch_dir = dir + "/rebuild";
  const auto rebuilt = rebuild(*ledger, *views, id(), options);
  REQUIRE_MESSAGE(rebuilt.ok(), (rebuilt.ok() ? "" : rebuilt.error().message));
  CHECK(rebuilt->size() == 9);
  for (const RebuiltView& view : *rebuilt) {
    CAPTURE(view.projection);
    CHECK(view.equal);
  }
  CHECK(views->row(1, id(), "ticket/" + last.value()).value() == before);
}

TEST_CASE_FIXTURE(Desk, "a lost views database is folded again from the ledger") {
  const TicketId ticket = open_ticket();
  const std::string before = views->row(1, id(), "ticket/" + ticket.value()).value();
  const Digest digest = views->state(1, id()).digest;
  close();
  std::filesystem::remove_all(dir + "/data/views");
  open();
  CHECK(views->row(1, id(), "ticket/" + ticket.value()).value() == before);
  CHECK(views->state(1, id()).digest == digest);
}

TEST_CASE_FIXTURE(Desk, "a key is known by its secret and refused once it is revoked") {
  Writer::KeyOrder order;
  order.tenant = kTenant;
  order.role = Role::viewer;
  const auto made = writer->create_key(order, Actor{});
  REQUIRE(made.ok());
  REQUIRE(writer->directory().find_secret(made->secret).has_value());
  CHECK_FALSE(writer->directory().find_secret("rk_unknown").has_value());
  REQUIRE(writer->revoke_key(made->key.id, Actor{}).ok());
  CHECK(writer->directory().find_secret(made->secret)->revoked);
  reopen();
  CHECK(writer->directory().find_secret(made->secret)->revoked);
}

TEST_CASE_FIXTURE(Desk, "a tenant's name is checked and taken once") {
  CHECK(writer->create_tenant(TenantId("acme")).ok());
  CHECK(writer->create_tenant(TenantId("acme")).error().code == ErrorCode::conflict);
  CHECK(writer->create_tenant(TenantId("meta")).error().code == ErrorCode::invalid);
  CHECK(writer->create_tenant(TenantId("No Spaces")).error().code == ErrorCode::invalid);
}

TEST_CASE_FIXTURE(Desk, "a tenant has its policy from the commit that made it") {
  const std::uint64_t before = ledger->commit_number();
  const auto made = writer->create_tenant(TenantId("acme"));
  REQUIRE(made.ok());
  CHECK(ledger->commit_number() == before + 1);
  const auto leaf = ledger->leaf(made->ledger, Position(1));
  REQUIRE(leaf.ok());
  CHECK(holds_alternative<PolicyActivated>(read_leaf(*leaf)->data));
}

TEST_CASE_FIXTURE(Desk,
                  "a ledger that was quiet for a minute quotes the meta ledger's head first") {
  open_ticket();
  clock.advance(std::chrono::seconds(61));
  const std::uint64_t before = ledger->head(id()).size.value();
  open_ticket();
  const auto leaf = ledger->leaf(id(), Position(before));
  REQUIRE(leaf.ok());
  const auto event = read_leaf(*leaf);
  REQUIRE(event.ok());
  const auto* beat = get_if<LogHeartbeat>(&event->data);
  REQUIRE(beat != nullptr);
  CHECK(beat->meta_root == ledger->head(LedgerId(0)).root);
}

TEST_CASE_FIXTURE(Desk, "access and keys are gone in one commit, or both are still there") {
  const auto remove = [&](const Principal& by, AccessRemoved fact) {
    WriteRequest request;
    request.tenant = kTenant;
    request.principal = by;
    request.alone = true;
    request.decide = remove_access(writer->directory(), std::move(fact));
    return writer->handle(std::move(request));
  };
  const auto revoked = [&](const Principal& who) {
    return writer->directory().find_key(who.key)->revoked;
  };
  CHECK(remove(ada, {bob.id, {}, EntryId("acn_none"), 0}).error().code == ErrorCode::not_found);
  CHECK_FALSE(revoked(bob));
  CHECK(remove(ada, {ada.id, {}, {}, 0}).error().code == ErrorCode::conflict);
  CHECK_FALSE(revoked(ada));
  const std::uint64_t before = ledger->commit_number();
  const auto done = remove(ada, {bob.id, {}, {}, 0});
  REQUIRE_MESSAGE(done.ok(), (done.ok() ? "" : done.error().message));
  CHECK(find<AccessRemoved>(done->events)->keys_revoked == 1);
  CHECK(ledger->commit_number() == before + 1);
  CHECK(revoked(bob));
  CHECK_FALSE(revoked(agent));
  // Rows and directory are the same as what the log says.
  reopen();
  CHECK(revoked(bob));
  RebuildOptions beside;
  beside.switch_over = false;
  const auto rebuilt = rebuild(*ledger, *views, LedgerId(0), beside);
  REQUIRE(rebuilt.ok());
  for (const RebuiltView& view : *rebuilt) CHECK_MESSAGE(view.equal, view.projection);
}
