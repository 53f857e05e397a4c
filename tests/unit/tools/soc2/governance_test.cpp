#include "tests/unit/tools/soc2/test_log.h"

namespace recourse::soc2::testing {
namespace {

PolicyActivated activation(std::optional<PrincipalId> drafted_by) {
  PolicyActivated activated;
  activated.policy = "pol_default@2";
  activated.text = policy_json(default_policy());
  activated.manifest_digest = manifest_digest();
  activated.drafted_by = std::move(drafted_by);
  activated.backtest = Clear("bkt_1");
  return activated;
}

ChangeRequested change(bool emergency = false) {
  ChangeRequested requested;
  requested.change = EntryId("chg_1");
  requested.kind = ChangeKind::model;
  requested.what = "model@2";
  requested.digest = hash_of("model");
  requested.emergency = emergency;
  requested.test = Clear("run-77");
  return requested;
}

ChangeActivated activated_change() {
  return {EntryId("chg_1"), ChangeKind::model, "model@2", hash_of("model")};
}

AccessRequested access_request() {
  AccessRequested requested;
  requested.request = EntryId("acr_1");
  requested.principal = kCem.id;
  requested.role = Role::operator_;
  return requested;
}

AccessGranted access_grant() {
  AccessGranted granted;
  granted.grant = EntryId("acg_1");
  granted.request = EntryId("acr_1");
  granted.principal = kCem.id;
  granted.role = Role::operator_;
  granted.approved_by = kAda.id;
  return granted;
}

ApiKeyCreated key_of(const Actor& who, std::string_view secret = "1") {
  ApiKeyCreated created;
  created.key = KeyId("key_" + std::string(secret));
  created.tenant = TenantId("acme");
  created.principal = who.id;
  created.role = Role::operator_;
  created.hash = hash_of(secret);
  return created;
}

}  // namespace

TEST_CASE("RC-07 wants a second person and a test for a policy") {
  Story story;
  CHECK(chapter(story.package(), "RC-07").result == Result::no_population);
  CHECK(chapter(story.package(), "RC-07").excluded.at("built_in") == 1);
  story.add(activation(kBob.id), kAda);
  CHECK(passes(story.package(), "RC-07", 1));

  Story alone;
  const auto at = alone.add(activation(kAda.id), kAda);
  CHECK(only_exception(alone.package(), "RC-07", at, "self_approval"));

  Story nobody;
  const auto unapproved = nobody.add(activation({}), kAda);
  CHECK(only_exception(nobody.package(), "RC-07", unapproved, "no_approval"));

  Story untested;
  PolicyActivated without = activation(kBob.id);
  without.backtest.reset();
  const auto no_test = untested.add(without, kAda);
  CHECK(only_exception(untested.package(), "RC-07", no_test, "no_test"));
}

TEST_CASE(
    "RC-07 wants changes approved before they are in force, as the bytes that were asked for") {
  Story story;
  story.add(change(), kAda);
  story.add(ChangeApproved{EntryId("chg_1"), {}}, kBob);
  story.add(activated_change(), kAda);
  CHECK(passes(story.package(), "RC-07", 1));

  Story self;
  self.add(change(), kAda);
  self.add(ChangeApproved{EntryId("chg_1"), {}}, kAda);
  const auto own = self.add(activated_change(), kAda);
  CHECK(only_exception(self.package(), "RC-07", own, "self_approval"));

  Story late;
  late.add(change(), kAda);
  const auto early = late.add(activated_change(), kAda);
  CHECK(only_exception(late.package(), "RC-07", early, "no_approval"));
  late.add(ChangeApproved{EntryId("chg_1"), {}}, kBob);
  const Package package = late.package();
  CHECK(chapter(package, "RC-07").exceptions.size() == 1);

  Story other;
  other.add(change(), kAda);
  other.add(ChangeApproved{EntryId("chg_1"), {}}, kBob);
  ChangeActivated bytes = activated_change();
  bytes.digest = hash_of("another");
  const auto differs = other.add(bytes, kAda);
  CHECK(only_exception(other.package(), "RC-07", differs, "other_digest"));
}

TEST_CASE("RC-07 finds an emergency change and a reversion that nobody reviewed") {
  Story story;
  story.add(change(true), kAda);
  const auto at = story.add(activated_change(), kAda);
  CHECK(chapter(story.package(), "RC-07").rows[0].result == "not_tested");
  story.end_after(24h * 6);
  CHECK(only_exception(story.package(), "RC-07", at, "emergency_not_reviewed"));

  Story reviewed;
  reviewed.add(change(true), kAda);
  reviewed.add(activated_change(), kAda);
  reviewed.add(ChangeReviewed{EntryId("chg_1"), true, {}}, kBob);
  reviewed.end_after(24h * 6);
  CHECK(passes(reviewed.package(), "RC-07", 1));

  Story reverted;
  PolicyReverted back;
  back.from = "pol_default@2";
  back.to = "pol_default@1";
  back.reason = sealed();
  const auto reversion = reverted.add(back, kAda);
  reverted.end_after(24h * 6);
  CHECK(only_exception(reverted.package(), "RC-07", reversion, "emergency_not_reviewed"));
}

TEST_CASE("RC-07 counts rollouts that are widened and connectors as changes") {
  Story story;
  RolloutRamped ramped;
  ramped.key = "refunds";
  ramped.percent_bp = 5000;
  const auto at = story.add(ramped, kAda);
  ramped.prev_percent_bp = 5000;
  ramped.percent_bp = 0;
  story.add(ramped, kAda);
  CHECK(only_exception(story.package(), "RC-07", at, "no_approval"));
  CHECK(chapter(story.package(), "RC-07").excluded.at("not_widened") == 1);

  Story connected;
  ConnectorConfigured connector;
  connector.connector = "shop";
  connector.url = "https://shop.example";
  const auto unasked = connected.add(connector, kAda);
  CHECK(only_exception(connected.package(), "RC-07", unasked, "no_approval"));
}

TEST_CASE("RC-08 wants grants to follow requests and keys to follow grants") {
  Story story;
  story.add(access_request(), kBob);
  story.add(access_grant(), kAda);
  story.wait(1s);
  story.add_meta(key_of(kCem));
  story.add(LogHeartbeat{});
  CHECK(passes(story.package(), "RC-08", 2));

  Story unasked;
  const auto at = unasked.add(access_grant(), kAda);
  CHECK(only_exception(unasked.package(), "RC-08", at, "no_request"));

  Story wide;
  wide.add(access_request(), kBob);
  AccessGranted admin = access_grant();
  admin.role = Role::admin;
  const auto wider = wide.add(admin, kAda);
  CHECK(only_exception(wide.package(), "RC-08", wider, "role_wider"));

  Story self;
  self.add(access_request(), kAda);
  const auto own = self.add(access_grant(), kAda);
  CHECK(only_exception(self.package(), "RC-08", own, "self_approval"));

  Story unapproved;
  unapproved.add(access_request(), kBob);
  AccessGranted without = access_grant();
  without.approved_by.reset();
  const auto nobody = unapproved.add(without, kAda);
  CHECK(only_exception(unapproved.package(), "RC-08", nobody, "no_approval"));

  Story scoped;
  AccessRequested narrow = access_request();
  narrow.scope = Clear("team:a");
  scoped.add(narrow, kBob);
  const auto everything = scoped.add(access_grant(), kAda);
  CHECK(only_exception(scoped.package(), "RC-08", everything, "scope_wider"));
}

TEST_CASE("RC-08 finds keys without a grant and keys that two have") {
  Story story;
  const auto at = story.add_meta(key_of(kCem));
  CHECK(only_exception(story.package(), "RC-08", at, "key_without_grant", true));

  Story shared;
  shared.add(access_request(), kBob);
  shared.add(access_grant(), kAda);
  AccessRequested second = access_request();
  second.request = EntryId("acr_2");
  second.principal = kBob.id;
  shared.add(second, kAda);
  AccessGranted to_bob = access_grant();
  to_bob.grant = EntryId("acg_2");
  to_bob.request = EntryId("acr_2");
  to_bob.principal = kBob.id;
  to_bob.approved_by = kCem.id;
  shared.add(to_bob, kAda);
  shared.wait(1s);
  shared.add_meta(key_of(kCem));
  const auto same = shared.add_meta(key_of(kBob));
  shared.add(LogHeartbeat{});
  CHECK(only_exception(shared.package(), "RC-08", same, "shared_credential", true));

  Story foreign;
  ApiKeyCreated of_others = key_of(kCem);
  of_others.tenant = TenantId("other");
  foreign.add_meta(of_others);
  CHECK(chapter(foreign.package(), "RC-08").rows.empty());
}

TEST_CASE("RC-09 finds access that is removed late or never, and its use afterwards") {
  Story story;
  const auto at = story.add(AccessTerminated{EntryId("acn_1"), kCem.id, story.log.now, {}}, kAda);
  story.wait(2h);
  story.add(AccessRemoved{kCem.id, {}, EntryId("acn_1"), 1}, kAda);
  CHECK(passes(story.package(), "RC-09", 1));
  const auto used = story.add(OversightAssigned{kCem.id, {}, "trained", {}}, kCem);
  CHECK(only_exception(story.package(), "RC-09", used, "used_after_removal"));

  Story late;
  late.add(AccessTerminated{EntryId("acn_1"), kCem.id, late.log.now, {}}, kAda);
  CHECK(chapter(late.package(), "RC-09").rows[0].result == "not_tested");
  late.end_after(25h);
  CHECK(only_exception(late.package(), "RC-09", at, "not_removed"));
  late.add(AccessRemoved{kCem.id, {}, EntryId("acn_1"), 1}, kAda);
  CHECK(only_exception(late.package(), "RC-09", at, "removed_late"));
}

TEST_CASE("RC-09 takes up a notice that was open when the period began") {
  Story story;
  const auto at = story.add(AccessTerminated{EntryId("acn_1"), kCem.id, story.log.now, {}}, kAda);
  story.parameters.start = LogSize(story.log.size());
  story.end_after(25h);
  CHECK(only_exception(story.package(), "RC-09", at, "not_removed"));
}

TEST_CASE("RC-10 finds what an access review left out") {
  AccessReviewOpened opened;
  opened.review = EntryId("rvw_1");
  opened.cycle = "2026-Q1";
  opened.accounts = {kAda.id, kCem.id};
  const auto keep = [](const Actor& who, bool kept) {
    return AccessReviewed{EntryId("rvw_1"), who.id, kept, {}, {}};
  };

  Story story;
  opened.due_at = story.log.now + 24h * 7;
  const auto at = story.add(opened, kBob);
  story.add(keep(kAda, true), kBob);
  story.add(keep(kCem, false), kBob);
  story.add(AccessRemoved{kCem.id, {}, {}, 1}, kBob);
  CHECK(passes(story.package(), "RC-10", 2));

  Story half;
  half.add(opened, kBob);
  half.add(keep(kAda, true), kBob);
  half.end_after(24h * 8);
  CHECK(only_exception(half.package(), "RC-10", at, "not_reviewed"));

  Story kept;
  kept.add(opened, kBob);
  kept.add(keep(kAda, true), kBob);
  kept.add(keep(kCem, false), kBob);
  kept.end_after(25h);
  CHECK(only_exception(kept.package(), "RC-10", at, "remove_not_executed"));

  Story self;
  self.add(opened, kBob);
  self.add(keep(kAda, true), kAda);
  self.add(keep(kCem, true), kBob);
  CHECK(only_exception(self.package(), "RC-10", at, "self_review"));

  Story missed;
  missed.end_after(24h * 100);
  CHECK(only_exception(missed.package(), "RC-10", missed.log.size() - 1, "missed_cycle"));
}

}  // namespace recourse::soc2::testing
