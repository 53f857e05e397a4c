#include "tools/backup/upkeep.h"

#include <thread>

#include "engine/ledger/row_key.h"
#include "tests/unit/tools/backup/backed_up.h"
#include "tools/backup/scrub.h"

namespace recourse {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

const Timestamp kStart = from_rfc3339("2026-01-05T09:00:00Z").value();

RestoreTested drilled(bool equal) {
  RestoreTested tested;
  tested.equal = equal;
  return tested;
}

TEST_CASE("a job is due one interval after its last success, and soon again after a failure") {
  JobHistory history;
  CHECK(due_at(history, 24h, kStart) == kStart);
  evolve(history, UpkeepJob::backup, BackupCompleted{}, kStart);
  CHECK(due_at(history, 24h, kStart) == kStart + 24h);
  evolve(history, UpkeepJob::backup, BackupFailed{}, kStart + 24h);
  CHECK(due_at(history, 24h, kStart) == kStart + 25h);
  evolve(history, UpkeepJob::backup, BackupFailed{}, kStart + 25h);
  CHECK(due_at(history, 24h, kStart) == kStart + 26h);
  CHECK(history.first_failed == kStart + 24h);
  evolve(history, UpkeepJob::backup, BackupCompleted{}, kStart + 26h);
  CHECK(due_at(history, 24h, kStart) == kStart + 50h);
  CHECK(!history.last_failed);
}

TEST_CASE("a missed job is told of once") {
  JobHistory history;
  evolve(history, UpkeepJob::drill, drilled(true), kStart);
  CHECK(!is_missed(history, 100h, kStart, kStart + 110h));
  CHECK(is_missed(history, 100h, kStart, kStart + 111h));
  AlertRaised other;
  other.rule = "backup_missed";
  evolve(history, UpkeepJob::drill, other, kStart + 111h);
  CHECK(is_missed(history, 100h, kStart, kStart + 111h));
  other.rule = "drill_missed";
  evolve(history, UpkeepJob::drill, other, kStart + 111h);
  CHECK(!is_missed(history, 100h, kStart, kStart + 500h));
  CHECK(is_overdue(history, 100h, kStart, kStart + 500h));
  evolve(history, UpkeepJob::drill, drilled(false), kStart + 501h);
  CHECK(is_overdue(history, 100h, kStart, kStart + 502h));
  evolve(history, UpkeepJob::drill, drilled(true), kStart + 502h);
  CHECK(!is_overdue(history, 100h, kStart, kStart + 503h));
}

TEST_CASE("one that always fails is missed, however often the program starts anew") {
  JobHistory history;
  evolve(history, UpkeepJob::backup, BackupFailed{}, kStart);
  const Timestamp began_again = kStart + 48h;
  CHECK(is_missed(history, 24h, began_again, began_again));
}

TEST_CASE("findings of a scrub are those of all ledgers together") {
  JobHistory history;
  FsckCompleted one;
  one.kind = "scrub";
  one.findings = 2;
  evolve(history, UpkeepJob::scrub, one, kStart);
  one.ledger = 1;
  evolve(history, UpkeepJob::scrub, one, kStart);
  CHECK(history.findings == 4);
  one.ledger = 0;
  one.findings = 0;
  evolve(history, UpkeepJob::scrub, one, kStart + 1h);
  CHECK(history.findings == 0);
  one.kind = "verify";
  evolve(history, UpkeepJob::scrub, one, kStart + 2h);
  CHECK(history.succeeded == kStart + 1h);
}

/// A writer over the deployment, and its upkeep.
struct LookedAfter : BackedUp {
  SystemClock now;
  std::unique_ptr<ViewStore> views;
  std::unique_ptr<Writer> writer;
  std::unique_ptr<Upkeep> upkeep;

  void start(UpkeepOptions options) {
    views = ViewStore::open(data()).value();
    writer = Writer::open(*ledger, *views, now, random).value();
    options.backup = backup_options();
    options.scratch = directory / "drill";
    upkeep = std::make_unique<Upkeep>(*writer, *signer, std::move(options));
  }
  ~LookedAfter() {
    upkeep.reset();
    writer.reset();
    views.reset();
  }

  Upkeep::JobStatus wait_for(UpkeepJob job, std::uint64_t run) {
    for (int i = 0; i < 500; ++i) {
      const Upkeep::JobStatus status = upkeep->status(job);
      if (status.runs >= run) return status;
      std::this_thread::sleep_for(10ms);
    }
    FAIL("it was never done");
    return {};
  }

