#include <doctest/doctest.h>

#include "engine/event/parse_json.h"
#include "tests/unit/tools/import/import_desk.h"
#include "tests/unit/tools/import/scratch_file.h"

namespace recourse {
namespace {

/// A run that ended wrong after two writes, one of them expected, one failed and one without an
/// answer; with a tool nobody knows, arguments that are no JSON, and a hand-off.
constexpr std::string_view kWrongRun =
    R"({"task_id":3,"trial":0,"reward":0.0,"info":{"task":{"user_id":"mia_li_3668",)"
    R"("instruction":"You want to fly.","actions":[{"name":"cancel_reservation",)"
    R"("kwargs":{"reservation_id":"A1"}}],"outputs":["327"]}},"traj":[)"
    R"({"role":"system","content":"The policy. Authorization: Bearer abcdef0123456789"},)"
    R"({"role":"user","content":"I want to fly"},)"
    R"({"role":"assistant","content":"Who are you?"},)"
    R"({"role":"user","content":"Mia"},)"
    R"({"role":"assistant","content":null,"tool_calls":[{"id":"c1","type":"function",)"
    R"("function":{"name":"get_user_details","arguments":"{\"user_id\":\"mia_li_3668\"}"}}]},)"
    R"({"role":"tool","tool_call_id":"c1","name":"get_user_details","content":"{\"name\":\"Mia\"}"},)"
    R"({"role":"assistant","content":null,"tool_calls":[{"id":"c1","type":"function",)"
    R"("function":{"name":"cancel_reservation","arguments":"{ \"reservation_id\": \"A1\" }"}}]},)"
    R"({"role":"tool","tool_call_id":"c1","name":"cancel_reservation","content":"done"},)"
    R"({"role":"assistant","content":null,"tool_calls":[{"id":"c2","type":"function",)"
    R"("function":{"name":"update_reservation_passengers",)"
    R"("arguments":"{\"reservation_id\":\"A1\",\"passengers\":[]}"}}]},)"
    R"({"role":"tool","tool_call_id":"c2","name":"update_reservation_passengers","content":"ok"},)"
    R"({"role":"assistant","content":null,"tool_calls":[{"id":"c3","type":"function",)"
    R"("function":{"name":"cancel_reservation","arguments":"{\"reservation_id\":\"B2\"}"}}]},)"
    R"({"role":"tool","tool_call_id":"c3","name":"cancel_reservation","content":"Error: none"},)"
    R"({"role":"assistant","content":null,"tool_calls":[{"id":"c4","type":"function",)"
    R"("function":{"name":"grant_wish","arguments":"three wishes"}}]},)"
    R"({"role":"tool","tool_call_id":"c4","name":"grant_wish","content":"granted"},)"
    R"({"role":"assistant","content":null,"tool_calls":[{"id":"c5","type":"function",)"
    R"("function":{"name":"transfer_to_human_agents","arguments":"{\"summary\":\"help\"}"}}]},)"
    R"({"role":"tool","tool_call_id":"c5","name":"transfer_to_human_agents","content":"ok"},)"
    R"({"role":"assistant","content":null,"tool_calls":[{"id":"c6","type":"function",)"
    R"("function":{"name":"send_certificate","arguments":"{\"user_id\":\"m\",\"amount\":50}"}}]})"
    R"(]})"
    "\n";
constexpr std::string_view kGoodRun =
    R"({"task_id":4,"trial":0,"reward":1.0,"traj":[{"role":"user","content":"Hi"},)"
    R"({"role":"assistant","content":"Hello"}]})"
    "\n";
constexpr std::string_view kCrashedRun =
    R"({"task_id":5,"trial":0,"reward":0.0,"info":{"error":"boom"},"traj":[]})"
    "\n";

ImportOptions runs(const ScratchFile& file, bool undo = false) {
  ImportOptions options;
  options.format = ImportFormat::transcript;
  options.file = file.path();
  options.source = "runs";
  options.undo_wrong_writes = undo;
  return options;
}

