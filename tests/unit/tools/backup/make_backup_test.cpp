#include "tools/backup/make_backup.h"

#include <algorithm>

#include "engine/base/sha256.h"
#include "engine/ledger/destruction_journal.h"
#include "tests/unit/tools/backup/backed_up.h"

namespace recourse {
namespace {

namespace fs = std::filesystem;

bool has_file(const BackupManifest& manifest, const std::string& path) {
  return std::any_of(manifest.files.begin(), manifest.files.end(),
                     [&](const auto& file) { return file.path == path; });
}

TEST_CASE("a backup has every file of the deployment but the key, under its own hash") {
  BackedUp desk;
  const MadeBackup made = desk.back_up();
  const BackupManifest& manifest = made.manifest;
  CHECK(manifest.backup == 1);
  CHECK(manifest.deployment == "example.com");
  CHECK(manifest.anchor.number == desk.ledger->commit_number());
  CHECK(manifest.kek_epoch == 1);
  CHECK(manifest.heads.size() == 2);
  CHECK(made.new_bytes > manifest.bytes() / 2);  // All but what is in it twice.
  for (const char* path : {"HEAD", "signer", "ledger/CURRENT", "keys/CURRENT", "settings.json"})
    CHECK_MESSAGE(has_file(manifest, path), path);
  const std::string key = BackedUp::text_of(desk.kek());
  for (const auto& file : manifest.files) {
    const fs::path stored = ObjectStore(desk.place() / "objects").path_of(file.sha256);
    const std::string bytes = BackedUp::text_of(stored);
    CHECK(sha256(bytes) == file.sha256);
    CHECK(bytes.find(key.substr(16, 32)) == bytes.npos);
  }
  CHECK(!fs::exists(fs::path(desk.data()) / "backup-cut"));
  const auto read = BackupDirectory::open(desk.place()).value().entry(1).value();
  CHECK(to_json(read.manifest) == to_json(manifest));
  CHECK(read.digest == made.digest);
}

TEST_CASE("the second backup stores only what is new") {
  BackedUp desk;
  desk.append(desk.tenant, 2000);
  const MadeBackup first = desk.back_up();
  desk.append(desk.tenant, 1);
  const MadeBackup second = desk.back_up();
  CHECK(second.manifest.backup == 2);
  CHECK(second.new_bytes < first.new_bytes / 2);
  CHECK(second.told.empty());
  Pace pace;
  BackupDirectory directory = BackupDirectory::open(desk.place()).value();
  for (const std::uint64_t number : {1, 2})
    CHECK(check_backup(directory, number, pace, false).value().damage.empty());
}

TEST_CASE("only the newest ones are kept, with the files that they need") {
  BackedUp desk;
  BackupOptions options = desk.backup_options();
  options.keep = 2;
  for (int i = 0; i < 4; ++i) {
    desk.append(desk.tenant, 10);
    REQUIRE(make_backup(*desk.ledger, desk.clock, options));
  }
  BackupDirectory directory = BackupDirectory::open(desk.place()).value();
  CHECK(directory.list() == std::vector<std::uint64_t>{3, 4});
  Pace pace;
  std::set<Hash> needed;
  for (const std::uint64_t number : directory.list()) {
    CHECK(check_backup(directory, number, pace, false).value().damage.empty());
    for (const auto& file : directory.entry(number).value().manifest.files)
      needed.insert(file.sha256);
  }
  std::size_t stored = 0;
  for (const auto& entry : fs::recursive_directory_iterator(desk.place() / "objects"))
    stored += entry.is_regular_file();
  CHECK(stored == needed.size());
}

TEST_CASE("a backup that was not finished is none, and the next one removes it") {
  BackedUp desk;
  BackupOptions options = desk.backup_options();
  int asked = 0;
  options.go_on = [&] { return ++asked < 3; };
  desk.append(desk.tenant, 3000);
  CHECK(make_backup(*desk.ledger, desk.clock, options).error().code == ErrorCode::unavailable);
  // As a crash leaves it.
  fs::create_directories(desk.place() / "backups" / "000001");
  std::ofstream(desk.place() / "backups" / "000001" / "INCOMPLETE") << "x";
  std::ofstream(desk.place() / "objects" / "incoming") << "half";
  const BackupDirectory before = BackupDirectory::open(desk.place()).value();
  CHECK(before.list().empty());
  CHECK(before.partial() == std::vector<std::uint64_t>{1});
  CHECK(before.entry(1).error().code == ErrorCode::corrupt);
  CHECK(before.newest().error().code == ErrorCode::not_found);
  const MadeBackup made = desk.back_up();
  CHECK(!fs::exists(desk.place() / "objects" / "incoming"));
  CHECK(BackupDirectory::open(desk.place()).value().list() ==
        std::vector<std::uint64_t>{made.manifest.backup});
}

TEST_CASE("a damaged file is named, and the next backup stores it anew") {
  BackedUp desk;
  const MadeBackup first = desk.back_up();
  BackedUp::flip_a_byte(desk.object_of(first.manifest, ".sst"));
  Pace pace;
  BackupDirectory directory = BackupDirectory::open(desk.place()).value();
  const CheckedBackup checked = check_backup(directory, 1, pace, true).value();
  REQUIRE(checked.damage.size() == 1);
  CHECK(checked.damage[0].find(".sst") != std::string::npos);
  CHECK(desk.back_up().new_bytes > 0);
  CHECK(check_backup(directory, 1, pace, false).value().damage.empty());
}

TEST_CASE("a damaged manifest is no manifest") {
  BackedUp desk;
  desk.back_up();
  const fs::path manifest = desk.place() / "backups" / "000001" / "manifest.json";
  BackedUp::flip_a_byte(manifest);
  const BackupDirectory directory = BackupDirectory::open(desk.place()).value();
  CHECK(directory.entry(1).error().code == ErrorCode::corrupt);
  SUBCASE("and nothing is removed while one cannot be read") {
    BackupOptions options = desk.backup_options();
    const fs::path needed = desk.object_of(desk.back_up().manifest, "ledger/CURRENT");
    fs::create_directories(desk.place() / "backups" / "000009");
    options.keep = 2;
    CHECK(make_backup(*desk.ledger, desk.clock, options).value().removed == 1);
    CHECK(fs::exists(needed));
  }
}

TEST_CASE("backups lie in a directory of their own") {
  BackedUp desk;
  BackupOptions options = desk.backup_options();
  SUBCASE("not among other files") {
    fs::create_directories(desk.place());
    std::ofstream(desk.place() / "diary.txt") << "dear diary";
    CHECK(make_backup(*desk.ledger, desk.clock, options).error().code == ErrorCode::invalid);
  }
  SUBCASE("not in the data directory, which they would be lost with") {
    options.to = fs::path(desk.data()) / "backups";
    CHECK(make_backup(*desk.ledger, desk.clock, options).error().code == ErrorCode::invalid);
  }
  SUBCASE("not with those of another deployment") {
    desk.back_up();
    std::ofstream(desk.place() / "BACKUPS") << "recourse/backups@v1\n"
                                            << to_base64(as_text(Hash{})) << '\n';
    CHECK(make_backup(*desk.ledger, desk.clock, options).error().code == ErrorCode::conflict);
  }
}

TEST_CASE("what was destroyed is written beside the backups too, once") {
  BackedUp desk;
  const std::array<fs::path, 1> journal{journal_beside(desk.kek())};
  const std::string origin = desk.ledger->find_tenant(TenantId("acme"))->origin;
  const std::array<Destruction, 1> ada{
      Destruction{origin, KeyName::subject(desk.tenant, "sub_ada"), desk.clock.now()}};
  REQUIRE(append_destructions(journal, ada));
  desk.back_up();
  desk.back_up();
  const auto known = read_destructions(journal_in(desk.place())).value();
  REQUIRE(known.size() == 1);
  CHECK(known[0].key == ada[0].key);
}

}  // namespace
}  // namespace recourse
