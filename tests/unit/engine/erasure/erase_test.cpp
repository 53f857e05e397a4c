#include "engine/erasure/hold_reviews.h"
#include "engine/erasure/trace_person.h"
#include "engine/ledger/merkle_tree.h"
#include "engine/ledger/sealed_places.h"
#include "tests/unit/engine/erasure/desk_with_persons.h"

namespace recourse {
namespace {

TEST_CASE_FIXTURE(DeskWithPersons, "an erasure takes a person's values, and nobody else's") {
  CHECK(readable(tickets[0]) > 0);
  const EntryId dsr = granted(jane);
  const SubjectErased done = erased(dsr);
  CHECK(done.fields == done.vault_rows);
  CHECK(done.fields >= 5);  // Two titles, two descriptions, the request.
  CHECK(done.directory_rows == 1);
  CHECK(readable(tickets[0]) == 0);
  CHECK(readable(tickets[1]) == 0);
  CHECK(readable(tickets[2]) == 2);
  CHECK_FALSE(ledger->find_subject(id(), jane_address).has_value());
  CHECK(ledger->find_subject(id(), "joe@example.com") == joe);
  CHECK(check_person(*ledger, id(), jane).error().code == ErrorCode::conflict);
  CHECK(row(dsr).status == DsrStatus::erased);
  // Whoever writes from the same address is somebody new.
  const TicketId again = open_ticket(jane_address, "Hello");
  CHECK(*ledger->find_subject(id(), jane_address) != jane);
  CHECK(readable(again) == 2);
}

TEST_CASE_FIXTURE(DeskWithPersons,
                  "the list of what was erased can be made from the leaves alone") {
  const EntryId dsr = granted(jane);
  const SubjectErased done = erased(dsr);
  std::vector<Hash> items;
  REQUIRE(each_sealed_of(*ledger, id(), Position(0), Position(ledger->head(id()).size.value()),
                         {jane.value()}, [&](const MetSealed& met) {
                           items.push_back(leaf_hash(erased_item(met.event.position, met.pointer)));
                         }));
  CHECK(static_cast<std::int64_t>(items.size()) == done.fields);
  CHECK(root_of(items) == done.root);
}

TEST_CASE_FIXTURE(DeskWithPersons,
                  "a key is noted before it is destroyed, and lives if it cannot be") {
  const EntryId dsr = granted(jane);
  bool lived = false;
  const auto note = [&](const std::string& origin, std::span<const KeyName> keys, Timestamp) {
    lived = origin == info().origin && ledger->keys().find(keys[0]).ok();
    return Status();
  };
  REQUIRE(erase(dsr, note));
  CHECK(lived);
  CHECK_FALSE(ledger->keys().find(KeyName::subject(id(), jane.value())));

  const EntryId second = granted(joe);
  const auto full = [](const std::string&, std::span<const KeyName>, Timestamp) {
    return Status(Error{ErrorCode::disk_full, "no room for the journal"});
  };
  // It is in the log, and nobody is told that the person is erased.
  CHECK(erase(second, full).error().code == ErrorCode::unknown_outcome);
  CHECK(writer->failed());
  CHECK(ledger->keys().find(KeyName::subject(id(), joe.value())).ok());
  // The event is in the log, so the next start does what it says.
  reopen();
  // Not before it is noted either.
  CHECK(apply_destructions(*ledger, full).error().code == ErrorCode::disk_full);
  std::vector<KeyName> noted;
  const auto applied = apply_destructions(
      *ledger, [&](const std::string& origin, std::span<const KeyName> keys, Timestamp) {
        CHECK(origin == info().origin);
        CHECK(ledger->keys().find(keys[0]).ok());
        noted.insert(noted.end(), keys.begin(), keys.end());
        return Status();
      });
  CHECK(noted == std::vector{KeyName::subject(id(), joe.value())});
  REQUIRE(applied.ok());
  CHECK(applied->subjects == 1);
  CHECK(applied->vault_rows > 0);
  CHECK(readable(tickets[2]) == 0);
}

TEST_CASE_FIXTURE(DeskWithPersons, "destructions are carried out again over older keys, and once") {
  const EntryId dsr = granted(jane);
  close();
  namespace fs = std::filesystem;
  fs::copy(dir + "/data/keys", dir + "/old-keys", fs::copy_options::recursive);
  open();
  erased(dsr);
  CHECK(apply_destructions(*ledger)->subjects == 0);
  close();
  fs::remove_all(dir + "/data/keys");
  fs::rename(dir + "/old-keys", dir + "/data/keys");
  open();
  CHECK(ledger->keys().find(KeyName::subject(id(), jane.value())).ok());
  CHECK(apply_destructions(*ledger)->subjects == 1);
  CHECK_FALSE(ledger->keys().find(KeyName::subject(id(), jane.value())));
  CHECK(readable(tickets[0]) == 0);
  CHECK(ledger->keys().carried_out(id())->value() == ledger->head(id()).size.value());
  CHECK(apply_destructions(*ledger)->subjects == 0);
}

TEST_CASE_FIXTURE(DeskWithPersons,
                  "what is erased later in a bucket of a hold waits for its release") {
  PlaceHold hold;
  hold.scope = HoldScope::ticket;
  hold.ticket = tickets[1];
  const EntryId placed = held(hold);
  const EntryId dsr = granted(jane);
  CHECK(row(dsr).status == DsrStatus::deferred);
  CHECK(erase(dsr).error().code == ErrorCode::conflict);
  CHECK(*run_deferred(*writer) == 0);
  CHECK(readable(tickets[0]) > 0);
  must(privacy_request(tenant, ReleaseHold{placed, "closed"}, &release_hold));
  CHECK(*run_deferred(*writer) == 1);
  CHECK(readable(tickets[0]) == 0);
  CHECK(row(dsr).status == DsrStatus::erased);
}

TEST_CASE_FIXTURE(DeskWithPersons, "an erasure ends what else the person asked for") {
  const EntryId first = granted(jane), second = granted(jane), third = received(jane);
  const EntryId other = received(joe);
  erased(second);
  CHECK(row(second).status == DsrStatus::erased);
  CHECK(row(first).status == DsrStatus::completed);
  CHECK(row(first).outcome == Clear("done"));
  CHECK(row(third).status == DsrStatus::completed);
  CHECK(row(other).status == DsrStatus::received);
}

TEST_CASE_FIXTURE(DeskWithPersons, "after an erasure nobody can try out which address was named") {
  const auto ask = [&](const std::string& fingerprint) {
    WriteRequest request =
        receive_request(tenant, ReceiveDsr{DsrKind::erasure, {}, "email", {}}, {{}, jane_address});
    request.idempotency_key = "ask";
    request.fingerprint = fingerprint;
    return give(std::move(request));
  };
  const auto first = ask("jane@example.com");
  REQUIRE(first.ok());
  CHECK(ask("joe@example.com").error().code == ErrorCode::key_reused);
  const EntryId dsr = get<DsrReceived>(first->events.front().data).dsr;
  const auto verify = [&](const std::string& fingerprint) {
    WriteRequest request = verify_request(
        tenant, VerifyIdentity{dsr, SubjectId(), "known-address"}, {{}, jane_address});
    request.idempotency_key = "verify";
    request.fingerprint = fingerprint;
    return give(std::move(request));
  };
  REQUIRE(verify("jane@example.com"));
  CHECK(verify("joe@example.com").error().code == ErrorCode::key_reused);
  AssessDsr grant;
  grant.dsr = dsr;
  must(*assess_request(*writer, tenant, grant));
  erased(dsr);
  for (const char* guess : {"jane@example.com", "joe@example.com"}) {
    // The answer of then, though the address leads nowhere any more.
    const auto again = ask(guess);
    REQUIRE_MESSAGE(again.ok(), (again.ok() ? "" : again.error().message));
    CHECK(again->repeated);
    REQUIRE(verify(guess));
    CHECK(verify(guess)->repeated);
  }
}

TEST_CASE_FIXTURE(DeskWithPersons, "a correction names a sealed value of the person who asks") {
  const Committed asked = must(privacy_request(
      tenant, ReceiveDsr{DsrKind::rectification, jane, "email", {}}, &receive_dsr, jane));
  const EntryId dsr = get<DsrReceived>(asked.events.front().data).dsr;
  must(privacy_request(tenant, VerifyIdentity{dsr, jane, "known-address"}, &verify_identity, jane));
  AssessDsr grant;
  grant.dsr = dsr;
  must(*assess_request(*writer, tenant, grant));
  std::map<std::string, Position> title;  // By ticket.
  REQUIRE(each_sealed_of(*ledger, id(), Position(0), Position(ledger->head(id()).size.value()),
                         {jane.value(), joe.value()}, [&](const MetSealed& met) {
                           if (met.pointer == "/data/title")
                             title.emplace(met.event.subject, met.event.position);
                         }));
  const auto correct = [&](Position position, const std::string& path) {
    CorrectValue command{dsr, static_cast<std::int64_t>(position.value()), path, "\"Right\""};
    return give(correct_request(tenant, command));
  };
  const Position mine = title.at(tickets[0].value());
  CHECK(correct(mine, "My name is Jane").error().code == ErrorCode::invalid);
  CHECK(correct(mine, "/data/status").error().code == ErrorCode::invalid);
  CHECK(correct(title.at(tickets[2].value()), "/data/title").error().code == ErrorCode::not_found);
  CHECK(correct(Position(1'000'000), "/data/title").error().code == ErrorCode::not_found);
  const auto done = correct(mine, "/data/title");
  REQUIRE_MESSAGE(done.ok(), (done.ok() ? "" : done.error().message));
  // Beside the wrong one, where whoever opens that one finds it.
  CHECK(done->events.front().subject == tickets[0].value());
  CHECK(readable(tickets[0]) == 3);
  CHECK(row(dsr).status == DsrStatus::completed);
}

TEST_CASE_FIXTURE(DeskWithPersons, "who asks for a hold is a person of the tenant, and another one") {
  PlaceHold hold;
  hold.matter = "case-7";
  hold.review_at = months_later(clock.now(), 6);
  const auto placed_by = [&](const PrincipalId& who) {
    hold.requested_by = who;
    return give(hold_request(*writer, tenant, hold));
  };
  CHECK(placed_by(PrincipalId("usr_invented")).error().code == ErrorCode::invalid);
  CHECK(placed_by(admin.id).error().code == ErrorCode::conflict);
  Writer::KeyOrder order;
  order.tenant = tenant;
  order.kind = ActorType::agent;
  const auto machine = writer->create_key(order, Actor{ActorType::human, admin.id});
  REQUIRE(machine.ok());
  CHECK(placed_by(machine->key.principal.id).error().code == ErrorCode::invalid);
  CHECK(placed_by(counsel()).ok());
}

TEST_CASE_FIXTURE(DeskWithPersons, "a hold whose review is due raises one alert") {
  held({});
  CHECK(*alert_due_reviews(*writer) == 0);
  clock.set(months_later(clock.now(), 7));
  CHECK(*alert_due_reviews(*writer) == 1);
  CHECK(*alert_due_reviews(*writer) == 0);
}

TEST_CASE_FIXTURE(DeskWithPersons, "nobody is erased who is not known here") {
  const SubjectId nobody("sub_0000");
  const auto refused = give(privacy_request(
      tenant, ReceiveDsr{DsrKind::erasure, nobody, "email", {}}, &receive_dsr, nobody));
  CHECK(refused.error().code == ErrorCode::not_found);
  CHECK(person_at(*ledger, id(), "nobody@example.com").error().code == ErrorCode::not_found);
  CHECK(erase_request(*writer, tenant, EntryId("dsr_none")).error().code == ErrorCode::not_found);
}

TEST_CASE_FIXTURE(DeskWithPersons, "rows fold the same before and after an erasure") {
  erased(granted(jane));
  RebuildOptions options;
  options.switch_over = false;
  options.scratch_dir = dir + "/scratch";
  writer.reset();
  const auto rebuilt = rebuild(*ledger, *views, id(), options);
  REQUIRE_MESSAGE(rebuilt.ok(), (rebuilt.ok() ? "" : rebuilt.error().message));
  for (const RebuiltView& view : *rebuilt) {
    CAPTURE(view.projection);
    CHECK((view.live == view.rebuilt));
  }
}

}  // namespace
}  // namespace recourse
