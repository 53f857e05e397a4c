#include "tests/unit/tools/soc2/test_log.h"

namespace recourse::soc2::testing {
namespace {

/// Asked for and not decided yet. Returned: the verdict that demands it.
std::uint64_t ask(Story& story) {
  story.propose("act_1");
  const auto asked = story.decide("act_1", PolicyOutcome::require_approval);
  story.add(story.request("apr_1", "act_1"));
  return asked;
}

void agree(Story& story) {
  story.add(story.vote("apr_1", "act_1"), kAda);
  story.grant("apr_1", "act_1");
}

void run_it(Story& story) {
  story.allow("act_1");
  story.consume("apr_1", "act_1");
  story.dispatch("act_1");
  story.confirm("act_1");
}

}  // namespace

TEST_CASE("an action that a manager approved in time passes RC-02 and RC-03") {
  Story story;
  ask(story);
  story.wait(20min);
  agree(story);
  run_it(story);
  const Package package = story.package();
  CHECK(passes(package, "RC-02", 1));
  CHECK(chapter(package, "RC-02").rows[0].approval == "apr_1");
  CHECK(chapter(package, "RC-02").rows[0].accountable == "usr_ada");
  CHECK(passes(package, "RC-03", 1));
  CHECK(chapter(package, "RC-05").result == Result::no_population);
  CHECK(chapter(package, "RC-05").excluded.at("approved") == 1);
}

TEST_CASE("RC-02 finds a dispatch without an approval, and one that was approved late") {
  Story story;
  const auto at = ask(story);
  story.allow("act_1");
  story.dispatch("act_1");
  CHECK(only_exception(story.package(), "RC-02", at, "no_approval"));
  agree(story);
  CHECK(only_exception(story.package(), "RC-02", at, "approved_late"));
}

TEST_CASE("RC-02 finds an approval that had expired") {
  Story story;
  const auto at = ask(story);
  agree(story);
  story.wait(2h);
  run_it(story);
  CHECK(only_exception(story.package(), "RC-02", at, "approval_expired"));
}

TEST_CASE("RC-02 finds a requester who approves") {
  Story story;
  story.propose("act_1", kAda);
  const auto at = story.decide("act_1", PolicyOutcome::require_approval);
  story.add(story.request("apr_1", "act_1"));
  agree(story);
  run_it(story);
  CHECK(only_exception(story.package(), "RC-02", at, "approver_is_requester"));
}

TEST_CASE("RC-02 finds who answers for the agent among its approvers") {
  Story story;
  MandateGranted mandate;
  mandate.mandate = EntryId("mnd_1");
  mandate.agent = kBot.id;
  mandate.expires_at = story.log.now + 24h;
  story.add(mandate, kAda);
  const auto at = ask(story);
  agree(story);
  run_it(story);
  CHECK(only_exception(story.package(), "RC-02", at, "approver_is_agent_owner"));
}

TEST_CASE("RC-02 finds votes that do not count: role, machine, too few") {
  Story story;
  const auto at = ask(story);
  ApprovalVoted voted = story.vote("apr_1", "act_1");
  voted.role = Clear("viewer");
  story.add(voted, kAda);
  story.grant("apr_1", "act_1");
  run_it(story);
  CHECK(only_exception(story.package(), "RC-02", at, "approver_lacks_role"));

  Story machine;
  const auto by_machine = ask(machine);
  machine.add(machine.vote("apr_1", "act_1"), {ActorType::agent, PrincipalId("agt_other")});
  machine.grant("apr_1", "act_1");
  run_it(machine);
  CHECK(only_exception(machine.package(), "RC-02", by_machine, "approver_not_human"));

  Story few;
  few.propose("act_1");
  const auto alone = few.decide("act_1", PolicyOutcome::require_approval);
  ApprovalRequested requested = few.request("apr_1", "act_1");
  requested.quorum = 2;
  few.add(requested);
  few.add(few.vote("apr_1", "act_1"), kAda);
  few.add(few.vote("apr_1", "act_1"), kAda);
  few.grant("apr_1", "act_1");
  run_it(few);
  CHECK(only_exception(few.package(), "RC-02", alone, "too_few_votes"));
}

TEST_CASE("RC-02 finds arguments that nobody agreed to") {
  Story story;
  story.propose("act_1");
  const auto at = story.decide("act_1", PolicyOutcome::require_approval);
  ApprovalRequested requested = story.request("apr_1", "act_1");
  requested.args_commitment = hash_of("what was shown");
  story.add(requested);
  agree(story);
  run_it(story);
  CHECK(only_exception(story.package(), "RC-02", at, "payload_changed"));
}

TEST_CASE("RC-03 finds approvals of what nobody was shown, and counts quick ones") {
  Story story;
  story.propose("act_1");
  story.decide("act_1", PolicyOutcome::require_approval);
  ApprovalRequested requested = story.request("apr_1", "act_1");
  requested.render_digest = {};
  story.add(requested);
  story.add(story.vote("apr_1", "act_1"), kAda);
  const auto at = story.grant("apr_1", "act_1");
  CHECK(only_exception(story.package(), "RC-03", at, "not_shown"));

  Story other;
  ask(other);
  ApprovalVoted voted = other.vote("apr_1", "act_1");
  voted.render_digest = hash_of("an older text");
  voted.decision_ms = 800;
  other.add(voted, kAda);
  const auto changed = other.grant("apr_1", "act_1");
  const Package package = other.package();
  CHECK(only_exception(package, "RC-03", changed, "other_shown"));
  REQUIRE(!chapter(package, "RC-03").indicators.empty());
  CHECK(chapter(package, "RC-03").indicators[0].value == "1");

  Story unvoted;
  ask(unvoted);
  const auto decided = unvoted.grant("apr_1", "act_1");
  CHECK(only_exception(unvoted.package(), "RC-03", decided, "no_vote"));
}

}  // namespace recourse::soc2::testing