std::vector<std::string> types_of(ImportDesk& desk, const TicketId& ticket) {
  std::vector<std::string> types;
  for (const RecordedEvent& event : desk.events()) {
    if (event.subject != ticket.value()) continue;
    std::string_view type = type_of(event.data);
    type.remove_prefix(std::string_view("recourse.").size());
    types.emplace_back(type.substr(0, type.rfind(".v")));
  }
  return types;
}

TEST_CASE("a recorded run becomes a ticket, its run, its messages and its answer") {
  const ScratchFile file(kGoodRun);
  ImportDesk desk;
  const ImportSummary summary = desk.import(runs(file));
  CHECK(summary.added == 1);
  const auto opened = desk.all<TicketOpened>();
  REQUIRE(opened.size() == 1);
  CHECK(types_of(desk, opened[0].ticket) ==
        std::vector<std::string>{"ticket.opened", "run.started", "message.sent", "run.finished",
                                 "ticket.status_changed", "resolution.asserted",
                                 "feedback.submitted"});
  CHECK(opened[0].external_ref->text == "4/0");
  const auto values = desk.opened(opened[0].ticket);
  CHECK(values.at("/data/description") == "\"Hi\"");
  CHECK(values.at("/data/record") ==
        R"({"error":"","expected":[],"instruction":"","messages":2,"outputs":[],)"
        R"("reward":"1","task":"4","trial":"0","user_id":""})");
  const auto feedback = desk.all<FeedbackSubmitted>();
  CHECK(feedback[0].confirmed == true);
  CHECK(feedback[0].channel.text == "import");
  CHECK(feedback[0].resolution == desk.all<ResolutionAsserted>()[0].resolution);
  const auto finished = desk.all<RunFinished>();
  CHECK(finished[0].status == RunStatus::finished);
  CHECK(finished[0].reward_ppm == 1'000'000);
  CHECK_FALSE(finished[0].provenance.occurred_at.has_value());
}

TEST_CASE("each call is an action, judged in shadow, with what came back") {
  const ScratchFile file(kWrongRun);
  ImportDesk desk;
  desk.import(runs(file));
  const auto proposed = desk.all<ActionProposed>();
  REQUIRE(proposed.size() == 7);
  CHECK(proposed[0].type.text == "get_user_details");
  CHECK(proposed[0].args_are_json);
  CHECK(proposed[4].type.text == "unknown");
  CHECK(proposed[4].unknown_type.has_value());
  CHECK_FALSE(proposed[4].args_are_json);
  CHECK(proposed[6].amount_minor == 5000);
  for (std::size_t i = 1; i < proposed.size(); ++i)
    CHECK(*proposed[i].step > *proposed[i - 1].step);

  const auto decided = desk.all<PolicyDecided>();
  REQUIRE(decided.size() == 7);
  for (const PolicyDecided& one : decided) {
    CHECK(one.shadow);
    CHECK_FALSE(one.rules.empty());
    CHECK(one.policy.text == "pol_default@1");
  }
  CHECK(decided[0].outcome == PolicyOutcome::allow);
  CHECK(decided[1].outcome == PolicyOutcome::require_approval);
  CHECK(decided[4].outcome == PolicyOutcome::deny);

  CHECK(desk.all<EffectConfirmed>().size() == 5);
  REQUIRE(desk.all<EffectRejected>().size() == 1);
  CHECK(desk.all<EffectRejected>()[0].action == proposed[3].action);
  REQUIRE(desk.all<EffectOutcomeUnknown>().size() == 1);
  CHECK(desk.all<EffectOutcomeUnknown>()[0].action == proposed[6].action);
  REQUIRE(desk.all<TicketEscalated>().size() == 1);
  CHECK(desk.all<TicketEscalated>()[0].action == proposed[5].action);
  CHECK(desk.all<EffectDispatched>().empty());
  CHECK(desk.all<ApprovalRequested>().empty());
}

