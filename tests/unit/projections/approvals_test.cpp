#include "projections/approvals.h"

#include "tests/unit/projections/story.h"

using namespace recourse;

namespace {

ApprovalRow approval(Story& story) { return story.row<ApprovalRow>("approval/apr_1"); }

ApprovalVoted vote(Vote vote, std::optional<Sealed> reason = {}) {
  ApprovalVoted data;
  data.approval = kApproval;
  data.action = kAction;
  data.ticket = kTicket;
  data.vote = vote;
  data.reason = std::move(reason);
  data.channel = "api";
  data.decision_ms = 1500;
  return data;
}

}  // namespace

TEST_CASE("a requested approval is listed as pending") {
  Story story(approvals_kind());
  ApprovalRequested data = requested();
  data.quorum = 2;
  data.roles = {"manager"};
  data.excluded = {PrincipalId("usr_9")};
  story.then(data);
  const ApprovalRow row = approval(story);
  CHECK(row.status == ApprovalStatus::pending);
  CHECK(row.quorum == 2);
  CHECK(row.excluded == data.excluded);
  CHECK(row.requested_at == Story::at(0));
  CHECK(story.has("status/pending/apr_1"));
}

TEST_CASE("votes are kept with who cast them, and the last one's reason decides") {
  Story story(approvals_kind());
  story.then(requested()).then(vote(Vote::approve), "usr_1");
  story.then(vote(Vote::reject, seal_text("too much", {})), "usr_2");
  story.then(ApprovalRejected{kApproval, kAction, kTicket, {}}, "usr_2");
  const ApprovalRow row = approval(story);
  REQUIRE(row.votes.size() == 2);
  CHECK(row.votes[0].by == PrincipalId("usr_1"));
  CHECK(row.votes[1].vote == Vote::reject);
  CHECK(row.decision_reason == SealedRef{2, 0, Hash{}});
  CHECK(row.status == ApprovalStatus::rejected);
  CHECK(row.decided_by == PrincipalId("usr_2"));
  CHECK(row.decided_at == Story::at(3));
}

TEST_CASE("an approval that ended is listed under how it ended") {
  const std::vector<std::pair<EventData, std::string>> ends{
      {ApprovalGranted{kApproval, kAction, kTicket}, "granted"},
      {ApprovalRejected{kApproval, kAction, kTicket, {}}, "rejected"},
      {ApprovalRevoked{kApproval, kAction, kTicket, {}}, "revoked"},
      {ApprovalExpired{kApproval, kAction, kTicket}, "expired"},
      {ApprovalStaled{kApproval, kAction, kTicket, "killswitch"}, "staled"},
      {ApprovalStaled{kApproval, kAction, kTicket, "withdrawn"}, "withdrawn"}};
  for (const auto& [end, status] : ends) {
    Story story(approvals_kind());
    story.then(requested()).then(end);
    CHECK(word(approval(story).status) == status);
    CHECK(story.has("status/" + status + "/apr_1"));
    CHECK(!story.has("status/pending/apr_1"));
  }
}

TEST_CASE("using an approval up does not change who gave it and when") {
  Story story(approvals_kind());
  story.then(requested()).then(ApprovalGranted{kApproval, kAction, kTicket}, "usr_1");
  story.then(ApprovalConsumed{kApproval, kAction, kTicket}, "agt_1");
  const ApprovalRow row = approval(story);
  CHECK(row.status == ApprovalStatus::consumed);
  CHECK(row.decided_by == PrincipalId("usr_1"));
  CHECK(row.decided_at == Story::at(1));
  CHECK(story.has("status/consumed/apr_1"));
  CHECK(!story.has("status/granted/apr_1"));
  CHECK(row.granted_position == 1);
}

TEST_CASE("a claim is shown until it is over") {
  Story story(approvals_kind());
  ApprovalClaimed claim{kApproval, kAction, kTicket, PrincipalId("usr_1"),
                        from_rfc3339("2026-01-05T09:40:00Z").value()};
  story.then(requested()).then(claim, "usr_1");
  CHECK(approval(story).claimed_by == PrincipalId("usr_1"));
  claim.until += std::chrono::minutes(10);
  story.then(claim, "usr_1");
  story.then(ApprovalReleased{kApproval, kAction, kTicket, PrincipalId("usr_1"), "released"});
  CHECK(!approval(story).claimed_by);
  story.then(claim, "usr_1").then(vote(Vote::approve), "usr_1");
  CHECK(!approval(story).claimed_until);
}

TEST_CASE("an escalation asks others in place of the first ones") {
  Story story(approvals_kind());
  ApprovalRequested data = requested();
  data.roles = {"manager"};
  data.escalate_at = from_rfc3339("2026-01-05T09:30:00Z").value();
  data.escalate_to = {{"admin"}};
  ApprovalVoted first = vote(Vote::approve);
  first.role = "manager";
  story.then(data).then(first, "usr_1");
  story.then(ApprovalEscalated{kApproval, kAction, kTicket, {"admin"}, "half_time"});
  const ApprovalRow row = approval(story);
  CHECK(row.roles == std::vector<Clear>{"admin"});
  CHECK(row.escalated_at == Story::at(2));
  CHECK(!row.votes[0].counts);
  CHECK(!row.escalate_at);
}
