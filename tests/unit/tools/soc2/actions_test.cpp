#include "tests/unit/tools/soc2/test_log.h"

namespace recourse::soc2::testing {

TEST_CASE("an action that was allowed before it ran passes RC-01, RC-04, RC-06 and RC-16") {
  Story story;
  story.open_ticket();
  story.run_action("act_1");
  const Package package = story.package();
  CHECK(passes(package, "RC-01", 1));
  CHECK(passes(package, "RC-06", 1));
  CHECK(passes(package, "RC-16", 1));
  CHECK(chapter(package, "RC-01").rows[0].result == "ok");
  CHECK(chapter(package, "RC-01").rows[0].policy == "pol_default@1");
  for (const char* id : {"RC-02", "RC-03", "RC-04", "RC-14"})
    CHECK(chapter(package, id).result == Result::no_population);
}

TEST_CASE("RC-01 finds an action without a verdict") {
  Story story;
  story.run_action("act_1");
  story.propose("act_2");
  const auto at = story.dispatch("act_2");
  story.confirm("act_2");
  CHECK(only_exception(story.package(), "RC-01", at, "no_decision"));
}

TEST_CASE("RC-01 finds a verdict that came after the dispatch") {
  Story story;
  story.propose("act_1");
  const auto at = story.dispatch("act_1");
  story.allow("act_1");
  CHECK(only_exception(story.package(), "RC-01", at, "decision_later"));
}

TEST_CASE("RC-01 finds a dispatch that the latest verdict does not allow") {
  Story story;
  story.propose("act_1");
  story.allow("act_1");
  story.decide("act_1", PolicyOutcome::require_approval);
  const auto at = story.dispatch("act_1");
  CHECK(only_exception(story.package(), "RC-01", at, "not_allowed"));
}

TEST_CASE("RC-01 finds a verdict of a policy that is not in force, and other arguments") {
  Story story;
  story.propose("act_1");
  story.allow("act_1");
  PolicyActivated next;
  next.policy = "pol_default@2";
  next.text = policy_json(default_policy());
  next.manifest_digest = manifest_digest();
  story.add(next, kSystem);
  const auto at = story.dispatch("act_1");
  CHECK(only_exception(story.package(), "RC-01", at, "policy_not_active"));

  Story other;
  other.propose("act_1");
  other.allow("act_1");
  EffectDispatched dispatched;
  dispatched.action = ActionId("act_1");
  dispatched.connector = "client";
  dispatched.args_commitment = hash_of("something else");
  const auto changed = other.add(dispatched);
  CHECK(only_exception(other.package(), "RC-01", changed, "other_payload"));
}

TEST_CASE("RC-01 finds an effect of an action that was never dispatched") {
  Story story;
  story.propose("act_1");
  story.allow("act_1");
  const auto at = story.confirm("act_1");
  CHECK(only_exception(story.package(), "RC-01", at, "effect_without_dispatch"));
}

TEST_CASE("imported actions are left out of RC-01 to RC-05 and counted") {
  Story story;
  ActionProposed proposed = story.proposal("act_1");
  proposed.provenance.imported = true;
  story.add(proposed, kBot);
  PolicyDecided decided = story.verdict("act_1");
  decided.provenance.imported = decided.shadow = true;
  story.add(decided);
  decided.outcome = PolicyOutcome::deny;
  story.add(decided);
  decided.outcome = PolicyOutcome::require_approval;
  story.add(decided);
  EffectDispatched dispatched;
  dispatched.action = ActionId("act_1");
  dispatched.connector = "import";
  dispatched.provenance.imported = true;
  story.add(dispatched);
  const Package package = story.package();
  CHECK(chapter(package, "RC-01").result == Result::no_population);
  CHECK(chapter(package, "RC-01").excluded.at("imported") == 1);
  CHECK(chapter(package, "RC-02").excluded.at("imported") == 1);
  CHECK(chapter(package, "RC-04").excluded.at("imported") == 1);
  CHECK(chapter(package, "RC-05").excluded.at("imported") == 1);
  CHECK(chapter(package, "RC-16").excluded.at("imported") == 1);
}

TEST_CASE("RC-04 finds a denied action that ran, and lets one run that was only held back") {
  Story story;
  story.propose("act_1");
  const auto at = story.decide("act_1", PolicyOutcome::deny, "schema");
  story.allow("act_1");
  story.dispatch("act_1");
  CHECK(only_exception(story.package(), "RC-04", at, "dispatched_after_denial"));

  Story held;
  held.propose("act_1");
  held.decide("act_1", PolicyOutcome::deny, "kill_switch");
  held.allow("act_1");
  held.dispatch("act_1");
  CHECK(passes(held.package(), "RC-04", 1));

  Story broken;
  broken.propose("act_1");
  const auto denied = broken.decide("act_1", PolicyOutcome::deny, "kill_switch");
  broken.dispatch("act_1");
  CHECK(only_exception(broken.package(), "RC-04", denied, "dispatched_after_denial"));
}

TEST_CASE("RC-04 finds a denial from before the period whose action runs within it") {
  Story story;
  story.propose("act_1");
  const auto at = story.decide("act_1", PolicyOutcome::deny, "schema");
  story.parameters.start = LogSize(story.log.size());
  story.add(LogHeartbeat{});
  CHECK(chapter(story.package(), "RC-04").result == Result::no_population);
  story.dispatch("act_1");
  CHECK(only_exception(story.package(), "RC-04", at, "dispatched_after_denial"));
}

TEST_CASE("RC-05 counts money of an unknown amount or currency as outside of a limit") {
  const auto run = [](std::optional<std::int64_t> amount, const char* currency,
                      const char* type = "process_refund") {
    Story story;
    MandateGranted mandate;
    mandate.mandate = EntryId("mnd_1");
    mandate.agent = kBot.id;
    mandate.max_amount_minor = 5'000;
    mandate.currency = Clear("EUR");
    mandate.expires_at = story.log.now + 24h;
    story.add(mandate, kAda);
    ActionProposed proposed = story.proposal("act_1");
    proposed.type = Clear(type);
    proposed.amount_minor = amount;
    if (*currency != 0) proposed.currency = Clear(currency);
    story.add(proposed, kBot);
    story.allow("act_1");
    story.dispatch("act_1");
    return story;
  };
  const std::uint64_t at = 5;
  CHECK(passes(run(5'000, "EUR").package(), "RC-05", 1));
  CHECK(only_exception(run(5'001, "EUR").package(), "RC-05", at, "outside_limits"));
  CHECK(only_exception(run(5'000, "USD").package(), "RC-05", at, "outside_limits"));
  CHECK(only_exception(run(5'000, "").package(), "RC-05", at, "outside_limits"));
  CHECK(only_exception(run({}, "").package(), "RC-05", at, "outside_limits"));
  CHECK(only_exception(run({}, "", "of_nobody").package(), "RC-05", at, "outside_limits"));
  // What is about no money at all has no amount.
  CHECK(passes(run({}, "", "AUTO_RESOLVE").package(), "RC-05", 1));
}

TEST_CASE("RC-05 finds an action that ran and that nobody had proposed") {
  Story story;
  const auto at = story.dispatch("act_1");
  CHECK(only_exception(story.package(), "RC-05", at, "no_mandate"));
}

TEST_CASE("RC-05 wants a mandate that covers what runs alone") {
  MandateGranted mandate;
  mandate.mandate = EntryId("mnd_1");
  mandate.agent = kBot.id;
  mandate.types = {"AUTO_RESOLVE"};
  mandate.max_per_day = 1;

  Story none;
  const auto at = none.run_action("act_1");
  CHECK(only_exception(none.package(), "RC-05", at, "no_mandate"));

  Story story;
  mandate.expires_at = story.log.now + 24h * 30;
  story.add(mandate, kAda);
  story.run_action("act_1");
  CHECK(passes(story.package(), "RC-05", 1));
  CHECK(chapter(story.package(), "RC-05").rows[0].accountable == "usr_ada");
  const auto second = story.run_action("act_2");
  CHECK(only_exception(story.package(), "RC-05", second, "outside_limits"));

  Story expired;
  mandate.expires_at = expired.log.now + 1h;
  expired.add(mandate, kAda);
  expired.wait(2h);
  const auto late = expired.run_action("act_1");
  CHECK(only_exception(expired.package(), "RC-05", late, "mandate_expired"));

  Story left;
  mandate.expires_at = left.log.now + 24h * 30;
  left.add(mandate, kAda);
  left.add(AccessRemoved{kAda.id, {}, {}, 1}, kBob);
  const auto orphan = left.run_action("act_1");
  CHECK(only_exception(left.package(), "RC-05", orphan, "mandate_author_left"));

  Story other;
  mandate.types = {"ESCALATE"};
  other.add(mandate, kAda);
  const auto uncovered = other.run_action("act_1");
  CHECK(only_exception(other.package(), "RC-05", uncovered, "outside_limits"));
}

TEST_CASE("RC-06 finds a recorded verdict that the policy does not give") {
  Story story;
  story.propose("act_1");
  PolicyDecided decided = story.verdict("act_1");
  decided.rules.front().result = "matched";
  const auto at = story.add(decided);
  CHECK(only_exception(story.package(), "RC-06", at, "other_verdict"));

  Story unknown;
  unknown.propose("act_1");
  PolicyDecided by_nobody = unknown.verdict("act_1");
  by_nobody.policy = "pol_ghost@7";
  const auto ghost = unknown.add(by_nobody);
  CHECK(only_exception(unknown.package(), "RC-06", ghost, "no_policy"));

  Story about_nothing;
  const auto empty = about_nothing.add(about_nothing.verdict("act_1"));
  CHECK(only_exception(about_nothing.package(), "RC-06", empty, "no_proposal"));
}

TEST_CASE("RC-14 finds a dispatch after a halt, within its scope and until its release") {
  Story story;
  story.run_action("act_1");
  const auto at = story.add(KillswitchEngaged{"tenant", {}, {}}, kAda);
  CHECK(passes(story.package(), "RC-14", 1));
  story.run_action("act_2");
  CHECK(only_exception(story.package(), "RC-14", at, "dispatch_after_halt"));

  Story released;
  released.add(KillswitchEngaged{"tenant", {}, {}}, kAda);
  released.add(KillswitchReleased{"tenant", {}}, kAda);
  released.add(KillswitchEngaged{"ESCALATE", {}, {}}, kAda);
  released.run_action("act_1");
  CHECK(passes(released.package(), "RC-14", 2));
}

TEST_CASE("RC-14 gives a halt of the deployment its time and no more") {
  Story story;
  const auto at = story.add_meta(KillswitchEngaged{"deployment", {}, {}}, kAda);
  story.wait(2s);
  story.run_action("act_1");
  CHECK(passes(story.package(), "RC-14", 1));
  story.wait(10s);
  story.run_action("act_2");
  CHECK(only_exception(story.package(), "RC-14", at, "dispatch_after_halt", true));
}

TEST_CASE("RC-16 finds an action of which nobody knows what became of it") {
  Story story;
  story.propose("act_1");
  story.allow("act_1");
  const auto at = story.dispatch("act_1");
  EffectOutcomeUnknown unknown;
  unknown.action = ActionId("act_1");
  story.add(unknown);
  CHECK(chapter(story.package(), "RC-16").rows[0].result == "not_tested");
  story.end_after(25h);
  CHECK(only_exception(story.package(), "RC-16", at, "no_outcome"));
  story.confirm("act_1");
  CHECK(only_exception(story.package(), "RC-16", at, "outcome_late"));
}

}  // namespace recourse::soc2::testing
