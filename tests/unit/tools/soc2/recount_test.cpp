#include <filesystem>
#include <fstream>

#include "tests/unit/tools/audit/verify_script.h"
#include "tests/unit/tools/soc2/test_log.h"
#include "tools/soc2/package_json.h"

namespace recourse::soc2::testing {
namespace {

namespace fs = std::filesystem;

/// What came in by e-mail in this hour.
IngressCounted counted(const Story& story, std::int64_t inputs) {
  IngressCounted of_hour;
  of_hour.channel = "email";
  of_hour.hour = std::chrono::floor<std::chrono::hours>(story.log.now);
  of_hour.received = of_hour.accepted = inputs;
  return of_hour;
}

/// Some of everything, good and bad.
void live_through_a_day(Story& story, const std::string& day) {
  const std::string ticket = "tkt_" + day, run = "act_" + day, asked = "act_a" + day;
  story.open_ticket(ticket);
  story.open_ticket("tkt_1");
  if (day != "3") story.add(counted(story, 2));
  story.add_meta(AuthDenied{"unknown_key", 3});
  story.wait(10min);
  story.run_action(run);
  story.run_action("act_x" + day);
  story.propose(asked);
  story.decide(asked, PolicyOutcome::require_approval);
  story.add(story.request("apr_" + day, asked));
  story.wait(5min);
  story.add(story.vote("apr_" + day, asked), kAda);
  story.grant("apr_" + day, asked);
  story.allow(asked);
  story.consume("apr_" + day, asked);
  story.dispatch(asked);
  story.propose("act_d" + day);
  story.decide("act_d" + day, PolicyOutcome::deny, "schema");
  ResolutionAsserted asserted;
  asserted.resolution = ResolutionId("res_" + day);
  asserted.ticket = TicketId(ticket);
  asserted.action = ActionId(run);
  story.add(asserted);
  MessageSent sent;
  sent.ticket = TicketId(ticket);
  sent.message = MessageId("msg_" + day);
  sent.channel = "email";
  sent.body = sealed();
  story.add(sent, kBot);
  AlertRaised alert;
  alert.alert = EntryId("alr_" + day);
  alert.rule = "rate";
  alert.triage_due_at = story.log.now + 4h;
  story.add(alert);
  story.add(KillswitchEngaged{"ESCALATE", {}, {}}, kAda);
  story.add_meta(BackupCompleted{});
  CapacitySampled room;
  room.disk_total = 1'000;
  room.disk_free = day == "2" ? 10 : 900;
  story.add_meta(room);
  RollbackRequested rollback;
  rollback.rollback = RollbackId("rbk_" + day);
  rollback.action = ActionId(run);
  rollback.reason_code = "wrong";
  story.add(rollback, kAda);
  RollbackStuck stuck;
  stuck.rollback = rollback.rollback;
  stuck.code = "refused";
  if (day != "1") story.add(stuck);
  RollbackPartial partial;
  partial.rollback = rollback.rollback;
  if (day == "2" || day == "3") story.add(partial);
  story.dispatch("act_p" + day);  // Proposed by nobody.
  AccessGranted granted;
  granted.grant = EntryId("acg_" + day);
  granted.principal = PrincipalId("usr_" + day);
  story.add(granted, kAda);
  ControlTested tested;
  tested.control = Clear("RC-0" + day);
  tested.exceptions = 1;
  story.add(tested, kAda);
  story.add(SealedOpened{TicketId(ticket), "support", 0}, kAda);
  DsrReceived request;
  request.dsr = EntryId("dsr_" + day);
  request.due_at = story.log.now + 24h * 30;
  request.channel = "email";
  story.add(request);
  HoldPlaced hold;
  hold.hold = EntryId("hld_" + day);
  hold.matter = "m";
  hold.requested_by = kBob.id;
  story.add(hold, kAda);
  story.wait(20h);
  FollowUpSent follow_up;
  follow_up.ticket = TicketId(ticket);
  follow_up.channel = "email";
  story.add(follow_up);
  story.confirm(asked);
  if (day == "3") story.add(asserted);  // Again, and then nobody heard the no.
  ResolutionContradicted no;
  no.ticket = TicketId(ticket);
  if (day != "1") story.add(no);
  if (day == "2") story.add(IncidentOpened{});
  story.add(AlertTriaged{EntryId("alr_" + day), "known", {}, {}}, kBob);
  story.add(AlertClosed{EntryId("alr_" + day), {}, {}}, kBob);
  story.add(KillswitchReleased{"ESCALATE", {}}, kAda);
  story.add(AccessTerminated{EntryId("acn_" + day), PrincipalId("usr_" + day), story.log.now, {}},
            kAda);
  const std::string before = std::to_string(std::stoi(day) - 1);
  story.add(AccessRemoved{PrincipalId("usr_" + before), EntryId("acg_" + before), {}, 0}, kAda);
  story.wait(3h);
  story.log.sign();
}

std::string bytes_of(const std::vector<std::string>& leaves) {
  std::string bytes;
  for (const std::string& leaf : leaves) bytes += leaf + "\n";
  return bytes;
}

/// What the script says about the package of this story.
Answer recount(Story& story, const std::string& name) {
  const fs::path dir =
      fs::temp_directory_path() / ("recourse_recount_" + name + "_" + std::to_string(::getpid()));
  const auto write = [&](const std::string& path, const std::string& bytes) {
    fs::create_directories((dir / path).parent_path());
    std::ofstream(dir / path, std::ios::binary) << bytes;
  };
  write("leaves.ndjson", bytes_of(story.log.leaves));
  write("meta.ndjson", bytes_of(story.meta.leaves));
  for (const File& file : package_files(story.package())) write(file.path, file.bytes);
  const fs::path script =
      fs::path(RECOURSE_SOURCE_DIR) / "tests" / "unit" / "tools" / "soc2" / "recount.py";
  const Answer answer = run_command("python3 -I " + script.string() + " " + dir.string());
  fs::remove_all(dir);
  return answer;
}

}  // namespace

TEST_CASE("a script that shares no code counts the same populations") {
  Story story;
  story.add_meta(TenantCreated{TenantId("acme"), 3, story.log.origin});
  for (const char* day : {"1", "2", "3", "4"}) live_through_a_day(story, day);
  const Answer whole = recount(story, "whole");
  CHECK_MESSAGE(whole.code == 0, whole.text);

  story.parameters.start = LogSize(story.log.size() / 2 - 7);
  const Answer half = recount(story, "half");
  CHECK_MESSAGE(half.code == 0, half.text);

  story.parameters.from = story.log.times[0] + 30h;
  story.parameters.to = story.log.times[0] + 70h;
  story.parameters.start = LogSize(5);
  const Answer days = recount(story, "days");
  CHECK_MESSAGE(days.code == 0, days.text);
}

}  // namespace recourse::soc2::testing
