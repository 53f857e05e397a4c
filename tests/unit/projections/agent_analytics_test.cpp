#include "projections/agent_analytics.h"

#include "projections/audit_index.h"
#include "tests/unit/projections/story.h"

using namespace recourse;

namespace {

ActionCounts actions(Story& story, const std::string& key = "all") {
  return story.row<ActionCounts>("actions/" + key);
}
TicketCounts tickets(Story& story, const std::string& key = "all") {
  return story.row<TicketCounts>("tickets/" + key);
}
PositionCount count(Story& story, const std::string& list) {
  return story.row<PositionCount>(count_key(list));
}
std::vector<std::int64_t> positions(Story& story, const std::string& list, std::int64_t chunk) {
  return story.row<PositionChunk>(chunk_key(list, chunk)).positions;
}

}  // namespace

TEST_CASE("an action counts for all, its type, the day of its proposal and both") {
  Story story(agent_analytics_kind());
  story.then(opened()).then(proposed()).then(decided(PolicyOutcome::allow));
  story.then(EffectRejected{kAction, kTicket, "declined"});
  for (const std::string key :
       {"all", "type/process_refund", "day/2026-01-05", "day/2026-01-05/process_refund"}) {
    CHECK(actions(story, key).proposed == 1);
    CHECK(actions(story, key).allowed == 1);
    CHECK(actions(story, key).failed == 1);
    CHECK(actions(story, key).with_confidence == 1);
    CHECK(actions(story, key).confidence_sum_ppm == 900'000);
  }
}

TEST_CASE("each outcome has its own count, and shadow decisions and later ones have none") {
  Story story(agent_analytics_kind());
  story.then(proposed());
  for (const PolicyOutcome outcome :
       {PolicyOutcome::allow, PolicyOutcome::deny, PolicyOutcome::shadow,
        PolicyOutcome::require_approval, PolicyOutcome::defer})
    story.then(decided(outcome));
  PolicyDecided shadow = decided(PolicyOutcome::deny), again = decided(PolicyOutcome::deny);
  shadow.shadow = true;
  again.at = "dispatch";
  story.then(shadow).then(again);
  story.then(RollbackRefused{RollbackId("rbk_1"), kAction, kTicket, "x", {}});
  story.then(CompensationSucceeded{RollbackId("rbk_2"), kAction, kTicket, 0, {}});
  story.then(ApprovalGranted{kApproval, kAction, kTicket});
  story.then(ApprovalRejected{kApproval, kAction, kTicket, {}});
  story.then(ActionWithdrawn{kAction, kTicket, {}});
  const ActionCounts all = actions(story);
  CHECK(all.allowed == 1);
  CHECK(all.denied == 1);
  CHECK(all.shadowed == 1);
  CHECK(all.awaiting == 1);
  CHECK(all.rolled_back == 1);
  CHECK(all.rollbacks_refused == 1);
  CHECK(all.approvals_granted == 1);
  CHECK(all.approvals_rejected == 1);
  CHECK(all.withdrawn == 1);
}

TEST_CASE("imported actions count on the day on which they happened") {
  Story story(agent_analytics_kind());
  ActionProposed data = proposed();
  data.provenance = {true, "desk", from_rfc3339("2016-02-29T23:59:59Z").value()};
  story.then(data).then(EffectConfirmed{kAction, kTicket});
  CHECK(actions(story, "day/2016-02-29").succeeded == 1);
  CHECK(!story.has("actions/day/2026-01-05"));
}

TEST_CASE("a ticket has actions once, however many there are") {
  Story story(agent_analytics_kind());
  TicketStatusChanged resolved;
  resolved.ticket = kTicket;
  resolved.to = TicketStatus::resolved;
  story.then(opened()).then(proposed("act_1")).then(proposed("act_2"));
  story.then(TicketEscalated{kTicket, "angry"}).then(resolved);
  story.then(TicketReopened{kTicket, {}, "customer"});
  for (const std::string key : {"all", "day/2026-01-05"}) {
    CHECK(tickets(story, key).opened == 1);
    CHECK(tickets(story, key).with_actions == 1);
    CHECK(tickets(story, key).escalated == 1);
    CHECK(tickets(story, key).resolved == 1);
    CHECK(tickets(story, key).closed == 0);
    CHECK(tickets(story, key).reopened == 1);
  }
}

TEST_CASE("what happens to an action that was never proposed is not counted") {
  Story story(agent_analytics_kind());
  story.then(EffectConfirmed{kAction, kTicket});
  CHECK(story.rows().empty());
}

TEST_CASE("every event is indexed by type, actor and ticket") {
  Story story(audit_index_kind());
  MessageReceived imported{kTicket, MessageId("msg_1"), "email"};
  imported.provenance.imported = true;
  story.then(opened(), "usr_1").then(proposed(), "agt_1").then(imported, "usr_1");
  CHECK(count(story, "actor/usr_1").count == 2);
  CHECK(count(story, "actor/usr_1").imported == 1);
  CHECK(count(story, "ticket/tkt_1").count == 3);
  CHECK(positions(story, "actor/usr_1", 0) == std::vector<std::int64_t>{0, 2});
  CHECK(positions(story, "type/recourse.action.proposed.v1", 0) == std::vector<std::int64_t>{1});
}

TEST_CASE("positions go into chunks of 128, oldest first") {
  Story story(audit_index_kind());
  for (int i = 0; i < 257; ++i) story.then(LogHeartbeat{});
  const std::string list = "type/recourse.log.heartbeat.v1";
  CHECK(chunk_key(list, 2) == "list/" + list + "/00000002");
  CHECK(positions(story, list, 0).size() == 128);
  CHECK(positions(story, list, 1).front() == 128);
  CHECK(positions(story, list, 2) == std::vector<std::int64_t>{256});
  CHECK(count(story, list).count == 257);
}