TEST_CASE("a run with reward 0 after a committed write opens its ticket again") {
  const ScratchFile file(kWrongRun);
  ImportDesk desk;
  desk.import(runs(file));
  const auto opened = desk.all<TicketOpened>();
  const auto types = types_of(desk, opened[0].ticket);
  const std::vector<std::string> end(types.end() - 6, types.end());
  CHECK(end == std::vector<std::string>{"run.finished", "ticket.status_changed",
                                        "resolution.asserted", "feedback.submitted",
                                        "ticket.reopened", "ticket.status_changed"});
  CHECK(desk.all<FeedbackSubmitted>()[0].confirmed == false);
  CHECK(desk.all<TicketReopened>()[0].resolution == desk.all<ResolutionAsserted>()[0].resolution);
}

TEST_CASE("no text of a run stands in a leaf, and no credential anywhere") {
  const ScratchFile file(kWrongRun);
  ImportDesk desk;
  desk.import(runs(file));
  for (const RecordedEvent& event : desk.events())
    for (const std::string_view text : {"mia", "Mia", "fly", "grant_wish", "wishes", "policy. "})
      CHECK(write_leaf(event).find(text) == std::string::npos);
  const auto opened = desk.all<TicketOpened>();
  bool policy = false;
  for (const OpenedValue& value :
       desk.ledger().open_subject(desk.ledger_id(), opened[0].ticket.value()).value()) {
    policy = policy || value.json.find("The policy.") != std::string::npos;
    CHECK(value.json.find("abcdef0123456789") == std::string::npos);
  }
  CHECK(policy);
}

TEST_CASE("a run that crashed before its first message is a ticket and a failed run") {
  const ScratchFile file(kCrashedRun);
  ImportDesk desk;
  const ImportSummary summary = desk.import(runs(file));
  CHECK(summary.added == 1);
  const auto opened = desk.all<TicketOpened>();
  REQUIRE(opened.size() == 1);
  CHECK(types_of(desk, opened[0].ticket) == std::vector<std::string>{"ticket.opened", "run.started",
                                                                     "ticket.noted", "run.finished",
                                                                     "feedback.submitted"});
  CHECK(desk.all<RunFinished>()[0].status == RunStatus::failed);
  CHECK(desk.all<RunFinished>()[0].error_code->text == "no_messages");
}

TEST_CASE("importing runs again adds nothing, edited ones are conflicts as a whole") {
  std::string text(kWrongRun);
  text += kGoodRun;
  const ScratchFile file(text);
  ImportDesk desk;
  const ImportSummary first = desk.import(runs(file));
  CHECK(first.added == 2);
  const ImportSummary again = desk.import(runs(file));
  CHECK(again.known == 2);
  CHECK(again.events == first.events);
  CHECK(again.ledger_size == first.ledger_size);

  text.replace(text.find("Hello"), 5, "Howdy");
  text.insert(text.rfind("]}"), R"(,{"role":"user","content":"more"})");
  const ScratchFile edited(text);
  const ImportSummary other = desk.import(runs(edited));
  CHECK(other.conflicts == 1);
  CHECK(other.known == 1);
  CHECK(other.ledger_size == first.ledger_size);
}

TEST_CASE("a run that stands in a file twice is written and counted once") {
  const ScratchFile file(std::string(kGoodRun) + std::string(kGoodRun));
  ImportDesk desk;
  const ImportSummary summary = desk.import(runs(file));
  CHECK(summary.records == 2);
  CHECK(summary.added + summary.known == 2);
  CHECK(summary.events.at("run.started") == 1);
  CHECK(desk.all<TicketOpened>().size() == 1);
}

TEST_CASE("lines that are no run are kept and the others imported") {
  const ScratchFile file(std::string(kGoodRun) + "{\"task_id\":\n" + std::string(kCrashedRun));
  ImportDesk desk;
  const ImportSummary summary = desk.import(runs(file));
  CHECK(summary.records == 3);
  CHECK(summary.unreadable == 1);
  CHECK(summary.unreadable_list[0].line == 2);
  CHECK(desk.all<RecordUnreadable>().size() == 1);
  CHECK(desk.all<ImportFinished>()[0].unreadable == 1);
  CHECK(desk.all<ImportFinished>()[0].added == 3);
}

