#include "tools/backup/restore.h"

#include "engine/ledger/checkpoint.h"
#include "engine/ledger/destruction_journal.h"
#include "engine/ledger/signing_keys.h"
#include "tests/unit/tools/backup/backed_up.h"
#include "tools/backup/backup_places.h"
#include "tools/backup/compare_heads.h"
#include "tools/backup/drill.h"
#include "tools/backup/known_destructions.h"

namespace recourse {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> leaves(const Ledger& ledger, LedgerId id, std::uint64_t size) {
  std::vector<std::string> all;
  REQUIRE(ledger.scan(id, Position(0), Position(size), [&](Position, std::string_view leaf) {
    all.emplace_back(leaf);
    return true;
  }));
  return all;
}

TEST_CASE("what is restored has the same events, values and heads, and a new epoch") {
  BackedUp desk;
  const MadeBackup made = desk.back_up();
  desk.append(desk.tenant, 5);  // Lost with the data directory.
  const RestoreReport report = restore(desk.restore_options()).value();
  CHECK(report.epoch == 2);
  CHECK(report.commit_number == made.manifest.anchor.number);
  CHECK(report.erased_again == 0);
  REQUIRE(report.report);
  CHECK(report.report->verdict() == Integrity::intact);
  CHECK(!is_half_restored(desk.target()));
  const auto restored = desk.open_restored();
  const std::uint64_t size = made.manifest.heads[1].head.size.value();
  CHECK(leaves(*restored, desk.tenant, size) == leaves(*desk.ledger, desk.tenant, size));
  CHECK(restored->open_subject(desk.tenant, "tkt_1").value().size() == 2);
  // Recorded where it happened, and signed.
  const LogSize meta = restored->head(LedgerId(0)).size;
  const std::string last = restored->leaf(LedgerId(0), Position(meta.value() - 1)).value();
  const RecordedEvent event = read_leaf(last).value();
  REQUIRE(holds_alternative<RestoreCompleted>(event.data));
  CHECK(get<RestoreCompleted>(event.data).epoch == 2);
  CHECK(Signer::open(*restored, desk.target().string()));
}

TEST_CASE("who was erased after the backup does not come back") {
  BackedUp desk;
  const KeyName ada = KeyName::subject(desk.tenant, "sub_ada");
  const std::string origin = desk.ledger->find_tenant(TenantId("acme"))->origin;
  desk.back_up();
  REQUIRE(desk.ledger->keys().destroy(ada));
  RestoreOptions options = desk.restore_options();
  SUBCASE("when only the journal beside the backups knows it") {
    const std::array<fs::path, 1> journal{journal_in(desk.place())};
    const std::array<Destruction, 1> gone{Destruction{origin, ada, desk.clock.now()}};
    REQUIRE(append_destructions(journal, gone));
  }
  SUBCASE("when only the journal beside the key file knows it") {
    const std::array<fs::path, 1> journal{journal_beside(desk.kek())};
    const std::array<Destruction, 1> gone{Destruction{origin, ada, desk.clock.now()}};
    REQUIRE(append_destructions(journal, gone));
  }
  SUBCASE("when a newer data directory, or what was exported of it, knows it") {
    SubjectErased erased;
    erased.subject = SubjectId("sub_ada");
    REQUIRE(desk.stage(desk.tenant, {SmallLedger::about("tkt_1", erased)}));
    REQUIRE(desk.ledger->commit());
    SUBCASE("the directory") { options.erasures_from = {desk.data()}; }
    SUBCASE("an export") {
      const std::uint64_t size = desk.ledger->head(desk.tenant).size.value();
      std::ofstream out(desk.directory / "events.ndjson");
      for (const std::string& leaf : leaves(*desk.ledger, desk.tenant, size)) out << leaf << '\n';
      options.erasures_from = {desk.directory / "events.ndjson"};
    }
  }
  const RestoreReport report = restore(options).value();
  CHECK(report.erased_again == 1);
  const auto restored = desk.open_restored();
  CHECK(restored->keys().find(ada).error().code == ErrorCode::erased);
  CHECK(restored->open_subject(desk.tenant, "tkt_1").value().empty());
  CHECK(restored->open_subject(desk.tenant, "tkt_2").value().size() == 2);
}

TEST_CASE("a restore says who was asked about erasures, and the place knows its backups") {
  BackedUp desk;
  desk.back_up();
  CHECK(restore(desk.restore_options()).value().knew_erasures ==
        std::vector<fs::path>{journal_in(desk.place())});
  const fs::path backups = fs::canonical(desk.place());
  CHECK(backup_places(desk.target()).value().here == std::vector<fs::path>{backups});
  fs::remove(journal_in(desk.place()));
  fs::remove_all(desk.target());
  CHECK(restore(desk.restore_options()).value().knew_erasures.empty());
}

TEST_CASE("places of backups are remembered, the one that was used last first") {
  BackedUp desk;
  BackupOptions options = desk.backup_options();
  std::vector<fs::path> places;
  for (const char* const name : {"one", "two", "one"}) {
    options.to = desk.directory / name;
    REQUIRE(make_backup(*desk.ledger, desk.clock, options));
    places.push_back(fs::canonical(options.to));
  }
  CHECK(backup_places(desk.data()).value().here == std::vector<fs::path>{places[0], places[1]});
  // A mount point without its disk holds no backups.
  fs::rename(places[0], desk.directory / "away");
  fs::create_directory(places[0]);
  const BackupPlaces now = backup_places(desk.data()).value();
  CHECK(now.here == std::vector<fs::path>{places[1]});
  CHECK(now.missing == std::vector<fs::path>{places[0]});
  CHECK(remember_backups(desk.data(), "a\nb").error().code == ErrorCode::invalid);
}

TEST_CASE("a bucket that was destroyed stays so, and a destruction in the backup's own log too") {
  BackedUp desk;
  BucketDestroyed bucket{Clear("pii-24m"), Clear("2026-01"), desk.clock.now()};
  REQUIRE(desk.stage(desk.tenant, {SmallLedger::about("", bucket)}));
  REQUIRE(desk.ledger->commit());
  desk.back_up();  // The key is still there: the program ended before it was destroyed.
  CHECK(restore(desk.restore_options()).value().erased_again == 1);
  CHECK(desk.open_restored()->open_subject(desk.tenant, "tkt_1").value().empty());
}

TEST_CASE("a restore never overwrites, and one that was broken off starts again") {
  BackedUp desk;
  desk.back_up();
  RestoreOptions options = desk.restore_options();
  fs::create_directories(desk.target() / "ledger");
  std::ofstream(desk.target() / "ledger" / "CURRENT") << "half";
  CHECK(restore(options).error().code == ErrorCode::conflict);
  CHECK(BackedUp::text_of(desk.target() / "ledger" / "CURRENT") == "half");
  std::ofstream(desk.target() / "RESTORING") << "x";
  CHECK(is_half_restored(desk.target()));
  CHECK(restore(options));
  CHECK(restore(options).error().code == ErrorCode::conflict);
  SUBCASE("where it was stopped it stays marked") {
    options.data_dir = desk.directory / "other";
    options.go_on = [] { return false; };
    desk.append(desk.tenant, 3000);
    desk.back_up();
    CHECK(restore(options).error().code == ErrorCode::unavailable);
    CHECK(is_half_restored(options.data_dir));
  }
}

TEST_CASE("a damaged file is found before anything is opened") {
  BackedUp desk;
  const MadeBackup made = desk.back_up();
  const fs::path damaged = desk.object_of(made.manifest, ".sst");
  SUBCASE("changed") { BackedUp::flip_a_byte(damaged); }
  SUBCASE("gone") { fs::remove(damaged); }
  SUBCASE("cut short") { fs::resize_file(damaged, fs::file_size(damaged) - 1); }
  const auto refused = restore(desk.restore_options());
  CHECK(refused.error().code == ErrorCode::corrupt);
  CHECK(refused.error().message.find(".sst") != std::string::npos);
  CHECK(is_half_restored(desk.target()));
}

TEST_CASE("without the right key file nothing is restored") {
  BackedUp desk;
  desk.back_up();
  RestoreOptions options = desk.restore_options();
  options.kek_file = desk.directory / "other.kek";
  SUBCASE("none") { CHECK(restore(options).error().code == ErrorCode::not_found); }
  SUBCASE("another one of the same epoch") {
    REQUIRE(create_kek(options.kek_file, 1, desk.random));
    CHECK(restore(options).error().code == ErrorCode::unauthenticated);
  }
  SUBCASE("the next epoch's: what it replaced is destroyed") {
    REQUIRE(create_kek(options.kek_file, 2, desk.random));
    const auto refused = restore(options);
    CHECK(refused.error().code == ErrorCode::erased);
    CHECK(refused.error().message.find("epoch 1") != std::string::npos);
    CHECK(refused.error().message.find("epoch 2") != std::string::npos);
    CHECK(!fs::exists(desk.target()));
  }
}

TEST_CASE("a head from outside that the backup does not reach is not passed over") {
  BackedUp desk;
  desk.back_up();
  desk.append(desk.tenant, 5);
  desk.anchor_and_sign();
  const fs::path note = desk.directory / "newest.note";
  std::ofstream(note) << *desk.signer->latest(desk.tenant);
  RestoreOptions options = desk.restore_options();
  options.heads = {note};
  const auto refused = restore(options);
  CHECK(refused.error().code == ErrorCode::conflict);
  CHECK(refused.error().message.find("5 would be lost") != std::string::npos);
  desk.back_up();
  CHECK(restore(options));
}

/// What holds the log key elsewhere, and what it remembers.
struct Holder {
  std::string seed;
  SignerState state;
  int asked_to_sign = 0;
};

class HeldElsewhere final : public HeadSigner {
 public:
  explicit HeldElsewhere(Holder& holder) : holder_(holder) {}
  Result<std::vector<Ed25519PublicKey>> keys() override {
    return std::vector<Ed25519PublicKey>{key().public_key()};
  }
  Result<SignerState> signed_heads() override { return holder_.state; }
  Result<std::vector<std::string>> sign(std::span<const HeadToSign> heads) override {
    std::vector<std::string> lines;
    for (const HeadToSign& one : heads) {
      ++holder_.asked_to_sign;
      holder_.state.signed_heads[one.head.origin] = {LogSize(one.head.size), one.head.root};
      lines.push_back(signature_line(one.head.origin, key(), checkpoint_text(one.head)));
    }
    return lines;
  }

