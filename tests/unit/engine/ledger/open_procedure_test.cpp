#include <doctest/doctest.h>
#include <rocksdb/db.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "engine/ledger/durable_file.h"
#include "engine/ledger/head_file.h"
#include "engine/ledger/row_key.h"
#include "engine/ledger/store.h"
#include "tests/unit/engine/ledger/small_ledger.h"

namespace recourse {
namespace {

namespace fs = std::filesystem;

struct Damage : SmallLedger {
  LedgerId id = add_tenant("acme");
  TreeHead head;

  /// Some commits in the write-ahead log, then the ledger is closed as a crash would: RocksDB does
  /// not flush when it is closed.
  explicit Damage(std::size_t commits = 40) {
    for (std::size_t i = 0; i < commits; ++i) append(id, 5);
    head = ledger->head(id);
    ledger.reset();
  }

  std::vector<fs::path> files(const std::string& extension) const {
    std::vector<fs::path> found;
    for (const auto& entry : fs::directory_iterator(data() + "/ledger"))
      if (entry.path().extension() == extension && entry.file_size() > 0)
        found.push_back(entry.path());
    return found;
  }
  fs::path log() const {
    REQUIRE(files(".log").size() == 1);
    return files(".log")[0];
  }
  std::vector<fs::path> quarantined() const {
    std::vector<fs::path> found;
    std::error_code none;
    for (const auto& entry : fs::recursive_directory_iterator(data() + "/quarantine", none))
      if (entry.is_regular_file()) found.push_back(entry.path());
    return found;
  }
  fs::path head_file() const { return data() + "/HEAD"; }

  static void change(const fs::path& file, std::uintmax_t at, char with_mask) {
    std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
    stream.seekg(static_cast<std::streamoff>(at));
    char byte = 0;
    stream.get(byte);
    stream.seekp(static_cast<std::streamoff>(at));
    stream.put(static_cast<char>(byte ^ with_mask));
  }

