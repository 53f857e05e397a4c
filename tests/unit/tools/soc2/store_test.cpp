#include "tests/unit/tools/soc2/test_log.h"

namespace recourse::soc2::testing {
namespace {

/// Minutes in which something is recorded, each signed.
void record_minutes(Story& story, int minutes) {
  for (int i = 0; i < minutes; ++i) {
    story.wait(1min);
    story.add(LogHeartbeat{});
    story.log.sign();
  }
}

FsckCompleted check() {
  FsckCompleted completed;
  completed.kind = "fsck";
  completed.ledger = 3;
  return completed;
}

void make_tenant(Story& story) {
  story.add_meta(TenantCreated{TenantId("acme"), 3, story.log.origin});
}

}  // namespace

TEST_CASE("RC-20 finds the minute of a head that was removed") {
  Story story;
  story.log.sign();
  record_minutes(story, 5);
  const Package whole = story.package();
  CHECK(passes(whole, "RC-20", 6));
  CHECK(chapter(whole, "RC-20").indicators[0].value == "6");
  // The leaf of 09:02 is then in no head before that of 09:04.
  story.log.head_sizes.erase(4);
  story.log.head_sizes.erase(5);
  CHECK(only_exception(story.package(), "RC-20", 3, "minute_without_head"));
}

TEST_CASE("RC-20 compares the root of each kept head with the leaves") {
  Story story;
  record_minutes(story, 2);
  TestLog forged = story.log;
  forged.leaves[1] = story.log.leaves[0];
  story.log.head_sizes.erase(3);
  story.parameters.heads.push_back({forged.head_note(3), {}, {}});
  CHECK(only_exception(story.package(), "RC-20", 2, "other_root"));
}

TEST_CASE("RC-20 demands cosignatures only where the parameters do") {
  Story story;
  record_minutes(story, 1);
  CHECK(passes(story.package(), "RC-20", 2));
  story.parameters.thresholds.cosignatures = 1;
  CHECK(only_exception(story.package(), "RC-20", 2, "missing_cosignature"));
}

TEST_CASE("RC-20 finds checks that found something, and declared losses") {
  Story story;
  story.log.sign();
  make_tenant(story);
  story.add_meta(check());
  FsckCompleted of_others = check();
  of_others.ledger = 4;
  of_others.findings = 9;
  story.add_meta(of_others);
  story.wait(1s);
  story.add(LogHeartbeat{});
  story.log.sign();
  CHECK(passes(story.package(), "RC-20", 2));

  Story damaged;
  damaged.log.sign();
  make_tenant(damaged);
  FsckCompleted faults = check();
  faults.findings = 1;
  const auto at = damaged.add_meta(faults);
  CHECK(only_exception(damaged.package(), "RC-20", at, "check_failed", true));

  Story hollow;
  hollow.log.sign();
  make_tenant(hollow);
  FsckCompleted missing = check();
  missing.missing_values = 2;
  const auto gone = hollow.add_meta(missing);
  CHECK(only_exception(hollow.package(), "RC-20", gone, "missing_values", true));

  Story lost;
  lost.log.sign();
  const auto declared = lost.add_meta(HeadAccepted{7, "operator"});
  CHECK(only_exception(lost.package(), "RC-20", declared, "declared_loss", true));
}

TEST_CASE("without heads the minutes are not tested, and RC-20 says so") {
  Story story;
  const Package package = story.package();
  CHECK(chapter(package, "RC-20").rows[0].result == "not_tested");
  CHECK(!chapter(package, "RC-20").notes.empty());
}

TEST_CASE("RC-21 wants rebuilt rows equal to live ones, and rebuilt in time") {
  ProjectionRebuilt rebuilt;
  rebuilt.projection = "tickets";
  rebuilt.ledger = 3;
  rebuilt.before = rebuilt.after = hash_of("rows");
  rebuilt.equal = true;

  Story story;
  make_tenant(story);
  story.add_meta(rebuilt);
  CHECK(passes(story.package(), "RC-21", 1));

  rebuilt.equal = false;
  const auto at = story.add_meta(rebuilt);
  CHECK(only_exception(story.package(), "RC-21", at, "digest_differs", true));

  Story never;
  make_tenant(never);
  never.parameters.thresholds.backup_every_h = 24 * 365;
  never.end_after(24h * 100);
  CHECK(only_exception(never.package(), "RC-21", never.log.size() - 1, "no_rebuild"));
}

TEST_CASE("RC-21 and RC-22 have no population without deployment events") {
  Story story;
  story.end_after(24h * 100);
  for (const char* id : {"RC-21", "RC-22"}) {
    const Package package = story.package();
    CHECK(chapter(package, id).result == Result::no_population);
    CHECK(chapter(package, id).notes[0] == "Deployment events are not in this package.");
  }
}

TEST_CASE("RC-22 wants room on the disk and in the queue, and says where there was little") {
  CapacitySampled sample;
  sample.disk_total = 1'000'000'000'000;
  sample.disk_free = 100'000'000'000;
  sample.queue_limit = 1'000;
  sample.queue_peak = 799;
  const auto indicator = [](const Package& package) {
    const auto& found = chapter(package, "RC-22").indicators;
    return found.size() == 1 ? found[0].value : "(none)";
  };

  Story story;
  story.add_meta(sample);
  story.end_after(1h);
  CHECK(passes(story.package(), "RC-22", 1));
  CHECK(indicator(story.package()) == "0");
  CHECK(chapter(story.package(), "RC-22").notes.empty());
  sample.queue_peak = 800;
  story.add_meta(sample);
  CHECK(passes(story.package(), "RC-22", 2));
  CHECK(indicator(story.package()) == "1");

  Story full;
  CapacitySampled little = sample;
  little.disk_free -= 1;
  const auto low = full.add_meta(little);
  CHECK(only_exception(full.package(), "RC-22", low, "low_space", true));

  Story refusing;
  CapacitySampled refused = sample;
  refused.refused = 1;
  const auto at = refusing.add_meta(refused);
  CHECK(only_exception(refusing.package(), "RC-22", at, "commands_refused", true));

  Story unsampled;
  unsampled.add_meta(BackupCompleted{});
  CHECK(indicator(unsampled.package()) == "(none)");
  CHECK(chapter(unsampled.package(), "RC-22").notes.size() == 1);
}

TEST_CASE("RC-22 wants backups in time and restores that equal the heads") {
  BackupCompleted backup;
  RestoreTested restored;
  restored.equal = true;

  Story story;
  story.add_meta(backup);
  story.add_meta(restored);
  story.wait(24h);
  story.add_meta(backup);
  story.add(LogHeartbeat{});
  CHECK(passes(story.package(), "RC-22", 3));

  Story late;
  late.add_meta(backup);
  late.end_after(30h);
  CHECK(only_exception(late.package(), "RC-22", late.log.size() - 1, "no_backup"));

  Story failed;
  failed.parameters.thresholds.backup_every_h = 1;
  const auto at = failed.add_meta(BackupFailed{"disk_full", true});
  failed.wait(50min);
  failed.add_meta(backup);
  failed.add(LogHeartbeat{});
  CHECK(passes(failed.package(), "RC-22", 2));

  Story broken;
  const auto fault = broken.add_meta(BackupFailed{"disk_full", true});
  broken.parameters.to = broken.log.now + 1h;
  broken.end_after(30h);
  CHECK(only_exception(broken.package(), "RC-22", fault, "backup_failed", true));
  CHECK(at == 0);

  Story differs;
  restored.equal = false;
  const auto other = differs.add_meta(restored);
  CHECK(only_exception(differs.package(), "RC-22", other, "restore_differs", true));

  Story untested;
  untested.parameters.thresholds.backup_every_h = 24 * 365;
  untested.parameters.thresholds.rebuild_every_d = 365;
  untested.add_meta(backup);
  untested.end_after(24h * 100);
  CHECK(only_exception(untested.package(), "RC-22", untested.log.size() - 1, "no_restore_test"));
}

TEST_CASE("a cycle that is longer than the period runs on from what was done before it") {
  Story story;
  RestoreTested restored;
  restored.equal = true;
  story.parameters.thresholds.backup_every_h = 24 * 365;
  story.add_meta(restored);
  story.wait(24h * 80);
  story.add(LogHeartbeat{});
  const auto begin = story.log.size();
  story.end_after(24h * 10);
  const auto over = story.log.size();
  story.end_after(24h * 10);
  // A month in which 92 days without a restore test went by.
  story.parameters.start = LogSize(begin);
  CHECK(only_exception(story.package(), "RC-22", over, "no_restore_test"));
  // The month before it, in which they did not.
  story.parameters.start = LogSize(1);
  story.parameters.end = LogSize(over);
  CHECK(chapter(story.package(), "RC-22").exceptions.empty());
  // One that begins when it is long over finds it at once.
  story.end_after(24h * 10);
  story.parameters.start = LogSize(over + 1);
  story.parameters.end = LogSize(0);
  CHECK(only_exception(story.package(), "RC-22", over + 1, "no_restore_test"));

  // A test that failed does not end the span.
  Story failed;
  failed.parameters.thresholds.backup_every_h = 24 * 365;
  failed.add_meta(restored);
  failed.wait(24h * 80);
  restored.equal = false;
  failed.add_meta(restored);
  failed.end_after(24h * 20);
  failed.parameters.start = LogSize(failed.log.size() - 1);
  CHECK(only_exception(failed.package(), "RC-22", failed.log.size() - 1, "no_restore_test"));
}

TEST_CASE("a cycle that is over when the period ends is missed though nothing was recorded then") {
  Story story;
  const auto last = story.add(LogHeartbeat{});
  story.parameters.to = story.log.now + 24h * 93;
  const Package package = story.package();
  CHECK(only_exception(package, "RC-10", last, "missed_cycle"));
  CHECK(chapter(package, "RC-10").rows[0].type == "span");
  CHECK(only_exception(package, "RC-26", last, "run_missed"));
  // What comes after the period does not count.
  story.parameters.to = story.log.now + 24h * 91;
  story.end_after(24h * 93);
  CHECK(chapter(story.package(), "RC-10").rows.empty());
}

TEST_CASE("one control that was tested, or one projection that was rebuilt, is not all of them") {
  Story story;
  make_tenant(story);
  for (int day = 0; day < 100; ++day) {
    ControlTested tested;
    tested.control = "RC-01";
    tested.result = "passed";
    story.add(tested);
    ProjectionRebuilt rebuilt;
    rebuilt.projection = "tickets";
    rebuilt.ledger = 3;
    rebuilt.equal = true;
    story.add_meta(rebuilt);
    story.wait(24h);
  }
  const Package package = story.package();
  const auto missed = [&](std::string_view control) {
    std::set<std::string> things;
    for (const Row& row : chapter(package, control).rows)
      if (row.type == "span") things.insert(row.subject);
    return things;
  };
  CHECK(missed("RC-26").size() == 25);
  CHECK(!missed("RC-26").contains("RC-01"));
  CHECK(missed("RC-21").contains("rollbacks"));
  CHECK(!missed("RC-21").contains("tickets"));
}

TEST_CASE("RC-25 wants a purpose and a recipient, and a role that may open") {
  ExportCreated exported;
  exported.tenant = TenantId("acme");
  exported.format = "bundle";
  exported.purpose = Clear("audit");
  exported.recipient = Clear("auditor-1");

  Story story;
  story.add_meta(exported);
  story.wait(1s);
  story.add(SealedOpened{TicketId("tkt_1"), "support", 0}, kAda);
  story.add(DisclosureMade{"auditor", "audit", 3, {}, {}}, kAda);
  CHECK(passes(story.package(), "RC-25", 3));

  Story aimless;
  exported.purpose.reset();
  const auto at = aimless.add_meta(exported);
  CHECK(only_exception(aimless.package(), "RC-25", at, "no_purpose", true));

  Story nobody;
  const auto to_nobody = nobody.add(DisclosureMade{"", "audit", 3, {}, {}}, kAda);
  CHECK(only_exception(nobody.package(), "RC-25", to_nobody, "no_recipient"));

  Story viewer;
  AccessGranted granted;
  granted.principal = kCem.id;
  granted.role = Role::viewer;
  viewer.add(granted, kAda);
  const auto opened = viewer.add(SealedOpened{TicketId("tkt_1"), "support", 0}, kCem);
  CHECK(only_exception(viewer.package(), "RC-25", opened, "role_not_allowed"));
}

TEST_CASE("RC-26 wants deficiencies with an owner and a date, and tests in time") {
  ControlTested tested;
  tested.control = "RC-01";
  tested.result = "exceptions";
  tested.exceptions = 2;
  tested.owner = kAda.id;

  Story story;
  tested.due_at = story.log.now + 24h;
  story.add(tested, kAda);
  CHECK(passes(story.package(), "RC-26", 1));
  tested.owner.reset();
  const auto at = story.add(tested, kAda);
  CHECK(only_exception(story.package(), "RC-26", at, "no_owner"));

  Story dateless;
  tested.owner = kAda.id;
  tested.due_at.reset();
  const auto undated = dateless.add(tested, kAda);
  CHECK(only_exception(dateless.package(), "RC-26", undated, "no_date"));

  Story answered;
  tested.owner.reset();
  tested.start = 0;
  tested.end = 100;
  const auto unowned = answered.add(tested, kAda);
  ExceptionAnswered answer;
  answer.exception = "RC-01/0000000000000017";
  answer.owner = kAda.id;
  answered.add(answer, kAda);
  answer.exception = "RC-01/meta/0000000000000003";
  answer.until = answered.log.now + 24h;
  answered.add(answer, kAda);
  answer.exception = "RC-02/0000000000000017";
  answered.add(answer, kAda);
  answer.exception = "RC-01/0000000000000100";  // Not of that range.
  answered.add(answer, kAda);
  CHECK(only_exception(answered.package(), "RC-26", unowned, "no_date"));
  answer.exception = "RC-01/0000000000000017";
  answered.add(answer, kAda);
  CHECK(passes(answered.package(), "RC-26", 1));

  Story never;
  never.end_after(24h * 100);
  CHECK(only_exception(never.package(), "RC-26", never.log.size() - 1, "run_missed"));
}

}  // namespace recourse::soc2::testing
