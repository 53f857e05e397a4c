#include "engine/privacy/key_store.h"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <thread>

#include "tests/unit/engine/privacy/temporary_directory.h"

namespace recourse {
namespace {

using Store = std::unique_ptr<KeyStore>;

const Kek kStoreKek{1, Key(std::string(32, 'k'))};
const LedgerId kLedger(7);
const KeyName kJane = KeyName::subject(kLedger, "sub_jane");

struct KeyStoreFixture {
  TemporaryDirectory directory;
  SystemRandom random;
  Store store = open(KeyStoreMode::create).value();

  Result<Store> open(KeyStoreMode mode, const Kek& kek = kStoreKek, std::size_t cached = 100) {
    return KeyStore::open(directory / "keys", kek, random, {.mode = mode, .cached_keys = cached});
  }
  void reopen() {
    store.reset();
    store = open(KeyStoreMode::existing).value();
  }
  /// Whether any file of the database holds these bytes.
  bool on_disk(std::string_view bytes) const {
    for (const auto& entry : std::filesystem::directory_iterator(directory / "keys")) {
      std::ifstream in(entry.path(), std::ios::binary);
      const std::string text{std::istreambuf_iterator<char>(in), {}};
      if (text.find(bytes) != std::string::npos) return true;
    }
    return false;
  }
};

TEST_CASE("a key that was drawn and synced is the same after the store is opened again") {
  KeyStoreFixture f;
  std::map<std::string, Key> drawn;
  for (const KeyName& name :
       {kJane, KeyName::bucket(kLedger, "pii-24m", "2026-01"), KeyName::tenant(kLedger),
        KeyName::tenant(LedgerId(8)), KeyName::deployment("log"), KeyName::deployment("report")}) {
    CHECK(f.store->find(name).error().code == ErrorCode::not_found);
    drawn.emplace(name.bytes(), f.store->obtain(name).value());
  }
  REQUIRE(f.store->sync());
  f.reopen();
  std::set<std::string> different;
  for (const auto& [bytes, key] : drawn) {
    CHECK(f.store->find(KeyName::parse(bytes).value()).value() == key);
    CHECK(f.store->obtain(KeyName::parse(bytes).value()).value() == key);
    different.insert(std::string(key.view()));
  }
  CHECK(different.size() == drawn.size());
}

TEST_CASE("a key is drawn once, whether it is pending, synced or no longer in memory") {
  KeyStoreFixture f;
  f.store.reset();
  f.store = f.open(KeyStoreMode::existing, kStoreKek, 1).value();
  const Key drawn = f.store->obtain(kJane).value();
  REQUIRE(f.store->obtain(KeyName::tenant(kLedger)));  // Pushes the first out of the small cache.
  CHECK(f.store->find(kJane).value() == drawn);
  REQUIRE(f.store->sync());
  REQUIRE(f.store->obtain(KeyName::tenant(kLedger)));
  CHECK(f.store->obtain(kJane).value() == drawn);
}

TEST_CASE("pending keys and subjects are gone after a crash before the sync") {
  KeyStoreFixture f;
  REQUIRE(f.store->obtain(kJane));
  REQUIRE(f.store->obtain_subject(kLedger, "jane@example.com"));
  CHECK(f.store->find(kJane));
  f.reopen();
  CHECK(f.store->find(kJane).error().code == ErrorCode::not_found);
  CHECK(f.store->find_subject(kLedger, "jane@example.com").error().code == ErrorCode::not_found);
}

TEST_CASE(
    "a destroyed key is erased at once and after the store is opened again, and never drawn anew") {
  KeyStoreFixture f;
  const KeyName other = KeyName::subject(kLedger, "sub_other");
  const Key kept = f.store->obtain(other).value();
  REQUIRE(f.store->obtain(kJane));
  REQUIRE(f.store->sync());
  const std::uint64_t before = f.store->destructions();
  REQUIRE(f.store->destroy(kJane));
  CHECK(f.store->destructions() > before);
  for (int i = 0; i < 2; ++i) {
    CHECK(f.store->find(kJane).error().code == ErrorCode::erased);
    CHECK(f.store->obtain(kJane).error().code == ErrorCode::erased);
    CHECK(f.store->destroy(kJane));
    CHECK(f.store->find(other).value() == kept);
    f.reopen();
  }
}

TEST_CASE("destroying a pending key, or one that never was, leaves nothing to sync") {
  KeyStoreFixture f;
  REQUIRE(f.store->obtain(kJane));
  const KeyName never = KeyName::subject(kLedger, "sub_never");
  REQUIRE(f.store->destroy(std::array{kJane, never}));
  REQUIRE(f.store->sync());
  f.reopen();
  CHECK(f.store->find(kJane).error().code == ErrorCode::erased);
  CHECK(f.store->find(never).error().code == ErrorCode::erased);
}

TEST_CASE("a store does not open with the wrong key, and says which epoch it needs") {
  KeyStoreFixture f;
  REQUIRE(f.store->obtain(kJane));
  REQUIRE(f.store->sync());
  f.store.reset();
  for (const Kek& wrong : {Kek{1, Key(std::string(32, 'x'))}, Kek{2, Key(std::string(32, 'x'))}})
    for (const KeyStoreMode mode :
         {KeyStoreMode::create, KeyStoreMode::existing, KeyStoreMode::read_only}) {
      const Result<Store> opened = f.open(mode, wrong);
      REQUIRE(!opened);
      CHECK(opened.error().code == ErrorCode::unauthenticated);
      CHECK(opened.error().message.find("epoch 1") != std::string::npos);
      CHECK(opened.error().message.find((f.directory / "keys").string()) != std::string::npos);
    }
  CHECK(f.open(KeyStoreMode::existing));
}

TEST_CASE("an absent store is made only when asked, and one process holds it at a time") {
  KeyStoreFixture f;
  CHECK(f.open(KeyStoreMode::existing).error().code == ErrorCode::locked);
  f.store.reset();
  std::filesystem::remove_all(f.directory / "keys");
  CHECK(f.open(KeyStoreMode::existing).error().code == ErrorCode::not_found);
  CHECK(f.open(KeyStoreMode::read_only).error().code == ErrorCode::not_found);
  CHECK(!std::filesystem::exists(f.directory / "keys"));
}

TEST_CASE("a reader beside the server sees what was synced, and may write nothing") {
  KeyStoreFixture f;
  const Key jane = f.store->obtain(kJane).value();
  const SubjectId subject = f.store->obtain_subject(kLedger, "jane@example.com").value();
  REQUIRE(f.store->sync());
  REQUIRE(f.store->obtain(KeyName::tenant(kLedger)));
  const Store reader = f.open(KeyStoreMode::read_only).value();
  CHECK(reader->find(kJane).value() == jane);
  CHECK(reader->find_subject(kLedger, "jane@example.com").value() == subject);
  CHECK(reader->find(KeyName::tenant(kLedger)).error().code == ErrorCode::not_found);
  CHECK(reader->obtain(KeyName::tenant(kLedger)).error().code == ErrorCode::forbidden);
  CHECK(reader->obtain_subject(kLedger, "joe@example.com").error().code == ErrorCode::forbidden);
  CHECK(reader->destroy(kJane).error().code == ErrorCode::forbidden);
  REQUIRE(f.store->destroy(kJane));
  REQUIRE(f.store->compact());
  CHECK(f.open(KeyStoreMode::read_only).value()->find(kJane).error().code == ErrorCode::erased);
}

TEST_CASE("an address leads to one subject, however it is written, and to another in each ledger") {
  KeyStoreFixture f;
  const SubjectId jane = f.store->obtain_subject(kLedger, "Jane.Roe@Example.com ").value();
  CHECK(jane.value().starts_with("sub_"));
  CHECK(f.store->obtain_subject(kLedger, "\tjane.roe@example.COM\n").value() == jane);
  CHECK(f.store->find_subject(kLedger, "jane.roe@example.com").value() == jane);
  CHECK(!(f.store->obtain_subject(LedgerId(8), "jane.roe@example.com").value() == jane));
  CHECK(!(f.store->obtain_subject(kLedger, "john.roe@example.com").value() == jane));
  CHECK(f.store->find(KeyName::subject(kLedger, jane.value())));
  REQUIRE(f.store->sync());
  f.reopen();
  CHECK(f.store->find_subject(kLedger, "JANE.ROE@example.com").value() == jane);
  CHECK(f.store->find_subject(kLedger, "nobody@example.com").error().code == ErrorCode::not_found);
  for (const std::string& bad : {std::string(), std::string(" \t "), std::string(513, 'a')}) {
    CHECK(f.store->find_subject(kLedger, bad).error().code == ErrorCode::invalid);
    CHECK(f.store->obtain_subject(kLedger, bad).error().code == ErrorCode::invalid);
  }
}

TEST_CASE(
    "erasing a subject takes the directory row with it: the person is a new subject afterwards") {
  for (const bool synced : {false, true}) {
    KeyStoreFixture f;
    const SubjectId old = f.store->obtain_subject(kLedger, "jane@example.com").value();
    if (synced) REQUIRE(f.store->sync());
    REQUIRE(f.store->destroy(KeyName::subject(kLedger, old.value())));
    CHECK(f.store->find_subject(kLedger, "jane@example.com").error().code == ErrorCode::not_found);
    REQUIRE(f.store->sync());
    f.reopen();
    CHECK(f.store->find_subject(kLedger, "jane@example.com").error().code == ErrorCode::not_found);
    CHECK(!(f.store->obtain_subject(kLedger, "jane@example.com").value() == old));
  }
}

TEST_CASE("neither keys nor addresses lie readable on the disk") {
  KeyStoreFixture f;
  const SubjectId subject = f.store->obtain_subject(kLedger, "canary@example.com").value();
  const Key key = f.store->find(KeyName::subject(kLedger, subject.value())).value();
  REQUIRE(f.store->sync());
  for (int i = 0; i < 2; ++i) {
    CHECK(f.on_disk(subject.value()));  // The search itself finds what is there.
    CHECK(!f.on_disk("canary@example"));
    CHECK(!f.on_disk(key.view()));
    REQUIRE(f.store->compact());
  }
}

TEST_CASE("living buckets are listed for retention, by class and month") {
  KeyStoreFixture f;
  const auto bucket = [](LedgerId ledger, std::string_view retention, std::string_view month) {
    return KeyName::bucket(ledger, retention, month);
  };
  for (const KeyName& name :
       {bucket(kLedger, "pii-24m", "2026-02"), bucket(kLedger, "pii-24m", "2026-01"),
        bucket(kLedger, "ops-7y", "2026-01"), bucket(LedgerId(8), "pii-24m", "2026-01"),
        KeyName::tenant(kLedger), kJane})
    REQUIRE(f.store->obtain(name));
  REQUIRE(f.store->sync());
  const std::vector<KeyName> all = f.store->buckets(kLedger).value();
  CHECK(all == std::vector{bucket(kLedger, "ops-7y", "2026-01"),
                           bucket(kLedger, "pii-24m", "2026-01"),
                           bucket(kLedger, "pii-24m", "2026-02")});
  CHECK(all[1].text() == "pii-24m");
  CHECK(all[1].month() == "2026-01");
  CHECK(all[1].ledger() == kLedger);
  REQUIRE(f.store->destroy(all[1]));
  CHECK(f.store->buckets(kLedger).value() == std::vector{all[0], all[2]});
}

TEST_CASE("a damaged file is an error, never another key") {
  KeyStoreFixture f;
  const Key key = f.store->obtain(kJane).value();
  REQUIRE(f.store->sync());
  REQUIRE(f.store->compact());
  f.store.reset();
  std::filesystem::path table;
  for (const auto& entry : std::filesystem::directory_iterator(f.directory / "keys"))
    if (entry.path().extension() == ".sst") table = entry.path();
  REQUIRE(!table.empty());
  std::fstream file(table, std::ios::binary | std::ios::in | std::ios::out);
  std::string text{std::istreambuf_iterator<char>(file), {}};
  const std::size_t at = text.find("sub_jane");
  REQUIRE(at != std::string::npos);
  file.seekp(static_cast<std::streamoff>(at + 40));
  file.put(static_cast<char>(text[at + 40] ^ 1));
  file.close();
  const Result<Store> opened = f.open(KeyStoreMode::existing);
  const ErrorCode code = opened ? (*opened)->find(kJane).error().code : opened.error().code;
  CHECK(code == ErrorCode::corrupt);
}

TEST_CASE("threads that ask for the same keys get the same keys") {
  KeyStoreFixture f;
  std::array<std::vector<std::string>, 4> got;
  {
    std::vector<std::jthread> threads;
    for (auto& mine : got)
      threads.emplace_back([&] {
        for (int i = 0; i < 200; ++i) {
          const KeyName name = KeyName::subject(kLedger, "sub_" + std::to_string(i));
          const Key key = f.store->obtain(name).value();
          mine.emplace_back(key.view());
          mine.push_back(f.store->obtain_subject(kLedger, std::to_string(i % 20)).value().value());
          if (i % 50 == 0) CHECK(f.store->sync());
        }
      });
  }
  for (const auto& other : got) CHECK(other == got[0]);
}

TEST_CASE("after any sequence of steps the store holds what a plain map would") {
  CHECK(rc::check([] {
    KeyStoreFixture f;
    f.store.reset();
    f.store = f.open(KeyStoreMode::existing, kStoreKek, 2).value();
    std::map<int, std::string> synced, pending;
    std::set<int> destroyed;
    const auto steps = *rc::gen::container<std::vector<std::pair<int, int>>>(
        rc::gen::pair(rc::gen::inRange(0, 8), rc::gen::inRange(0, 6)));
    const auto name_of = [](int i) {
      return KeyName::subject(kLedger, "sub_" + std::to_string(i));
    };
    for (const auto& [step, i] : steps) {
      if (step < 4) {
        const Result<Key> key = f.store->obtain(name_of(i));
        RC_ASSERT(key.ok() != destroyed.contains(i));
        if (key && !synced.contains(i)) pending.emplace(i, key->view());
      } else if (step == 4) {
        RC_ASSERT(f.store->sync().ok());
        synced.merge(pending);
        pending.clear();
      } else if (step == 5) {
        RC_ASSERT(f.store->destroy(name_of(i)).ok());
        destroyed.insert(i);
        synced.erase(i);
        pending.erase(i);
      } else if (step == 6) {
        f.reopen();
        pending.clear();
      }
      for (int k = 0; k < 6; ++k) {
        const Result<Key> key = f.store->find(name_of(k));
        const auto expected = synced.contains(k) ? synced.find(k) : pending.find(k);
        RC_ASSERT(key.ok() == (synced.contains(k) || pending.contains(k)));
        if (key) RC_ASSERT(key->view() == expected->second);
        if (!key) RC_ASSERT((key.error().code == ErrorCode::erased) == destroyed.contains(k));
      }
    }
  }));
}

TEST_CASE("names of keys do not meet, and are read back from their bytes") {
  std::set<std::string> all;
  std::size_t count = 0;
  for (const KeyName& name :
       {KeyName::subject(LedgerId(1), "a"), KeyName::subject(LedgerId(2), "a"),
        KeyName::tenant(LedgerId(1)), KeyName::bucket(LedgerId(1), "a", "b"),
        KeyName::bucket(LedgerId(1), "ab", ""), KeyName::bucket(LedgerId(1), "", "ab"),
        KeyName::deployment("a"), KeyName::deployment("")}) {
    all.insert(name.bytes());
    ++count;
    CHECK(KeyName::parse(name.bytes()).value() == name);
    CHECK(!name.describe().empty());
  }
  CHECK(all.size() == count);
  for (const std::string_view bad : {"", "z", "s", "t123", "t12345", "b123412", "b1234\x01\x01"})
    CHECK(KeyName::parse(bad).error().code == ErrorCode::corrupt);
}

}  // namespace
}  // namespace recourse
