#include "tests/unit/tools/soc2/test_log.h"

namespace recourse::soc2::testing {
namespace {

AlertRaised alert(const Story& story) {
  AlertRaised raised;
  raised.alert = EntryId("alr_1");
  raised.rule = "denials";
  raised.triage_due_at = story.log.now + 4h;
  return raised;
}

IncidentOpened incident(const Story& story) {
  IncidentOpened opened;
  opened.incident = IncidentId("inc_1");
  opened.kind = IncidentKind::declared;
  opened.due_at = story.log.now + 4h;
  return opened;
}

IncidentProgressed stage(IncidentStage to) {
  IncidentProgressed progressed;
  progressed.incident = IncidentId("inc_1");
  progressed.stage = to;
  if (to == IncidentStage::reviewed) progressed.root_cause = Clear("bad_prompt");
  return progressed;
}

void pass_stages(Story& story) {
  for (const auto to : {IncidentStage::contained, IncidentStage::eradicated,
                        IncidentStage::recovered, IncidentStage::reviewed})
    story.add(stage(to), kAda);
}

}  // namespace

TEST_CASE("RC-11 finds a burst of refused logins that alerted nobody") {
  Story story;
  story.add_meta(AuthDenied{"unknown_key", 60});
  story.wait(1min);
  const auto at = story.add_meta(AuthDenied{"unknown_key", 60});
  story.wait(1min);
  story.add(LogHeartbeat{});
  CHECK(passes(story.package(), "RC-11", 2));
  story.end_after(20min);
  CHECK(only_exception(story.package(), "RC-11", at, "burst_without_alert", true));

  Story watched;
  watched.add_meta(AuthDenied{"unknown_key", 120});
  watched.wait(1min);
  watched.add(alert(watched));
  watched.end_after(20min);
  CHECK(passes(watched.package(), "RC-11", 1));

  Story slow;
  for (int i = 0; i < 5; ++i) {
    slow.add_meta(AuthDenied{"unknown_key", 60});
    slow.wait(11min);
  }
  slow.add(LogHeartbeat{});
  CHECK(passes(slow.package(), "RC-11", 5));
}

TEST_CASE("RC-11 takes an alert for what its rule names") {
  const auto burst_and = [](const char* rule) {
    Story story;
    story.add_meta(AuthDenied{"unknown_key", 120});
    story.wait(1min);
    AlertRaised raised = alert(story);
    raised.rule = Clear(rule);
    story.add(raised);
    story.end_after(20min);
    return story;
  };
  for (const char* rule : {"backup_overdue", "limit.reached", "tenant_crossing", ""}) {
    Story story = burst_and(rule);
    CHECK(only_exception(story.package(), "RC-11", 0, "burst_without_alert", true));
  }
  for (const char* rule : {"auth-burst", "login_denials", "many.refused"}) {
    Story story = burst_and(rule);
    CHECK(passes(story.package(), "RC-11", 1));
  }
  // What was wrong before the burst does not silence it either.
  Story before;
  before.add(alert(before));
  before.wait(1min);
  before.add_meta(AuthDenied{"unknown_key", 120});
  before.end_after(20min);
  CHECK(passes(before.package(), "RC-11", 1));
  Story unrelated;
  AlertRaised drift = alert(unrelated);
  drift.rule = "confidence_drift";
  unrelated.add(drift);
  unrelated.wait(1min);
  unrelated.add_meta(AuthDenied{"unknown_key", 120});
  unrelated.end_after(20min);
  CHECK(only_exception(unrelated.package(), "RC-11", 0, "burst_without_alert", true));
}

TEST_CASE("RC-11 finds limits in a burst, and somebody of another tenant who acted here") {
  Story story;
  std::uint64_t last = 0;
  for (int i = 0; i < 51; ++i)
    last = story.add(LimitReached{"per_minute", "tenant", 50, 50, 60, {}, {}});
  story.end_after(20min);
  CHECK(only_exception(story.package(), "RC-11", last, "burst_without_alert"));

  Story crossed;
  crossed.add_meta(PrincipalCreated{kCem.id, ActorType::human, TenantId("other"), {}, {}});
  crossed.wait(1s);
  const auto at = crossed.add(OversightAssigned{kCem.id, {}, "trained", {}}, kCem);
  CHECK(only_exception(crossed.package(), "RC-11", at, "crossing_allowed"));
}

TEST_CASE("RC-12 finds alerts that nobody looked at or that end without a reason") {
  Story story;
  const auto at = story.add(alert(story));
  story.add(AlertTriaged{EntryId("alr_1"), "real", {}, {}}, kAda);
  story.add(AlertClosed{EntryId("alr_1"), Clear("fixed"), {}}, kAda);
  CHECK(passes(story.package(), "RC-12", 1));

  Story late;
  late.add(alert(late));
  late.end_after(5h);
  CHECK(only_exception(late.package(), "RC-12", at, "not_triaged"));

  Story silent;
  silent.add(alert(silent));
  silent.add(AlertTriaged{EntryId("alr_1"), "real", {}, {}}, kAda);
  silent.add(AlertClosed{EntryId("alr_1"), {}, {}}, kAda);
  CHECK(only_exception(silent.package(), "RC-12", at, "closed_without_reason"));

  Story hasty;
  hasty.add(alert(hasty));
  hasty.add(AlertClosed{EntryId("alr_1"), Clear("noise"), {}}, kAda);
  CHECK(only_exception(hasty.package(), "RC-12", at, "closed_untriaged"));
}

TEST_CASE("RC-13 wants all stages, a root cause, and what is left to do done") {
  Story story;
  const auto at = story.add(incident(story), kAda);
  pass_stages(story);
  IncidentFollowUpAdded item{
      IncidentId("inc_1"), EntryId("itm_1"), kBob.id, story.log.now + 24h, {}};
  story.add(item, kAda);
  story.add(IncidentClosed{IncidentId("inc_1"), {}, {}, "resolved", {}}, kAda);
  story.add(IncidentFollowUpDone{IncidentId("inc_1"), EntryId("itm_1")}, kBob);
  CHECK(passes(story.package(), "RC-13", 1));

  Story skipped;
  skipped.add(incident(skipped), kAda);
  skipped.add(stage(IncidentStage::contained), kAda);
  skipped.add(stage(IncidentStage::reviewed), kAda);
  skipped.add(IncidentClosed{IncidentId("inc_1"), {}, {}, "resolved", {}}, kAda);
  CHECK(only_exception(skipped.package(), "RC-13", at, "stage_missing"));

  Story causeless;
  causeless.add(incident(causeless), kAda);
  for (const auto to : {IncidentStage::contained, IncidentStage::eradicated,
                        IncidentStage::recovered, IncidentStage::reviewed}) {
    IncidentProgressed progressed = stage(to);
    progressed.root_cause.reset();
    causeless.add(progressed, kAda);
  }
  causeless.add(IncidentClosed{IncidentId("inc_1"), {}, {}, "resolved", {}}, kAda);
  CHECK(only_exception(causeless.package(), "RC-13", at, "no_root_cause"));

  Story ignored;
  ignored.add(incident(ignored), kAda);
  ignored.end_after(5h);
  CHECK(only_exception(ignored.package(), "RC-13", at, "not_looked_at"));

  Story overdue;
  overdue.add(incident(overdue), kAda);
  pass_stages(overdue);
  item.due_at = overdue.log.now + 1h;
  overdue.add(item, kAda);
  overdue.end_after(2h);
  CHECK(only_exception(overdue.package(), "RC-13", at, "follow_up_overdue"));
}

TEST_CASE("RC-13 wants every incident closed, however often it was looked at") {
  Story story;
  const auto at = story.add(incident(story), kAda);
  story.add(stage(IncidentStage::contained), kAda);
  story.end_after(24h * 10);
  CHECK(chapter(story.package(), "RC-13").result == Result::not_tested);
  story.end_after(24h * 21);
  CHECK(only_exception(story.package(), "RC-13", at, "not_closed"));
  for (const auto to :
       {IncidentStage::eradicated, IncidentStage::recovered, IncidentStage::reviewed})
    story.add(stage(to), kAda);
  story.add(IncidentClosed{IncidentId("inc_1"), {}, {}, "resolved", {}}, kAda);
  CHECK(only_exception(story.package(), "RC-13", at, "not_closed"));
}

TEST_CASE("RC-15 finds a step that failed for good though its rollback ended at once") {
  RollbackRequested requested;
  requested.rollback = RollbackId("rbk_1");
  requested.action = ActionId("act_1");
  requested.reason_code = "wrong";
  CompensationFailed failed;
  failed.rollback = RollbackId("rbk_1");
  failed.action = ActionId("act_1");
  RollbackPartial partial;
  partial.rollback = RollbackId("rbk_1");
  IncidentOpened escalated;
  escalated.incident = IncidentId("inc_1");
  escalated.kind = IncidentKind::rollback_stuck;
  escalated.rollback = RollbackId("rbk_1");

  Story story;
  const auto at = story.add(requested, kAda);
  story.add(failed);
  story.wait(10min);
  story.add(partial);
  CHECK(chapter(story.package(), "RC-15").rows[0].code == "still_in_time");
  Story in_time = story;
  Story of_others = story;
  Story later = story;
  story.end_after(2h);
  CHECK(only_exception(story.package(), "RC-15", at, "not_escalated"));
  in_time.add(escalated);
  in_time.end_after(2h);
  CHECK(passes(in_time.package(), "RC-15", 1));
  escalated.kind = IncidentKind::review;
  of_others.add(escalated);
  of_others.end_after(2h);
  CHECK(only_exception(of_others.package(), "RC-15", at, "not_escalated"));
  // The period ended in between: the next one tells it.
  later.parameters.start = LogSize(later.log.size());
  later.end_after(2h);
  CHECK(only_exception(later.package(), "RC-15", at, "not_escalated"));
}

TEST_CASE("RC-15 wants rollbacks with a person, a reason and an end, and nothing undone twice") {
  RollbackRequested requested;
  requested.rollback = RollbackId("rbk_1");
  requested.action = ActionId("act_1");
  requested.reason_code = "wrong";
  RollbackStarted started;
  started.rollback = RollbackId("rbk_1");
  RollbackCompleted completed;
  completed.rollback = RollbackId("rbk_1");
  CompensationSucceeded undone;
  undone.rollback = RollbackId("rbk_1");
  undone.action = ActionId("act_1");

  Story story;
  const auto at = story.add(requested, kAda);
  story.add(started);
  story.add(undone);
  story.add(completed);
  CHECK(passes(story.package(), "RC-15", 1));
  requested.rollback = undone.rollback = RollbackId("rbk_2");
  const auto second = story.add(requested, kAda);
  story.add(undone);
  CHECK(only_exception(story.package(), "RC-15", second, "compensated_twice"));
  requested.rollback = undone.rollback = RollbackId("rbk_1");

  Story unauthorised;
  unauthorised.add(requested, kBot);
  unauthorised.add(started);
  CHECK(only_exception(unauthorised.package(), "RC-15", at, "no_authoriser"));

  Story endless;
  endless.add(requested, kAda);
  endless.end_after(24h * 8);
  CHECK(only_exception(endless.package(), "RC-15", at, "no_end"));

  Story reasonless;
  RollbackRequested mute = requested;
  mute.reason_code = "";
  reasonless.add(mute, kAda);
  reasonless.add(completed);
  CHECK(only_exception(reasonless.package(), "RC-15", at, "no_reason"));

  Story stuck;
  stuck.add(requested, kAda);
  RollbackStuck does_not_get_on;
  does_not_get_on.rollback = RollbackId("rbk_1");
  does_not_get_on.code = "refused";
  stuck.add(does_not_get_on);
  stuck.end_after(2h);
  CHECK(only_exception(stuck.package(), "RC-15", at, "not_escalated"));
}

TEST_CASE("RC-17 compares counters of what came in with what was recorded") {
  Story story;
  story.open_ticket("tkt_1");
  story.open_ticket("tkt_2");
  IngressCounted counted;
  counted.channel = "email";
  counted.hour = *from_rfc3339("2026-03-01T09:00:00Z");
  counted.received = 4;
  counted.accepted = 2;
  counted.rejected = 1;
  counted.duplicates = 1;
  story.wait(1h);
  story.add(counted);
  CHECK(passes(story.package(), "RC-17", 1));

  const auto unseen = story.open_ticket("tkt_3");
  story.end_after(3h);
  CHECK(only_exception(story.package(), "RC-17", unseen, "hour_not_counted"));

  Story lost;
  lost.open_ticket("tkt_1");
  lost.wait(1h);
  const auto at = lost.add(counted);
  CHECK(only_exception(lost.package(), "RC-17", at, "count_differs"));

  Story odd;
  odd.open_ticket("tkt_1");
  odd.open_ticket("tkt_2");
  counted.received = 9;
  odd.wait(1h);
  const auto sum = odd.add(counted);
  CHECK(only_exception(odd.package(), "RC-17", sum, "sum_differs"));
}

TEST_CASE("RC-17 takes customers' messages for inputs, and not tickets that another one led to") {
  MessageReceived message;
  message.ticket = TicketId("tkt_1");
  message.message = MessageId("msg_1");
  message.channel = "email";
  message.from = SubjectId("sub_1");
  message.body = sealed();
  TicketOpened following;
  following.ticket = TicketId("tkt_2");
  following.follows = TicketId("tkt_1");
  following.channel = "email";
  following.requester = SubjectId("sub_1");
  IngressCounted counted;
  counted.channel = "email";
  counted.hour = *from_rfc3339("2026-03-01T09:00:00Z");
  counted.received = counted.accepted = 2;

  Story story;
  story.open_ticket("tkt_1");
  story.add(following);
  story.add(message);
  story.wait(1h);
  story.add(counted);
  CHECK(passes(story.package(), "RC-17", 1));
}

TEST_CASE("RC-17 adds up the counters of one hour, and never passes an hour that a crash cut") {
  IngressCounted counted;
  counted.channel = "email";
  counted.hour = *from_rfc3339("2026-03-01T09:00:00Z");
  counted.received = counted.accepted = 1;

  Story stopped;  // And started again within the hour.
  stopped.open_ticket("tkt_1");
  stopped.wait(10min);
  stopped.add(counted);
  CHECK(passes(stopped.package(), "RC-17", 1));
  stopped.wait(10min);
  stopped.open_ticket("tkt_2");
  CHECK(chapter(stopped.package(), "RC-17").rows[0].code == "still_in_time");
  CHECK(chapter(stopped.package(), "RC-17").result == Result::not_tested);
  Story cut = stopped;  // The second run of the server crashed, and a period ended then.
  cut.parameters.start = LogSize(cut.log.size());
  cut.end_after(2h);
  CHECK(only_exception(cut.package(), "RC-17", 3, "count_differs"));
  stopped.wait(1h);
  stopped.add(counted);
  CHECK(passes(stopped.package(), "RC-17", 2));

  Story crashed;  // What the first run of the server had seen is lost.
  crashed.open_ticket("tkt_1");
  crashed.wait(20min);
  crashed.open_ticket("tkt_2");
  crashed.wait(1h);
  const auto second = crashed.add(counted);
  CHECK(only_exception(crashed.package(), "RC-17", second, "count_differs"));

  Story first_hour;  // Nothing is known of the time before the first counter, and that is said.
  first_hour.open_ticket("tkt_1");
  first_hour.wait(1h);
  counted.hour += 1h;
  first_hour.open_ticket("tkt_2");
  first_hour.wait(1h);
  first_hour.add(counted);
  const Package package = first_hour.package();
  CHECK(passes(package, "RC-17", 1));
  bool said = false;
  for (const Completeness& table : package.completeness)
    if (table.table == "RC-17")
      for (const auto& [reason, count] : table.excluded)
        said = said || (reason == "before_counters" && count == 1);
  CHECK(said);

  Story other_channel;  // By which nothing had come in before, in an hour that nobody counted.
  other_channel.open_ticket("tkt_1");
  other_channel.wait(1h);
  counted.hour -= 1h;
  other_channel.add(counted);
  TicketOpened by_chat;
  by_chat.ticket = TicketId("tkt_2");
  by_chat.channel = "chat";
  by_chat.requester = SubjectId("sub_1");
  const auto uncounted = other_channel.add(by_chat);
  CHECK(chapter(other_channel.package(), "RC-17").rows.back().code == "still_in_time");
  Story next_period = other_channel;
  next_period.parameters.start = LogSize(next_period.log.size());
  next_period.end_after(10min);
  CHECK(chapter(next_period.package(), "RC-17").result == Result::not_tested);
  next_period.end_after(3h);
  CHECK(only_exception(next_period.package(), "RC-17", uncounted, "hour_not_counted"));
  Story later_period = other_channel;
  later_period.end_after(3h);
  later_period.parameters.start = LogSize(later_period.log.size());
  later_period.end_after(10min);
  CHECK(chapter(later_period.package(), "RC-17").result == Result::no_population);
  other_channel.end_after(3h);
  CHECK(only_exception(other_channel.package(), "RC-17", uncounted, "hour_not_counted"));
}

TEST_CASE("RC-18 finds messages that go to somebody else") {
  MessageSent sent;
  sent.ticket = TicketId("tkt_1");
  sent.message = MessageId("msg_1");
  sent.channel = "email";
  sent.body = sealed("sub_1");

  Story story;
  story.open_ticket();
  story.run_action("act_1");
  sent.action = ActionId("act_1");
  story.add(sent, kBot);
  CHECK(passes(story.package(), "RC-18", 1));

  MessageSent wrong = sent;
  wrong.body = sealed("sub_2");
  const auto at = story.add(wrong, kBot);
  CHECK(only_exception(story.package(), "RC-18", at, "other_subject"));

  Story unknown;
  sent.action.reset();
  const auto nowhere = unknown.add(sent, kBot);
  CHECK(only_exception(unknown.package(), "RC-18", nowhere, "unknown_ticket"));

  Story channel;
  channel.open_ticket();
  MessageSent by_chat = sent;
  by_chat.channel = "chat";
  const auto elsewhere = channel.add(by_chat, kBot);
  CHECK(only_exception(channel.package(), "RC-18", elsewhere, "other_channel"));

  Story unsent;
  unsent.open_ticket();
  unsent.propose("act_1");
  sent.action = ActionId("act_1");
  const auto early = unsent.add(sent, kBot);
  CHECK(only_exception(unsent.package(), "RC-18", early, "not_dispatched"));

  Story other;
  other.open_ticket("tkt_1");
  other.open_ticket("tkt_2");
  other.run_action("act_1");
  MessageSent astray = sent;
  astray.ticket = TicketId("tkt_2");
  const auto mixed = other.add(astray, kBot);
  CHECK(only_exception(other.package(), "RC-18", mixed, "other_ticket"));
}

TEST_CASE("RC-19 wants people asked about what an agent resolved, and a no heard") {
  ResolutionAsserted asserted;
  asserted.resolution = ResolutionId("res_1");
  asserted.ticket = TicketId("tkt_1");
  asserted.action = ActionId("act_1");
  FollowUpSent sent;
  sent.followup = FollowUpId("fup_1");
  sent.ticket = TicketId("tkt_1");
  sent.channel = "email";
  ResolutionContradicted no;
  no.resolution = ResolutionId("res_1");
  no.ticket = TicketId("tkt_1");
  no.reason_code = "rejected";
  TicketReopened reopened;
  reopened.ticket = TicketId("tkt_1");
  reopened.reason_code = "rejected";

  Story story;
  story.open_ticket();
  story.run_action("act_1");
  const auto at = story.add(asserted);
  story.wait(24h);
  story.add(sent);
  CHECK(passes(story.package(), "RC-19", 1));
  story.add(no);
  story.end_after(25h);
  CHECK(only_exception(story.package(), "RC-19", at, "negative_not_reopened"));

  Story heard;
  heard.open_ticket();
  heard.run_action("act_1");
  heard.add(asserted);
  heard.add(no);
  heard.add(reopened);
  heard.end_after(48h);
  CHECK(passes(heard.package(), "RC-19", 1));

  Story silent;
  silent.open_ticket();
  silent.run_action("act_1");
  silent.add(asserted);
  CHECK(chapter(silent.package(), "RC-19").rows[0].result == "not_tested");
  silent.end_after(27h);
  CHECK(only_exception(silent.package(), "RC-19", at, "no_follow_up"));

  Story missed;
  missed.open_ticket();
  missed.run_action("act_1");
  missed.add(asserted);
  missed.add(FollowUpMissed{FollowUpId("fup_1"), TicketId("tkt_1"), 90'000});
  CHECK(only_exception(missed.package(), "RC-19", at, "follow_up_missed"));
}

TEST_CASE("RC-19 keeps what was overdue when the same ticket is resolved again") {
  ResolutionAsserted asserted;
  asserted.resolution = ResolutionId("res_1");
  asserted.ticket = TicketId("tkt_1");
  asserted.action = ActionId("act_1");
  FollowUpSent sent;
  sent.ticket = TicketId("tkt_1");
  sent.channel = "email";
  ResolutionContradicted no;
  no.ticket = TicketId("tkt_1");
  no.reason_code = "rejected";
  TicketReopened reopened;
  reopened.ticket = TicketId("tkt_1");
  reopened.reason_code = "rejected";

  Story story;
  story.open_ticket();
  story.run_action("act_1");
  const auto at = story.add(asserted);
  Story unheard = story;
  Story quick = story;
  story.wait(27h);
  story.add(asserted);
  story.add(sent);
  CHECK(only_exception(story.package(), "RC-19", at, "no_follow_up"));
  CHECK(chapter(story.package(), "RC-19").rows.size() == 2);

  unheard.add(no);
  unheard.wait(25h);
  unheard.add(asserted);
  unheard.add(reopened);
  CHECK(only_exception(unheard.package(), "RC-19", at, "negative_not_reopened"));

  quick.wait(1h);
  quick.add(asserted);
  quick.wait(1h);
  quick.add(sent);
  CHECK(passes(quick.package(), "RC-19", 2));
  CHECK(chapter(quick.package(), "RC-19").rows[0].code == "resolved_again");
}

}  // namespace recourse::soc2::testing
