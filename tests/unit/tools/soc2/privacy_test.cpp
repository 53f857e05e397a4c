#include "tests/unit/tools/soc2/test_log.h"

namespace recourse::soc2::testing {
namespace {

DsrReceived request_of(const Story& story, DsrKind kind) {
  DsrReceived received;
  received.dsr = EntryId("dsr_1");
  received.kind = kind;
  received.subject = SubjectId("sub_1");
  received.due_at = story.log.now + 24h * 30;
  received.channel = "email";
  return received;
}

SubjectErased erased() {
  SubjectErased gone;
  gone.dsr = EntryId("dsr_1");
  gone.subject = SubjectId("sub_1");
  gone.fields = 3;
  return gone;
}

HoldPlaced hold(const Story& story) {
  HoldPlaced placed;
  placed.hold = EntryId("hld_1");
  placed.matter = "matter-1";
  placed.requested_by = kBob.id;
  placed.review_at = story.log.now + 24h * 180;
  return placed;
}

}  // namespace

TEST_CASE("RC-23 wants requests answered in time, for whom they are, and recipients told") {
  DsrIdentityVerified verified{EntryId("dsr_1"), SubjectId("sub_1"), "email"};
  DsrCompleted completed{EntryId("dsr_1"), "done", {}};

  Story story;
  const auto at = story.add(request_of(story, DsrKind::erasure));
  story.add(verified, kAda);
  story.add(erased(), kAda);
  story.add(completed, kAda);
  CHECK(passes(story.package(), "RC-23", 1));

  Story late;
  late.add(request_of(late, DsrKind::access));
  late.add(verified, kAda);
  CHECK(chapter(late.package(), "RC-23").rows[0].result == "not_tested");
  late.end_after(24h * 40);
  CHECK(only_exception(late.package(), "RC-23", at, "past_due"));

  Story generous;
  DsrReceived received = request_of(generous, DsrKind::access);
  received.due_at += 24h * 60;
  generous.add(received);
  CHECK(only_exception(generous.package(), "RC-23", at, "due_too_late"));

  Story unknown;
  unknown.add(request_of(unknown, DsrKind::access));
  unknown.add(completed, kAda);
  CHECK(only_exception(unknown.package(), "RC-23", at, "identity_not_verified"));

  Story kept;
  kept.add(request_of(kept, DsrKind::erasure));
  kept.add(verified, kAda);
  kept.add(completed, kAda);
  CHECK(only_exception(kept.package(), "RC-23", at, "not_erased"));

  Story untold;
  untold.add(DisclosureMade{"auditor", "audit", 3, SubjectId("sub_1"), {}}, kAda);
  const auto asked = untold.add(request_of(untold, DsrKind::erasure));
  untold.add(verified, kAda);
  untold.add(erased(), kAda);
  untold.add(completed, kAda);
  untold.end_after(24h * 31);
  CHECK(only_exception(untold.package(), "RC-23", asked, "recipients_not_told"));
  untold.add(RecipientsNotified{EntryId("dsr_1"), "auditor", "sent"}, kAda);
  CHECK(passes(untold.package(), "RC-23", 1));
}

TEST_CASE("RC-23 counts a connector's provider as a recipient, and no export without values") {
  const DsrIdentityVerified verified{EntryId("dsr_1"), SubjectId("sub_1"), "email"};
  const DsrCompleted completed{EntryId("dsr_1"), "done", {}};
  EffectDispatched sent;
  sent.action = ActionId("act_1");
  sent.ticket = TicketId("tkt_1");
  sent.connector = "shop";
  ExportCreated exported;
  exported.tenant = TenantId("acme");
  exported.format = "soc2";
  exported.recipient = Clear("auditor");

  Story story;
  story.open_ticket();
  story.run_action("act_2");  // By ourselves.
  EffectDispatched taken = sent;
  taken.connector = "client";
  story.add(taken);
  story.add_meta(exported);
  exported.format = "subject";
  exported.recipient = Clear("subject");
  story.add(exported, kAda);  // What an earlier request of somebody else was answered with.
  story.add(request_of(story, DsrKind::erasure));
  story.add(verified, kAda);
  story.add(erased(), kAda);
  story.add(completed, kAda);
  story.end_after(24h * 31);
  CHECK(passes(story.package(), "RC-23", 1));

  Story untold;
  untold.open_ticket();
  untold.open_ticket("tkt_2", "sub_2");
  untold.add(sent);
  EffectDispatched others = sent;
  others.ticket = TicketId("tkt_2");
  others.connector = "bank";
  untold.add(others);
  const auto asked = untold.add(request_of(untold, DsrKind::erasure));
  untold.add(verified, kAda);
  untold.add(erased(), kAda);
  untold.add(completed, kAda);
  untold.end_after(24h * 31);
  CHECK(only_exception(untold.package(), "RC-23", asked, "recipients_not_told"));
  untold.add(RecipientsNotified{EntryId("dsr_1"), "connector/shop", "acknowledged"}, kAda);
  CHECK(passes(untold.package(), "RC-23", 1));
}

TEST_CASE("RC-23 counts a request as put off only as long as its hold lies") {
  const DsrIdentityVerified verified{EntryId("dsr_1"), SubjectId("sub_1"), "email"};
  const DsrCompleted completed{EntryId("dsr_1"), "done", {}};
  Story story;
  story.add(hold(story), kAda);
  const auto at = story.add(request_of(story, DsrKind::erasure));
  story.add(verified, kAda);
  story.add(ErasureDeferred{EntryId("dsr_1"), SubjectId("sub_1"), {EntryId("hld_1")}}, kAda);
  story.end_after(24h * 40);
  CHECK(chapter(story.package(), "RC-23").rows[0].code == "under_hold");
  Story told = story;
  story.add(HoldReleased{EntryId("hld_1"), {}}, kAda);
  CHECK(chapter(story.package(), "RC-23").rows[0].code == "still_in_time");
  Story done = story;
  story.end_after(24h * 8);
  CHECK(only_exception(story.package(), "RC-23", at, "past_due"));
  done.add(completed, kAda);
  CHECK(only_exception(done.package(), "RC-23", at, "not_erased"));

  // Completed because of the hold, and nothing came after it.
  told.add(completed, kAda);
  CHECK(only_exception(told.package(), "RC-23", at, "past_due"));
  Story early;
  early.add(hold(early), kAda);
  early.add(request_of(early, DsrKind::erasure));
  early.add(verified, kAda);
  early.add(ErasureDeferred{EntryId("dsr_1"), SubjectId("sub_1"), {EntryId("hld_1")}}, kAda);
  early.add(completed, kAda);
  CHECK(chapter(early.package(), "RC-23").rows[0].code == "under_hold");
  early.add(HoldReleased{EntryId("hld_1"), {}}, kAda);
  Story erased_then = early;
  early.end_after(24h * 40);
  CHECK(only_exception(early.package(), "RC-23", at, "not_erased"));
  erased_then.add(erased(), kAda);
  erased_then.end_after(24h * 40);
  CHECK(passes(erased_then.package(), "RC-23", 1));
}

TEST_CASE("RC-24 finds data that outlives its time and data destroyed under a hold") {
  Story story;
  const auto first = story.open_ticket();
  const auto value = story.propose("act_1");
  CHECK(first < value);
  CHECK(chapter(story.package(), "RC-24").result == Result::no_population);
  story.end_after(24h * 365 * 3);
  CHECK(only_exception(story.package(), "RC-24", value, "bucket_alive"));

  Story destroyed;
  destroyed.propose("act_1");
  destroyed.wait(24h * 365 * 2 + 24h * 35);
  BucketDestroyed gone{"pii-24m", "2026-03", *from_rfc3339("2028-04-01T00:00:00Z")};
  destroyed.add(gone);
  CHECK(passes(destroyed.package(), "RC-24", 1));

  Story late;
  late.propose("act_1");
  late.wait(24h * 365 * 3);
  const auto after = late.add(gone);
  CHECK(only_exception(late.package(), "RC-24", after, "destroyed_late"));

  Story held;
  held.add(hold(held), kAda);
  const auto at = held.add(erased(), kAda);
  CHECK(only_exception(held.package(), "RC-24", at, "destroyed_under_hold"));

  Story bucket;
  bucket.add(hold(bucket), kAda);
  BucketDestroyed now{"pii-24m", "2024-01", bucket.log.now};
  const auto month = bucket.add(now);
  CHECK(only_exception(bucket.package(), "RC-24", month, "destroyed_under_hold"));

  Story released;
  released.add(hold(released), kAda);
  released.add(HoldReleased{EntryId("hld_1"), {}}, kAda);
  released.add(erased(), kAda);
  CHECK(passes(released.package(), "RC-24", 2));

  Story forgotten;
  const auto placed = forgotten.add(hold(forgotten), kAda);
  forgotten.end_after(24h * 400);
  CHECK(only_exception(forgotten.package(), "RC-24", placed, "hold_not_reviewed"));

  Story self;
  const auto own = self.add(hold(self), kBob);
  CHECK(only_exception(self.package(), "RC-24", own, "hold_self_authorised"));
}

TEST_CASE("RC-24 lets a hold on one ticket keep the months of that ticket and no others") {
  const auto on_ticket = [](const Story& story, const char* ticket) {
    HoldPlaced placed = hold(story);
    placed.scope = HoldScope::ticket;
    placed.ticket = TicketId(ticket);
    return placed;
  };
  Story other;
  const auto value = other.propose("act_1");
  other.wait(24h * 365 * 3);
  other.add(on_ticket(other, "tkt_9"), kAda);
  Story destroyed = other;
  other.add(LogHeartbeat{});
  CHECK(only_exception(other.package(), "RC-24", value, "bucket_alive"));
  destroyed.add(on_ticket(destroyed, "tkt_9"), kAda);
  BucketDestroyed month{"pii-24m", "2026-03", *from_rfc3339("2029-02-25T00:00:00Z")};
  const auto lawful = destroyed.add(month);
  CHECK(chapter(destroyed.package(), "RC-24").exceptions.empty());
  CHECK(lawful == destroyed.log.size() - 1);

  Story kept;
  kept.propose("act_1");
  kept.wait(24h * 365 * 3);
  kept.add(on_ticket(kept, "tkt_1"), kAda);
  kept.add(LogHeartbeat{});
  CHECK(chapter(kept.package(), "RC-24").rows[0].code == "under_hold");
  const auto unlawful = kept.add(month);
  CHECK(only_exception(kept.package(), "RC-24", unlawful, "destroyed_under_hold"));

  Story past;  // A hold on what was recorded before the person's first value.
  HoldPlaced older = hold(past);
  older.to = past.log.now - 24h;
  past.add(older, kAda);
  past.propose("act_1");
  past.add(erased(), kAda);
  CHECK(passes(past.package(), "RC-24", 2));

  Story days;
  MessageSent call;
  call.body = sealed();
  call.body.retention = "call-90d";
  const auto recorded = days.add(call, kAda);
  days.end_after(24h * 150);
  CHECK(only_exception(days.package(), "RC-24", recorded, "bucket_alive"));
}

TEST_CASE("RC-24 finds a hold in force whose review fell due before the period and never came") {
  Story story;
  const auto placed = story.add(hold(story), kAda);
  story.end_after(24h * 400);
  story.parameters.start = LogSize(story.log.size());
  story.end_after(24h * 10);
  CHECK(only_exception(story.package(), "RC-24", placed, "hold_not_reviewed"));
}

}  // namespace recourse::soc2::testing