 private:
  Ed25519Key key() const { return Ed25519Key::from_seed(holder_.seed).value(); }
  Holder& holder_;
};

/// The log key has left the data directory.
struct SignedElsewhere : BackedUp {
  Holder holder;

  SignedElsewhere() {
    const auto names = signing_key_names(*ledger, "log").value();
    const Key seed = ledger->keys().find(names.front()).value();
    holder.seed = std::string(seed.view());
    holder.state = read_signer_state(data()).value();
    signer.reset();
    REQUIRE(write_log_halves(data(), HeldElsewhere(holder).keys().value()));
    REQUIRE(ledger->keys().destroy(names));
    signer = Signer::open(*ledger, data(), std::make_unique<HeldElsewhere>(holder)).value();
  }
  std::function<std::unique_ptr<HeadSigner>()> way() {
    return [this] { return std::make_unique<HeldElsewhere>(holder); };
  }
};

TEST_CASE("where another process holds the log key it signs what is restored") {
  SignedElsewhere desk;
  desk.back_up();
  RestoreOptions options = desk.restore_options();
  SUBCASE("and has to be named") {
    const auto refused = restore(options);
    CHECK(refused.error().code == ErrorCode::conflict);
    CHECK(refused.error().message.find("--signer") != std::string::npos);
    CHECK(!fs::exists(desk.target()));
  }
  SUBCASE("also a backup that does not say whose key it was") {
    fs::remove(fs::path(desk.data()) / "log-keys");
    desk.back_up();
  }
  options.signer = desk.way();
  const RestoreReport report = restore(options).value();
  CHECK(report.report->verdict() == Integrity::intact);
  CHECK(report.unsigned_because == "");
  CHECK(desk.holder.asked_to_sign == 1);
  const auto restored = desk.open_restored();
  CHECK(desk.holder.state.signed_heads.at(restored->ledgers()[0].origin) ==
        restored->head(LedgerId(0)));
}

TEST_CASE("what whoever holds the log key remembers is not passed over, nor is another key") {
  SignedElsewhere desk;
  desk.back_up();
  RestoreOptions options = desk.restore_options();
  options.signer = desk.way();
  SUBCASE("a newer head") {
    desk.append(desk.tenant, 5);
    REQUIRE(desk.signer->sign_round());
    const auto refused = restore(options);
    CHECK(refused.error().code == ErrorCode::corrupt);
    CHECK(refused.error().message.find("was signed up to") != std::string::npos);
  }
  SUBCASE("another key") {
    desk.holder.seed = std::string(32, 'x');
    CHECK(restore(options).error().code == ErrorCode::conflict);
  }
  CHECK(is_half_restored(desk.target()));
}

TEST_CASE("a drill asks nobody for a signature") {
  SignedElsewhere desk;
  desk.back_up();
  DrillOptions options;
  options.from = desk.place();
  options.kek_file = desk.kek();
  options.scratch = desk.directory / "drill";
  options.signer = desk.way();
  CHECK(drill(*desk.ledger, desk.clock, options).value().told == "");
  CHECK(desk.holder.asked_to_sign == 0);
  SUBCASE("and finds out when its key is another one") {
    desk.holder.seed = std::string(32, 'x');
    const Drilled bad = drill(*desk.ledger, desk.clock, options).value();
    CHECK(!bad.tested.equal);
    CHECK(bad.tested.cause == Clear("conflict"));
  }
}

TEST_CASE("after the log key was replaced older heads count in a restore") {
  BackedUp desk;
  const fs::path note = desk.directory / "older.note";
  std::ofstream(note) << *desk.signer->latest(desk.tenant);
  const KeyRotated rotated = desk.signer->draw_next_key("log", desk.clock.now()).value();
  REQUIRE(desk.stage(LedgerId(0), {SmallLedger::about("", rotated)}));
  REQUIRE(desk.ledger->commit());
  REQUIRE(desk.signer->reload_keys());
  desk.clock.advance(std::chrono::days(31));  // The one before signs no more.
  desk.append(LedgerId(0), 1);
  REQUIRE(desk.signer->sign_round());
  desk.back_up();
  RestoreOptions options = desk.restore_options();
  options.heads = {note};
  CHECK(restore(options).value().report->verdict() == Integrity::intact);
}

TEST_CASE("a signer that was copied before the heads of the log are remembers them again") {
  BackedUp desk;
  const fs::path memory = fs::path(desk.data()) / "signer";
  const std::string before = BackedUp::text_of(memory);
  desk.append(desk.tenant, 5);
  desk.anchor_and_sign();
  const std::string after = BackedUp::text_of(memory);
  desk.signer.reset();
  std::ofstream(memory) << before;
  CHECK(Signer::open(*desk.ledger, desk.data()).error().code == ErrorCode::corrupt);
  REQUIRE(mend_signer_state(*desk.ledger, desk.data()));
  CHECK(BackedUp::text_of(memory) == after);
  CHECK(Signer::open(*desk.ledger, desk.data()));
}

TEST_CASE("a drill times a restore, compares it with the live log and leaves nothing") {
  BackedUp desk;
  desk.back_up();
  desk.clock.advance(std::chrono::seconds(30));
  desk.append(desk.tenant, 1);
  desk.append(desk.tenant, 1);
  DrillOptions options;
  options.from = desk.place();
  options.kek_file = desk.kek();
  options.scratch = desk.directory / "drill";
  const Drilled good = drill(*desk.ledger, desk.clock, options).value();
  CHECK(good.told == "");
  CHECK(good.tested.equal);
  CHECK(good.tested.lost == 2);
  CHECK(good.tested.rpo_ms == 30'000);
  CHECK(good.tested.rto_ms >= 0);
  CHECK(!fs::exists(options.scratch));
  SUBCASE("a damaged backup fails it, and that is its outcome") {
    BackedUp::flip_a_byte(desk.object_of(
        BackupDirectory::open(desk.place()).value().newest().value().manifest, ".sst"));
    const Drilled bad = drill(*desk.ledger, desk.clock, options).value();
    CHECK(!bad.tested.equal);
    CHECK(bad.tested.cause == Clear("corrupt"));
    CHECK(!fs::exists(options.scratch));
  }
  SUBCASE("somebody's files are not its scratch") {
    fs::create_directories(options.scratch);
    std::ofstream(options.scratch / "diary.txt") << "dear diary";
    CHECK(drill(*desk.ledger, desk.clock, options).error().code == ErrorCode::conflict);
    CHECK(fs::exists(options.scratch / "diary.txt"));
  }
}

}  // namespace
}  // namespace recourse
