#include "engine/privacy/field_keys.h"

#include <doctest/doctest.h>

#include <thread>
#include <vector>

#include "engine/privacy/seal.h"
#include "tests/unit/engine/privacy/temporary_directory.h"

namespace recourse {
namespace {

struct Fixture {
  TemporaryDirectory directory;
  SeededRandom random{7};
  std::unique_ptr<KeyStore> store =
      KeyStore::open(directory / "keys", Kek{1, Key(std::string(32, 'k'))}, random,
                     {.mode = KeyStoreMode::create})
          .value();
  std::vector<std::string> subjects{"sub_a", "sub_b"};
  FieldKeyName name(std::string_view month = "2026-01") const {
    return {"example.com/t/1", LedgerId(1), subjects, "pii-24m", month};
  }
};

TEST_CASE("a field key is the one derived from the stored keys") {
  Fixture f;
  FieldKeys keys(*f.store);
  CHECK(keys.find(f.name()).error().code == ErrorCode::not_found);
  const FieldKey made = keys.obtain(f.name()).value();
  const std::array subjects{f.store->find(KeyName::subject(LedgerId(1), "sub_a")).value(),
                            f.store->find(KeyName::subject(LedgerId(1), "sub_b")).value()};
  const Key bucket = f.store->find(KeyName::bucket(LedgerId(1), "pii-24m", "2026-01")).value();
  CHECK(made == derive_field_key(subjects, bucket, "example.com/t/1"));
  CHECK(keys.find(f.name()).value() == made);
  CHECK(!(keys.obtain(f.name("2026-02")).value() == made));
}

TEST_CASE("a value of no subject is sealed under the tenant's own key") {
  Fixture f;
  f.subjects.clear();
  FieldKeys keys(*f.store);
  const FieldKey made = keys.obtain(f.name()).value();
  const std::array tenant{f.store->find(KeyName::tenant(LedgerId(1))).value()};
  const Key bucket = f.store->find(KeyName::bucket(LedgerId(1), "pii-24m", "2026-01")).value();
  CHECK(made == derive_field_key(tenant, bucket, "example.com/t/1"));
}

TEST_CASE("erasing any one subject, or the month, makes the field key unobtainable at once") {
  Fixture f;
  FieldKeys keys(*f.store);
  REQUIRE(keys.obtain(f.name()));
  REQUIRE(keys.obtain(f.name("2026-02")));
  REQUIRE(f.store->destroy(KeyName::bucket(LedgerId(1), "pii-24m", "2026-01")));
  CHECK(keys.find(f.name()).error().code == ErrorCode::erased);
  CHECK(keys.find(f.name("2026-02")));
  REQUIRE(f.store->destroy(KeyName::subject(LedgerId(1), "sub_b")));
  CHECK(keys.find(f.name("2026-02")).error().code == ErrorCode::erased);
  CHECK(keys.obtain(f.name("2026-02")).error().code == ErrorCode::erased);
}

TEST_CASE("a small cache forgets, and derives the same key again") {
  Fixture f;
  FieldKeys keys(*f.store, 1);
  std::vector<FieldKey> made;
  std::vector<std::string> months;
  for (int i = 0; i < 40; ++i) months.push_back("2026-" + std::to_string(i));
  for (const std::string& month : months) made.push_back(keys.obtain(f.name(month)).value());
  for (std::size_t i = 0; i < months.size(); ++i)
    CHECK(keys.find(f.name(months[i])).value() == made[i]);
}

TEST_CASE("threads that open while a key is destroyed see it erased afterwards") {
  Fixture f;
  FieldKeys keys(*f.store);
  REQUIRE(keys.obtain(f.name()));
  std::atomic<bool> stop{false};
  std::vector<std::jthread> readers;
  for (int i = 0; i < 3; ++i)
    readers.emplace_back([&] {
      while (!stop) static_cast<void>(keys.find(f.name()));
    });
  REQUIRE(f.store->destroy(KeyName::subject(LedgerId(1), "sub_a")));
  for (int i = 0; i < 100; ++i) CHECK(keys.find(f.name()).error().code == ErrorCode::erased);
  stop = true;
}

}  // namespace
}  // namespace recourse
