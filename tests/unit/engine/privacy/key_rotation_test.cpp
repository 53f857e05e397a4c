#include "engine/privacy/key_rotation.h"

#include <doctest/doctest.h>

#include <fstream>

#include "engine/privacy/kek.h"
#include "tests/unit/engine/privacy/temporary_directory.h"

namespace recourse {
namespace {

const LedgerId kRotatedLedger(3);

struct RotationFixture {
  TemporaryDirectory directory;
  SystemRandom random;
  std::filesystem::path kek_file = directory / "data.kek";
  std::filesystem::path next_file = directory / "data.kek.next";
  std::unique_ptr<KeyStore> store = open(KeyStoreMode::create).value();
  Key tenant = store->obtain(KeyName::tenant(kRotatedLedger)).value();
  SubjectId jane = store->obtain_subject(kRotatedLedger, "jane@example.com").value();
  SubjectId joe = store->obtain_subject(kRotatedLedger, "joe@example.com").value();

  Result<std::unique_ptr<KeyStore>> open(KeyStoreMode mode) {
    return open_key_store(directory / "keys", kek_file, random, {.mode = mode});
  }
  void reopen() {
    store.reset();
    store = open(KeyStoreMode::existing).value();
  }
  void check_all_there() const {
    CHECK(store->find(KeyName::tenant(kRotatedLedger)).value() == tenant);
    CHECK(store->find_subject(kRotatedLedger, "jane@example.com").value() == jane);
    CHECK(store->find(KeyName::subject(kRotatedLedger, jane.value())));
  }
};

TEST_CASE("a rotation keeps every living key, the directory and what is destroyed") {
  RotationFixture f;
  const Kek old = read_kek(f.kek_file).value();
  REQUIRE(f.store->sync());
  REQUIRE(f.store->destroy(KeyName::subject(kRotatedLedger, f.joe.value())));
  const Key pending = f.store->obtain(KeyName::tenant(LedgerId(4))).value();
  REQUIRE(begin_kek_rotation(*f.store, f.kek_file, f.random));
  CHECK(f.store->epoch() == 2);
  f.check_all_there();
  REQUIRE(finish_kek_rotation(*f.store, f.kek_file));
  f.reopen();
  f.check_all_there();
  CHECK(f.store->find(KeyName::tenant(LedgerId(4))).value() == pending);
  CHECK(f.store->find(KeyName::subject(kRotatedLedger, f.joe.value())).error().code ==
        ErrorCode::erased);
  CHECK(f.store->find_subject(kRotatedLedger, "joe@example.com").error().code ==
        ErrorCode::not_found);
  CHECK(f.store->obtain_subject(kRotatedLedger, "JANE@example.com").value() == f.jane);
  f.store.reset();
  CHECK(KeyStore::open(f.directory / "keys", old, f.random).error().code ==
        ErrorCode::unauthenticated);
}

TEST_CASE(
    "a crash at any moment of a rotation leaves a store that opens, and the rotation goes on") {
  RotationFixture f;
  REQUIRE(f.store->sync());
  SUBCASE("before the store was re-wrapped") {
    REQUIRE(create_kek(f.next_file, 2, f.random));
    f.reopen();
    CHECK(f.store->epoch() == 1);
    CHECK(finish_kek_rotation(*f.store, f.kek_file).error().code == ErrorCode::conflict);
    REQUIRE(begin_kek_rotation(*f.store, f.kek_file, f.random));
  }
  SUBCASE("after the store was re-wrapped") {
    REQUIRE(begin_kek_rotation(*f.store, f.kek_file, f.random));
    f.reopen();
    CHECK(begin_kek_rotation(*f.store, f.kek_file, f.random).error().code == ErrorCode::conflict);
  }
  SUBCASE("while the old key file was overwritten") {
    REQUIRE(begin_kek_rotation(*f.store, f.kek_file, f.random));
    std::ofstream(f.kek_file, std::ios::binary) << std::string(56, '\0');
    f.reopen();
  }
  f.check_all_there();
  CHECK(f.store->epoch() == 2);
  REQUIRE(finish_kek_rotation(*f.store, f.kek_file));
  CHECK(finish_kek_rotation(*f.store, f.kek_file).error().code == ErrorCode::not_found);
  f.reopen();
  CHECK(f.store->epoch() == 2);
  f.check_all_there();
}

TEST_CASE("a lost key file is never replaced by a new key while the store exists") {
  RotationFixture f;
  REQUIRE(f.store->sync());
  f.store.reset();
  std::filesystem::remove(f.kek_file);
  CHECK(f.open(KeyStoreMode::create).error().code == ErrorCode::not_found);
  CHECK(!std::filesystem::exists(f.kek_file));
}

}  // namespace
}  // namespace recourse
