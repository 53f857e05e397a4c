#pragma once

#include <doctest/doctest.h>

#include <fstream>
#include <iterator>

#include "engine/writer/writer.h"
#include "tests/unit/tools/audit/audited_ledger.h"
#include "tools/backup/make_backup.h"
#include "tools/backup/restore.h"

namespace recourse {

/// A signed deployment with sealed values of two customers, and a place for its backups.
struct BackedUp : AuditedLedger {
  BackedUp() {
    REQUIRE(stage(tenant, {proposal("tkt_1", "sub_ada"), proposal("tkt_2", "sub_bob")}));
    REQUIRE(ledger->commit());
    anchor_and_sign();
  }

  std::filesystem::path place() const { return directory / "backups"; }
  std::filesystem::path kek() const { return data() + ".kek"; }
  std::filesystem::path target() const { return directory / "restored"; }

  BackupOptions backup_options() const {
    BackupOptions options;
    options.data_dir = data();
    options.kek_file = kek();
    options.to = place();
    options.program = "test";
    options.settings = R"({"listen":"127.0.0.1:8080"})";
    return options;
  }
  MadeBackup back_up() { return make_backup(*ledger, clock, backup_options()).value(); }

  RestoreOptions restore_options() {
    RestoreOptions options;
    options.from = place();
    options.data_dir = target();
    options.kek_file = kek();
    options.verify = true;
    options.random = &random;
    options.clock = &clock;
    return options;
  }

  std::unique_ptr<Ledger> open_restored() {
    LedgerOptions given = options();
    given.data_dir = target().string();
    given.kek_file = kek().string();
    given.create = false;
    return Ledger::open(given).value();
  }

  /// Where the backup has the file that ended in `suffix`.
  std::filesystem::path object_of(const BackupManifest& manifest, std::string_view suffix) const {
    for (const BackupManifest::File& file : manifest.files)
      if (file.path.ends_with(suffix) && file.size > 0)
        return ObjectStore(place() / "objects").path_of(file.sha256);
    FAIL("no such file in the backup");
    return {};
  }

  static void flip_a_byte(const std::filesystem::path& path) {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    const auto middle = static_cast<std::streamoff>(std::filesystem::file_size(path) / 2);
    file.seekg(middle);
    const char byte = static_cast<char>(file.get() ^ 1);
    file.seekp(middle);
    file.put(byte);
  }

  static std::string text_of(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
};

}  // namespace recourse