  Error refused() {
    const auto opened = Ledger::open(options());
    REQUIRE_FALSE(opened);
    return opened.error();
  }
  void check_whole() {
    reopen();
    CHECK(ledger->head(id) == head);
    append(id, 1);
  }
};

TEST_CASE_FIXTURE(Damage, "an undamaged log opens, and its copies are not kept") {
  check_whole();
  CHECK(quarantined().empty());
}

TEST_CASE_FIXTURE(Damage, "a second process is told who holds the directory") {
  reopen();
  const Error error = refused();
  CHECK(error.code == ErrorCode::locked);
  CHECK(error.message.find(std::to_string(::getpid())) != std::string::npos);
  append(id, 1);
}

TEST_CASE_FIXTURE(Damage, "a flipped bit in the middle of the log is refused, never cut off") {
  const fs::path damaged = log();
  const std::string before = read_file(damaged).value();
  change(damaged, before.size() / 2, 0x10);
  const std::string evidence = read_file(damaged).value();
  for (int attempt = 0; attempt < 3; ++attempt) {
    const Error error = refused();
    CHECK(error.code == ErrorCode::corrupt);
    CHECK(error.message.find("HEAD is at commit 42") != std::string::npos);
    CHECK(error.message.find("Missing from position") != std::string::npos);
    CHECK(error.message.find("recourse doctor") != std::string::npos);
  }
  // RocksDB has deleted the log that it read only half; the quarantine has not.
  CHECK(read_file(fs::path(data()) / "quarantine/1" / damaged.filename()).value() == evidence);
}

TEST_CASE_FIXTURE(Damage, "a log without its second half or without any byte is refused") {
  const fs::path cut = log();
  SUBCASE("half") { fs::resize_file(cut, fs::file_size(cut) / 2); }
  SUBCASE("nothing") { fs::resize_file(cut, 0); }
  SUBCASE("no file") { fs::remove(cut); }
  CHECK(refused().code == ErrorCode::corrupt);
  CHECK(refused().code == ErrorCode::corrupt);
}

TEST_CASE_FIXTURE(Damage, "an older copy of the whole database is refused") {
  const fs::path copy = directory / "older";
  fs::copy(data() + "/ledger", copy, fs::copy_options::recursive);
  check_whole();
  ledger.reset();
  fs::remove_all(data() + "/ledger");
  fs::rename(copy, data() + "/ledger");
  CHECK(refused().code == ErrorCode::corrupt);
}

TEST_CASE_FIXTURE(Damage, "no database beside a HEAD is a loss and not a beginning") {
  fs::remove_all(data() + "/ledger");
  const Error error = refused();
  CHECK(error.code == ErrorCode::corrupt);
  CHECK_FALSE(fs::exists(data() + "/ledger/CURRENT"));
}

TEST_CASE_FIXTURE(Damage, "a torn end of the log that HEAD does not cover is quarantined") {
  std::ofstream stream(log(), std::ios::app | std::ios::binary);
  SUBCASE("zeros") { stream << std::string(100, '\0'); }
  SUBCASE("garbage") { stream << std::string(64, '\x5a'); }
  SUBCASE("one byte") { stream << 'x'; }
  stream.close();
  check_whole();
  CHECK(quarantined().size() == 1);
}

TEST_CASE_FIXTURE(Damage, "commits beyond HEAD are kept and HEAD follows") {
  const std::string old_head = read_file(head_file()).value();
  reopen();
  append(id, 5);
  append(id, 5);
  head = ledger->head(id);
  const std::uint64_t number = ledger->commit_number();
  ledger.reset();
  REQUIRE(replace_file(head_file(), old_head));
  reopen();
  CHECK(ledger->head(id) == head);
  CHECK(HeadFile::read(head_file()).value().number == number);
}

TEST_CASE_FIXTURE(Damage, "a log cut back to exactly what HEAD covers opens") {
  reopen();
  ledger.reset();
  const std::string covered_head = read_file(head_file()).value();
  reopen();
  append(id, 5);
  ledger.reset();
  REQUIRE(replace_file(head_file(), covered_head));
  const fs::path cut = log();
  fs::resize_file(cut, fs::file_size(cut) - 3);
  reopen();
  CHECK(ledger->head(id) == head);
  CHECK(quarantined().size() == 1);
  append(id, 1);
}

TEST_CASE_FIXTURE(Damage, "one torn slot of HEAD costs nothing, two need the operator's word") {
  const Anchor anchor = HeadFile::read(head_file()).value();
  // Which slot is the newer one depends on how many commits there were.
  const bool newer_is_second = [&] {
    const std::string bytes = read_file(head_file()).value();
    return get_u64(bytes.substr(kHeadSlotDistance + 16)) == anchor.number;
  }();
  change(head_file(), newer_is_second ? 20 : kHeadSlotDistance + 20, 1);
  CHECK(HeadFile::read(head_file()).value() == anchor);
  change(head_file(), newer_is_second ? kHeadSlotDistance + 300 : 300, 1);
  CHECK(HeadFile::read(head_file()).error().code == ErrorCode::corrupt);
  CHECK(refused().code == ErrorCode::corrupt);
  fs::remove(head_file());
  CHECK(refused().code == ErrorCode::corrupt);

  LedgerOptions accepting = options();
  accepting.accept_head = true;
  ledger = Ledger::open(accepting).value();
  CHECK(ledger->head(id) == head);
  CHECK(HeadFile::read(head_file()).value().epoch > anchor.epoch);
  const TreeHead meta = ledger->head(LedgerId(0));
  const auto last =
      read_leaf(ledger->leaf(LedgerId(0), Position(meta.size.value() - 1)).value()).value();
  CHECK(get<HeadAccepted>(last.data).commit_number == 42);
  check_whole();
}

TEST_CASE_FIXTURE(Damage, "the newest slot of HEAD torn by the crash leaves the one before") {
  const Anchor anchor = HeadFile::read(head_file()).value();
  const std::string bytes = read_file(head_file()).value();
  const std::size_t newer =
      get_u64(bytes.substr(kHeadSlotDistance + 16)) == anchor.number ? kHeadSlotDistance : 0;
  change(head_file(), newer + 100, 1);
  CHECK(HeadFile::read(head_file()).value().number == anchor.number - 1);
  check_whole();
}

TEST_CASE_FIXTURE(Damage, "the HEAD of another history is refused") {
  Anchor other = HeadFile::read(head_file()).value();
  other.commit[0] ^= 1;
  REQUIRE(HeadFile::create(head_file(), other));
  CHECK(refused().code == ErrorCode::corrupt);
  other.number += 7;
  REQUIRE(HeadFile::create(head_file(), other));
  CHECK(refused().code == ErrorCode::corrupt);
}

TEST_CASE_FIXTURE(Damage, "a database without MANIFEST or CURRENT is refused") {
  SUBCASE("CURRENT") { fs::resize_file(data() + "/ledger/CURRENT", 0); }
  SUBCASE("MANIFEST") {
    for (const auto& entry : fs::directory_iterator(data() + "/ledger"))
      if (entry.path().filename().string().starts_with("MANIFEST")) fs::resize_file(entry, 10);
  }
  CHECK_FALSE(Ledger::open(options()));
}

TEST_CASE_FIXTURE(Damage, "a lost key file is refused before anything is sealed under a new one") {
  fs::remove(data() + ".kek");
  CHECK(refused().code == ErrorCode::not_found);
  CHECK_FALSE(fs::exists(data() + ".kek"));
}

/// What a wrong or broken record looks like: written past the ledger, as a broken disk would.
struct Forgery : Damage {
  Forgery() : Damage(120) {}  // Two full tiles: positions below 512 are not read by an open.
  void put(Family family, const std::string& key, const std::string& bytes,
           const std::string& after = "") {
    const auto store = Store::open(data() + "/ledger", false).value();
    rocksdb::WriteBatch batch;
    std::string stored;
    put_u64(stored, checksum(key) ^ checksum(bytes));
    REQUIRE(batch.Put(store->family(family), key, stored + bytes + after).ok());
    REQUIRE(store->write(batch));
  }
};

TEST_CASE_FIXTURE(Forgery,
                  "a record that does not match its checksum is corrupt, others are read") {
  put(Family::leaves, leaf_key(id, Position(7)), "{}", "x");
  reopen();
  const auto leaf = ledger->leaf(id, Position(7));
  CHECK(leaf.error().code == ErrorCode::corrupt);
  CHECK(leaf.error().message.find("position 7 of example.com/t/") != std::string::npos);
  CHECK(ledger->leaf(id, Position(8)));
  std::uint64_t visited = 0;
  const Status scanned = ledger->scan(id, Position(0), Position(1000), [&](Position, auto) {
    ++visited;
    return true;
  });
  CHECK(scanned.error().code == ErrorCode::corrupt);
  CHECK(visited == 7);
}

TEST_CASE_FIXTURE(Forgery, "a good leaf at a wrong key is corrupt") {
  reopen();
  const std::string other = ledger->leaf(id, Position(8)).value();
  const std::string meta = ledger->leaf(LedgerId(0), Position(0)).value();
  ledger.reset();
  put(Family::leaves, leaf_key(id, Position(7)), other);
  put(Family::leaves, leaf_key(id, Position(0)), meta);
  reopen();
  CHECK(ledger->leaf(id, Position(7)).error().code == ErrorCode::corrupt);
  CHECK(ledger->leaf(id, Position(0)).error().code == ErrorCode::corrupt);
  CHECK(ledger->leaf(id, Position(8)).ok());
}

TEST_CASE_FIXTURE(Forgery,
                  "a leaf of the tail that was changed with its checksum is refused at open") {
  reopen();
  std::string leaf = ledger->leaf(id, Position(570)).value();
  ledger.reset();
  leaf.replace(leaf.find("billing"), 7, "BILLING");
  put(Family::leaves, leaf_key(id, Position(570)), leaf);
  CHECK(refused().code == ErrorCode::corrupt);
}

TEST_CASE_FIXTURE(Forgery, "leaves beyond the last commit are refused") {
  put(Family::leaves, leaf_key(id, Position(head.size.value())), "{}");
  CHECK(refused().code == ErrorCode::corrupt);
}

TEST_CASE_FIXTURE(Damage,
                  "a flipped bit in a table file is corrupt with its position, never served") {
  reopen();  // What was recovered is in table files now.
  ledger.reset();
  std::size_t detected = 0;
  for (const fs::path& file : files(".sst")) {
    // The leaves' table is by far the greatest.
    if (fs::file_size(file) < 3000) continue;
    change(file, 500, 0x04);
    const auto opened = Ledger::open(options());
    if (!opened) {
      CHECK(opened.error().code == ErrorCode::corrupt);
      ++detected;
    } else {
      const Status scanned = (*opened)->scan(id, Position(0), Position(1000),
                                             [](Position, std::string_view) { return true; });
      if (!scanned) {
        CHECK(scanned.error().code == ErrorCode::corrupt);
        CHECK(scanned.error().message.find("position") != std::string::npos);
        ++detected;
      }
    }
    change(file, 500, 0x04);
  }
  CHECK(detected > 0);
  check_whole();
}

TEST_CASE("a flipped bit below the tail opens, and only what it hit is unreadable") {
  Damage small(120);
  small.reopen();
  small.ledger.reset();
  fs::path greatest;
  for (const fs::path& file : small.files(".sst"))
    if (greatest.empty() || fs::file_size(file) > fs::file_size(greatest)) greatest = file;
  Damage::change(greatest, fs::file_size(greatest) / 3, 0x04);
  small.reopen();
  Position damaged(0);
  const Status scanned = small.ledger->scan(small.id, Position(0), Position(1000),
                                            [&](Position position, std::string_view) {
                                              damaged = Position(position.value() + 1);
                                              return true;
                                            });
  CHECK(scanned.error().code == ErrorCode::corrupt);
  CHECK(scanned.error().message.find("position " + std::to_string(damaged.value()) + " of") !=
        std::string::npos);
  CHECK(small.ledger->leaf(small.id, damaged).error().code == ErrorCode::corrupt);
  CHECK(small.ledger->leaf(small.id, Position(small.head.size.value() - 1)));
  small.append(small.id, 1);
}

TEST_CASE_FIXTURE(Damage, "only a few quarantined opens are kept, the first among them") {
  for (std::size_t i = 0; i < 8; ++i) {
    std::ofstream(log(), std::ios::app | std::ios::binary) << std::string(10 + i, 'x');
    reopen();
    append(id, 1);
    ledger.reset();
  }
  CHECK(quarantined().size() == 4);
  CHECK(fs::exists(data() + "/quarantine/1"));
  CHECK(fs::exists(data() + "/quarantine/8"));
}

}  // namespace
}  // namespace recourse
