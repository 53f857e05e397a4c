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

TEST_CASE("RC-07 lets an approval be used once, and for what it names") {
  const auto approve = [](Story& story, ChangeKind kind, const std::string& what) {
    ChangeRequested requested = change();
    requested.kind = kind;
    requested.what = Clear(what);
    requested.digest.reset();
    requested.change = EntryId("chg_" + std::to_string(story.log.size()));
    story.add(requested, kAda);
    story.add(ChangeApproved{requested.change, {}}, kBob);
  };
  Story again;
  again.add(change(), kAda);
  again.add(ChangeApproved{EntryId("chg_1"), {}}, kBob);
  again.add(activated_change(), kAda);
  const auto twice = again.add(activated_change(), kAda);
  CHECK(only_exception(again.package(), "RC-07", twice, "no_approval"));

  RolloutRamped ramped;
  ramped.key = "refunds";
  ramped.percent_bp = 1000;
  Story widened;
  approve(widened, ChangeKind::flag, "refunds@1");
  widened.add(ramped, kAda);
  CHECK(passes(widened.package(), "RC-07", 1));
  ramped.prev_percent_bp = 1000;
  ramped.percent_bp = 10'000;
  Story all = widened;
  const auto further = all.add(ramped, kAda);
  CHECK(only_exception(all.package(), "RC-07", further, "no_approval"));
  approve(widened, ChangeKind::flag, "refunds@2");
  widened.add(ramped, kAda);
  CHECK(passes(widened.package(), "RC-07", 2));

  Story other_kind;
  approve(other_kind, ChangeKind::prompt, "refunds@1");
  const auto not_that = other_kind.add(ramped, kAda);
  CHECK(only_exception(other_kind.package(), "RC-07", not_that, "no_approval"));

  Story policy;
  ChangeRequested requested = change();
  requested.kind = ChangeKind::policy;
  requested.what = "pol_default@2";
  requested.digest = hash_of("another text");
  policy.add(requested, kAda);
  policy.add(ChangeApproved{EntryId("chg_1"), {}}, kBob);
  const auto bytes = policy.add(activation({}), kAda);
  CHECK(only_exception(policy.package(), "RC-07", bytes, "other_digest"));
}

TEST_CASE("RC-07 does not take who drafts a change or puts it into force for its second person") {
  Story own;
  own.add(change(), kAda);
  own.add(ChangeApproved{EntryId("chg_1"), {}}, kBob);
  const auto at = own.add(activated_change(), kBob);
  CHECK(only_exception(own.package(), "RC-07", at, "self_approval"));

  Story two;
  two.add(change(), kAda);
  two.add(ChangeApproved{EntryId("chg_1"), {}}, kBob);
  two.add(ChangeApproved{EntryId("chg_1"), {}}, kCem);
  two.add(activated_change(), kBob);
  CHECK(passes(two.package(), "RC-07", 1));

  Story drafted;
  ChangeRequested requested = change();
  requested.kind = ChangeKind::policy;
  requested.what = "pol_default@2";
  requested.digest.reset();
  drafted.add(requested, kCem);
  drafted.add(ChangeApproved{EntryId("chg_1"), {}}, kBob);
  const auto by_bob = drafted.add(activation(kBob.id), kBob);
  CHECK(only_exception(drafted.package(), "RC-07", by_bob, "self_approval"));

  Story reviewed;
  reviewed.add(change(true), kAda);
  const auto emergency = reviewed.add(activated_change(), kBob);
  reviewed.add(ChangeReviewed{EntryId("chg_1"), true, {}}, kBob);
  reviewed.end_after(24h * 6);
  CHECK(only_exception(reviewed.package(), "RC-07", emergency, "emergency_not_reviewed"));
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

TEST_CASE("RC-09 judges each notice by itself, whatever comes after it") {
  Story second;
  const auto first =
      second.add(AccessTerminated{EntryId("acn_1"), kCem.id, second.log.now, {}}, kAda);
  second.wait(30h);
  second.add(AccessTerminated{EntryId("acn_2"), kCem.id, second.log.now, {}}, kAda);
  Story open = second;
  open.add(LogHeartbeat{});
  CHECK(only_exception(open.package(), "RC-09", first, "not_removed"));
  second.wait(1h);
  second.add(AccessRemoved{kCem.id, {}, EntryId("acn_2"), 1}, kAda);
  CHECK(only_exception(second.package(), "RC-09", first, "removed_late"));
  CHECK(chapter(second.package(), "RC-09").rows.size() == 2);

  Story anew;
  anew.add(AccessTerminated{EntryId("acn_1"), kCem.id, anew.log.now, {}}, kAda);
  anew.wait(30h);
  anew.add(access_grant(), kAda);
  CHECK(only_exception(anew.package(), "RC-09", first, "not_removed"));

  Story taken_back;
  taken_back.add(AccessTerminated{EntryId("acn_1"), kCem.id, taken_back.log.now, {}}, kAda);
  taken_back.wait(1h);
  taken_back.add(access_grant(), kAda);
  taken_back.end_after(30h);
  CHECK(passes(taken_back.package(), "RC-09", 1));
}

TEST_CASE("one grant of several that is removed is not the account") {
  AccessGranted another = access_grant();
  another.grant = EntryId("acg_2");
  AccessReviewOpened opened;
  opened.review = EntryId("rvw_1");
  opened.accounts = {kCem.id};

  Story story;
  story.add(access_grant(), kAda);
  story.add(another, kAda);
  const auto notice =
      story.add(AccessTerminated{EntryId("acn_1"), kCem.id, story.log.now, {}}, kAda);
  opened.due_at = story.log.now + 24h;
  const auto review = story.add(opened, kBob);
  story.add(AccessReviewed{EntryId("rvw_1"), kCem.id, false, {}, {}}, kBob);
  story.add(AccessRemoved{kCem.id, EntryId("acg_1"), EntryId("acn_1"), 0}, kBob);
  Story both = story;
  story.end_after(25h);
  CHECK(only_exception(story.package(), "RC-10", review, "remove_not_executed"));
  CHECK(only_exception(story.package(), "RC-09", notice, "not_removed"));
  both.add(AccessRemoved{kCem.id, EntryId("acg_2"), EntryId("acn_1"), 0}, kBob);
  both.end_after(25h);
  CHECK(passes(both.package(), "RC-10", 1));
  CHECK(passes(both.package(), "RC-09", 2));

  Story with_key;
  with_key.add_meta(key_of(kCem));
  with_key.wait(1s);
  with_key.add(access_grant(), kAda);
  opened.due_at = with_key.log.now + 24h;
  const auto keyed = with_key.add(opened, kBob);
  with_key.add(AccessReviewed{EntryId("rvw_1"), kCem.id, false, {}, {}}, kBob);
  Story revoked = with_key;
  with_key.add(AccessRemoved{kCem.id, EntryId("acg_1"), {}, 0}, kBob);
  with_key.end_after(25h);
  CHECK(only_exception(with_key.package(), "RC-10", keyed, "remove_not_executed"));
  revoked.add_meta(ApiKeyRevoked{KeyId("key_1"), TenantId("acme"), "left"});
  revoked.wait(1s);
  revoked.add(AccessRemoved{kCem.id, EntryId("acg_1"), {}, 1}, kBob);
  revoked.end_after(25h);
  CHECK(passes(revoked.package(), "RC-10", 1));
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