TEST_CASE("wrong writes are asked to be undone once, and each refusal is recorded") {
  const ScratchFile file(kWrongRun);
  ImportDesk desk;
  const ImportSummary summary = desk.import(runs(file, true));
  // The unexpected passengers (an inverse that nobody here can run) and the wish (no inverse).
  CHECK(summary.rollbacks_requested == 2);
  CHECK(summary.rolled_back == 0);
  CHECK(summary.refused.at("no_executor") == 1);
  CHECK(summary.refused.at("no_inverse") == 1);
  CHECK(desk.all<RollbackRequested>().size() == 2);
  CHECK(desk.all<RollbackRefused>().size() == 2);

  const ImportSummary again = desk.import(runs(file, true));
  CHECK(again.rollbacks_requested == 2);
  CHECK(again.refused == summary.refused);
  CHECK(again.events_added == 0);
  CHECK(desk.all<RollbackRequested>().size() == 2);
}

TEST_CASE("wrong writes can be undone by a later import of the same runs") {
  const ScratchFile file(kWrongRun);
  ImportDesk desk;
  desk.import(runs(file));
  CHECK(desk.all<RollbackRequested>().empty());
  desk.close();
  desk.open();
  const ImportSummary summary = desk.import(runs(file, true));
  CHECK(summary.added == 0);
  CHECK(summary.rollbacks_requested == 2);
}

TEST_CASE("a very long run is written in parts that know each other") {
  std::string run = R"({"task_id":"long","reward":0,"traj":[{"role":"user","content":"Hi"})";
  for (int i = 0; i < 400; ++i)
    run +=
        R"(,{"role":"assistant","tool_calls":[{"id":"x","function":{"name":"cancel_reservation",)"
        R"("arguments":"{\"reservation_id\":\")" +
        std::to_string(i) + R"(\"}"}}]},{"role":"tool","tool_call_id":"x","content":"done"})";
  run += "]}\n";
  const ScratchFile file(run);
  ImportDesk desk;
  const ImportSummary summary = desk.import(runs(file));
  CHECK(summary.records == 1);
  CHECK(summary.added == 1);
  CHECK(desk.all<TicketOpened>().size() == 1);
  CHECK(desk.all<RunStarted>().size() == 1);
  CHECK(desk.all<RunFinished>().size() == 1);
  CHECK(desk.all<TicketReopened>().size() == 1);
  CHECK(desk.all<ActionProposed>().size() == 400);
  const TicketId ticket = desk.all<TicketOpened>()[0].ticket;
  for (const ActionProposed& proposed : desk.all<ActionProposed>())
    CHECK(proposed.ticket == ticket);
  const ImportSummary again = desk.import(runs(file, true));
  CHECK(again.known == 1);
  CHECK(again.events == summary.events);
  CHECK(again.rollbacks_requested == 400);
}

TEST_CASE("the summary is told to programs as one JSON object") {
  const ScratchFile file(kWrongRun);
  ImportDesk desk;
  const auto json = parse_json(summary_json(desk.import(runs(file, true))));
  REQUIRE(json.ok());
  CHECK(json->find("records")->integer() == 1);
  CHECK(json->find("check_figures")->find("write_calls")->integer() == 5);
  CHECK(json->find("check_figures")->find("failed_writes")->integer() == 2);
  CHECK(json->find("check_figures")->find("handoffs")->integer() == 1);
  CHECK(json->find("check_figures")->find("distinct_call_ids")->integer() == 6);
  CHECK(json->find("check_figures")->find("reward_0_with_committed_write")->integer() == 1);
  CHECK(json->find("rollbacks")->find("requested")->integer() == 2);
  CHECK(json->find("complete")->boolean() == true);
}

}  // namespace
}  // namespace recourse