  template <class E>
  std::vector<E> recorded() const {
    std::vector<E> found;
    REQUIRE(ledger->scan(LedgerId(0), Position(0), Position(UINT64_MAX),
                         [&](Position, std::string_view leaf) {
                           const RecordedEvent event = read_leaf(leaf).value();
                           if (const E* const one = get_if<E>(&event.data)) found.push_back(*one);
                           return true;
                         }));
    return found;
  }
};

TEST_CASE("each job is done when it is due, and a restart does not do it again") {
  LookedAfter desk;
  UpkeepOptions options;
  options.backup_every = options.scrub_every = options.drill_every = 1h;
  desk.start(options);
  for (const UpkeepJob job : kUpkeepJobs) {
    const Upkeep::JobStatus status = desk.wait_for(job, 1);
    CHECK(status.told == "");
    CHECK(status.failures == 0);
    CHECK(status.succeeded);
  }
  REQUIRE(desk.recorded<BackupCompleted>().size() == 1);
  CHECK(desk.recorded<BackupCompleted>()[0].scheduled);
  REQUIRE(desk.recorded<RestoreTested>().size() == 1);
  CHECK(desk.recorded<RestoreTested>()[0].equal);
  CHECK(desk.recorded<FsckCompleted>().size() == 2);
  desk.upkeep = std::make_unique<Upkeep>(*desk.writer, *desk.signer, desk.upkeep->options());
  CHECK(desk.upkeep->status(UpkeepJob::backup).succeeded);
  desk.upkeep->ask(UpkeepJob::backup).value();
  desk.wait_for(UpkeepJob::backup, 1);
  CHECK(desk.recorded<BackupCompleted>().size() == 2);
  CHECK(!desk.recorded<BackupCompleted>()[1].scheduled);
  CHECK(desk.recorded<RestoreTested>().size() == 1);
}

TEST_CASE("a backup that fails is recorded, and an alert says once that it is missing") {
  LookedAfter desk;
  fs::create_directories(desk.place());
  std::ofstream(desk.place() / "diary.txt") << "dear diary";
  UpkeepOptions options;
  options.backup_every = 1s;
  desk.start(options);
  const Upkeep::JobStatus status = desk.wait_for(UpkeepJob::backup, 1);
  CHECK(status.failures >= 1);
  CHECK(status.told.find("holds other files") != std::string::npos);
  desk.wait_for(UpkeepJob::backup, 3);
  for (int i = 0; i < 300 && desk.recorded<AlertRaised>().empty(); ++i)
    std::this_thread::sleep_for(10ms);
  desk.wait_for(UpkeepJob::backup, desk.upkeep->status(UpkeepJob::backup).runs + 1);
  desk.upkeep.reset();
  const auto alerts = desk.recorded<AlertRaised>();
  REQUIRE(alerts.size() == 1);
  CHECK(alerts[0].rule == Clear("backup_missed"));
  CHECK(alerts[0].threshold == 1);
  CHECK(!desk.recorded<BackupFailed>().empty());
}

TEST_CASE("without a place there are no backups, and that is said") {
  LookedAfter desk;
  desk.start({});
  UpkeepOptions nowhere;
  desk.upkeep = std::make_unique<Upkeep>(*desk.writer, *desk.signer, nowhere);
  CHECK(desk.upkeep->ask(UpkeepJob::backup).error().code == ErrorCode::invalid);
  CHECK(desk.upkeep->ask(UpkeepJob::scrub).value() == 1);
  CHECK(desk.wait_for(UpkeepJob::scrub, 1).findings == 0);
}

TEST_CASE("a scrub names what no longer is what was written, and goes on behind it") {
  BackedUp desk;
  desk.append(desk.tenant, 300);  // So that the damage is not in the part that an open rebuilds.
  const Scrubbed before = scrub(*desk.ledger, *desk.signer, {}).value();
  REQUIRE(before.completed.size() == 2);
  CHECK(before.completed[1].findings == 0);
  CHECK(before.completed[1].root == desk.ledger->head(desk.tenant).root);
  const std::string key = leaf_key(desk.tenant, Position(2));
  desk.behind_its_back([&](Store& store) {
    std::string leaf = store.get(Family::leaves, key).value();
    leaf.replace(leaf.find("tkt_2"), 5, "tkt_3");
    AuditedLedger::rewrite(store, Family::leaves, key, leaf);
  });
  const Scrubbed after = scrub(*desk.ledger, *desk.signer, {}).value();
  CHECK(after.completed[0].findings == 0);
  CHECK(after.completed[1].findings > 0);
  CHECK(after.completed[1].root != desk.ledger->head(desk.tenant).root);
  SUBCASE("one that is stopped says nothing") {
    desk.append(desk.tenant, 5000);
    ScrubOptions options;
    options.go_on = [] { return false; };
    CHECK(scrub(*desk.ledger, *desk.signer, options).error().code == ErrorCode::unavailable);
  }
}

TEST_CASE("a pace keeps to its rate and can be left at once") {
  const auto began = std::chrono::steady_clock::now();
  Pace pace(4 << 20);
  for (int i = 0; i < 4; ++i) CHECK(pace.took(256 << 10));
  CHECK(std::chrono::steady_clock::now() - began >= 200ms);
  Pace stopped(1, [] { return false; });
  CHECK(!stopped.took(1 << 20));
}

}  // namespace
}  // namespace recourse
