#include "tests/unit/engine/decision/rollback_story.h"

namespace recourse {
namespace {

constexpr const char* kClaimedRefund = R"({"amount":10,"order_id":"O-1"})";

struct ToClaim {
  ActionId action;
  ApprovalId approval;
};

ToClaim to_claim(Story& story, const char* args = kClaimedRefund) {
  const ActionId action = story.proposed(story.open_ticket(), "process_refund", args, 990'000);
  return {action, story.event<ApprovalRequested>().approval};
}

ClaimApproval claim(const ApprovalId& approval, std::int64_t claim_s = 600) {
  return {approval, claim_s};
}

TEST_CASE("who claims an approval is the only one who votes, until the claim ends by itself") {
  Story story;
  const ToClaim one = to_claim(story);
  story.when(kManager, claim(one.approval)).then({"approval.claimed"});
  CHECK(story.event<ApprovalClaimed>().by == kManager.id);
  CHECK(story.event<ApprovalClaimed>().until == story.now + std::chrono::minutes(10));
  story.vote(kSecond, one.approval).then_refused(ErrorCode::conflict);
  CHECK(story.error()->message.find(kManager.id.value()) != std::string::npos);
  story.when(kSecond, claim(one.approval)).then_refused(ErrorCode::conflict);
  story.now += std::chrono::minutes(10);
  story.vote(kSecond, one.approval);
  CHECK(story.has<ApprovalGranted>());
}

TEST_CASE("the one who claimed it votes, keeps it longer, or lets it go") {
  Story story;
  const ToClaim one = to_claim(story);
  story.given(kManager, claim(one.approval));
  story.now += std::chrono::minutes(5);
  story.given(kManager, claim(one.approval, 900));
  CHECK_FALSE(story.event<ApprovalClaimed>().taken_from.has_value());
  story.when(kSecond, ReleaseApproval{one.approval}).then_refused(ErrorCode::forbidden);
  story.when(kManager, ReleaseApproval{one.approval}).then({"approval.released"});
  CHECK(story.event<ApprovalReleased>().cause == Clear("released"));
  story.when(kManager, ReleaseApproval{one.approval}).then_refused(ErrorCode::conflict);
  story.given(kManager, claim(one.approval));
  story.vote(kManager, one.approval);
  CHECK(story.has<ApprovalGranted>());
}

TEST_CASE("an admin takes a claim over, or releases it") {
  Story story;
  const ToClaim one = to_claim(story);
  story.given(kManager, claim(one.approval));
  // Not by voting past it: that somebody looks at it should be seen.
  story.vote(kAdmin, one.approval).then_refused(ErrorCode::conflict);
  story.when(kAdmin, claim(one.approval)).then({"approval.claimed"});
  CHECK(story.event<ApprovalClaimed>().taken_from == kManager.id);
  story.vote(kManager, one.approval).then_refused(ErrorCode::conflict);
  story.given(kAdmin, ReleaseApproval{one.approval});
  story.given(kSecond, claim(one.approval));
  story.given(kAdmin, ReleaseApproval{one.approval});
  story.vote(kManager, one.approval);
  CHECK(story.has<ApprovalGranted>());
}

TEST_CASE("a claim needs the same rights as a vote") {
  Story story;
  const ToClaim one = to_claim(story);
  story.when(kAgent, claim(one.approval)).then_refused(ErrorCode::forbidden);
  story.when(kPerson, claim(one.approval)).then_refused(ErrorCode::forbidden);
  story.when(person(Role::operator_), claim(one.approval)).then_refused(ErrorCode::forbidden);
  story.when(kManager, claim(one.approval, 0)).then_refused(ErrorCode::invalid);
  story.when(kManager, claim(one.approval, 3'601)).then_refused(ErrorCode::invalid);
  story.when(kManager, claim(ApprovalId("apr_none"))).then_refused(ErrorCode::not_found);
  ProposeAction own;
  own.ticket = story.open_ticket();
  own.type = "process_refund";
  own.args_json = kClaimedRefund;
  story.given(kManager, own);
  story.when(kManager, claim(story.event<ApprovalRequested>().approval))
      .then_refused(ErrorCode::forbidden);
  story.vote(kSecond, one.approval, Vote::reject);
  story.when(kManager, claim(one.approval)).then_refused(ErrorCode::conflict);
}

TEST_CASE("a vote ends the claim, so that a second person can look") {
  Story story;
  const ToClaim one = to_claim(story, R"({"amount":600,"order_id":"O-1"})");
  story.given(kManager, claim(one.approval));
  story.vote(kManager, one.approval).then({"approval.voted"});
  story.vote(kAdmin, one.approval);
  CHECK(story.has<ApprovalGranted>());
}

TEST_CASE("the timer says that a claim is over, and no claim outlives its approval") {
  Story story;
  const ToClaim one = to_claim(story);
  story.given(kManager, claim(one.approval));
  story.when(kSystem, ExpireClaim{one.approval}).then_refused(ErrorCode::conflict);
  story.now += std::chrono::minutes(55);
  story.when(kSystem, ExpireClaim{one.approval}).then({"approval.released"});
  CHECK(story.event<ApprovalReleased>().cause == Clear("expired"));
  story.when(kSystem, ExpireClaim{one.approval}).then_refused(ErrorCode::conflict);
  story.given(kManager, claim(one.approval));
  CHECK(story.event<ApprovalClaimed>().until == story.approval(one.approval).expires_at);
  story.now += std::chrono::minutes(5);
  story.when(kManager, claim(one.approval)).then_refused(ErrorCode::conflict);
}

TEST_CASE("approvals of rollbacks are claimed as well, also over several tickets") {
  RollbackStory story;
  const ActionId first = story.reset(story.open_ticket());
  const ActionId second = story.reset(story.open_ticket());
  RollBack command;
  command.bulk = BulkTarget{};
  command.bulk->type = "reset_password";
  command.found = {first, second};
  command.reason = "links go to strangers";
  story.given(kManager, command);
  const ApprovalId approval = story.event<ApprovalRequested>().approval;
  story.given(kThird, claim(approval));
  CHECK(story.event<ApprovalClaimed>().rollback == story.approval(approval).rollback);
  story.vote(kSecond, approval).then_refused(ErrorCode::conflict);
  story.vote(kThird, approval, Vote::reject);
  CHECK(story.has<RollbackAborted>());
}

}  // namespace
}  // namespace recourse
