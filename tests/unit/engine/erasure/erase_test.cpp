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
  const auto applied = apply_destructions(*ledger);
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
