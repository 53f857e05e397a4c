#include "engine/erasure/retention.h"

#include "engine/writer/decision_state.h"
#include "tests/unit/engine/erasure/desk_with_persons.h"

namespace recourse {
namespace {

Timestamp at(const char* text) { return from_rfc3339(text).value(); }

TEST_CASE("a class says how long its values are kept") {
  CHECK(retention_time("pii-24m")->count == 24);
  CHECK(retention_time("call-90d")->unit == 'd');
  CHECK_FALSE(retention_time("pii").has_value());
  CHECK_FALSE(retention_time("pii-24").has_value());
  CHECK_FALSE(retention_time("pii-0m").has_value());
  CHECK_FALSE(retention_time("pii-x4m").has_value());
  CHECK(*due_after_month("pii-24m", "2026-01") == at("2028-02-01T00:00:00Z"));
  CHECK(*due_after_month("call-90d", "2026-12") == at("2027-04-01T00:00:00Z"));
  CHECK(*due_after_month("case-10y", "2026-02") == at("2036-03-01T00:00:00Z"));
  CHECK_FALSE(due_after_month("pii-24m", "2026-13").ok());
}

struct Kept : DeskWithPersons {
  std::vector<BucketFate> run(bool dry_run = false) {
    RetentionOptions options;
    options.by = admin;
    options.dry_run = dry_run;
    auto fates = run_retention(*writer, options);
    REQUIRE_MESSAGE(fates.ok(), (fates.ok() ? "" : fates.error().message));
    return std::move(*fates);
  }
};

TEST_CASE_FIXTURE(Kept, "a month's values go when their time is over, and not before") {
  REQUIRE(run().size() == 1);
  CHECK(run().front().fate == "kept");
  clock.set(at("2028-03-31T23:59:59Z"));
  CHECK(run().front().fate == "kept");
  clock.set(at("2028-04-01T00:00:00Z"));
  CHECK(run(true).front().fate == "due");
  CHECK(readable(tickets[0]) == 2);
  const auto fates = run();
  CHECK(fates.front().fate == "destroyed");
  CHECK(fates.front().vault_rows >= 6);
  CHECK(readable(tickets[0]) == 0);
  CHECK(readable(tickets[2]) == 0);
  CHECK(run().empty());
}

TEST_CASE_FIXTURE(Kept, "a hold keeps the month that it speaks of") {
  clock.set(at("2028-04-02T00:00:00Z"));
  PlaceHold other;
  other.from = at("2027-01-01T00:00:00Z");
  held(other);
  PlaceHold hold;
  hold.scope = HoldScope::subject;
  hold.subject = joe;
  const EntryId placed = held(hold);
  auto fates = run();
  CHECK(fates.front().fate == "deferred");
  CHECK(fates.front().holds == std::vector<EntryId>{placed});
  CHECK(readable(tickets[0]) == 2);
  must(privacy_request(tenant, ReleaseHold{placed, {}}, &release_hold));
  CHECK(run().front().fate == "destroyed");
}

TEST_CASE_FIXTURE(Kept, "a tenant whose rows cannot be read keeps no other one's values") {
  const LedgerInfo broken = *writer->create_tenant(TenantId("broken"));
  const auto rubbish = views->batch();
  rubbish->put(kDecisionState, broken.ledger,
               views->state(kDecisionState, broken.ledger).generation, "privacy/", "no row");
  REQUIRE(rubbish->write());
  OpenTicket open;
  open.title = "Kept";
  REQUIRE(writer->handle(
      command_request(TenantId("broken"), admin, open, "jim@example.com")));
  clock.set(at("2028-04-01T00:00:00Z"));
  const auto fates = run();
  REQUIRE(fates.size() == 2);
  for (const BucketFate& fate : fates) {
    CHECK(fate.fate == (fate.tenant == tenant ? "destroyed" : "failed"));
    CHECK(fate.error.has_value() == (fate.tenant != tenant));
  }
  CHECK(readable(tickets[0]) == 0);
}

TEST_CASE_FIXTURE(Kept, "what is erased meanwhile does not hide a month that is not gone whole") {
  const LogSize before = ledger->head(id()).size;
  ledger->keys().begin_destruction(id(), before);
  erased(granted(jane));
  CHECK(*ledger->keys().carried_out(id()) == before);
  ledger->keys().end_destruction(id(), before);
  erased(granted(joe));
  CHECK(ledger->keys().carried_out(id())->value() == ledger->head(id()).size.value());
}

}  // namespace
}  // namespace recourse
