#include "api/routes/quotas.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <memory>

namespace recourse::routes::served {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

const Timestamp kMorning = *from_rfc3339("2026-03-02T08:00:00Z");
constexpr http::Rate kTenAnHour{10, hours(1)};

/// A file of counts, and the program that has it open.
struct Program {
  std::filesystem::path directory;
  std::string file;
  std::unique_ptr<Quotas> quotas;
  Timestamp now = kMorning;

  Program() {
    std::string pattern = (std::filesystem::temp_directory_path() / "quotas-XXXXXX").string();
    REQUIRE(mkdtemp(pattern.data()) != nullptr);
    directory = pattern;
    file = (directory / "throttles").string();
    start();
  }
  ~Program() {
    quotas.reset();
    std::filesystem::remove_all(directory);
  }
  void start() {
    quotas = std::make_unique<Quotas>(file, "secret", now);
    REQUIRE(quotas->opened().ok());
  }
  /// What kill -9 leaves: the file as it is, without what an ordinary end adds.
  void kill_and_start() {
    const auto left = directory / "left";
    std::filesystem::copy_file(file, left, std::filesystem::copy_options::overwrite_existing);
    quotas.reset();
    std::filesystem::rename(left, file);
    start();
  }
  void lose_power_and_start() {
    const auto left = directory / "left";
    std::filesystem::copy_file(file, left, std::filesystem::copy_options::overwrite_existing);
    quotas.reset();
    std::filesystem::rename(left, file);
    std::fstream bytes(file, std::ios::in | std::ios::out | std::ios::binary);
    bytes.seekp(21);
    bytes << "another-start-of-the-machine";
    bytes.close();
    start();
  }
  bool take(const char* caller = "ada", http::Rate rate = kTenAnHour, bool synced = true) {
    return quotas->take("user", caller, rate, synced, now).allowed;
  }
  int allowed(int tries, const char* caller = "ada", http::Rate rate = kTenAnHour,
              bool synced = true) {
    int count = 0;
    for (int i = 0; i < tries; ++i) count += take(caller, rate, synced) ? 1 : 0;
    return count;
  }
};

TEST_CASE("ten an hour are ten an hour, and the eleventh is told how long to wait") {
  Program program;
  CHECK(program.allowed(10) == 10);
  const auto refused = program.quotas->take("user", "ada", kTenAnHour, true, program.now);
  CHECK_FALSE(refused.allowed);
  CHECK(refused.remaining == 0);
  CHECK(refused.retry_after == seconds(3'660));
  CHECK(program.allowed(1, "bob") == 1);
  program.now += seconds(3'659);
  CHECK_FALSE(program.take());
  program.now += seconds(1);
  CHECK(program.take());
}

TEST_CASE("after kill -9 exactly what was left is left") {
  Program program;
  constexpr http::Rate kThousand{1'000, hours(1)};
  CHECK(program.allowed(7) == 7);
  CHECK(program.allowed(321, "bob", kThousand) == 321);
  CHECK(program.allowed(9, "192.0.2.1", kTenAnHour, /*synced=*/false) == 9);
  for (int i = 0; i < 3; ++i) program.kill_and_start();
  CHECK(program.allowed(20) == 3);
  CHECK(program.allowed(2'000, "bob", kThousand) == 679);
  CHECK(program.allowed(20, "192.0.2.1", kTenAnHour, false) == 1);
}

TEST_CASE("after an ordinary end exactly what was left is left") {
  Program program;
  constexpr http::Rate kThousand{1'000, hours(1)};
  CHECK(program.allowed(321, "bob", kThousand) == 321);
  program.quotas.reset();
  program.start();
  CHECK(program.allowed(2'000, "bob", kThousand) == 679);
}

TEST_CASE("after a power failure a block is lost, and never one let through twice") {
  Program program;
  constexpr http::Rate kThousand{1'000, hours(1)};
  CHECK(program.allowed(321, "bob", kThousand) == 321);
  program.lose_power_and_start();
  // 321 lies in the seventh block of fifty.
  CHECK(program.allowed(2'000, "bob", kThousand) == 650);
}

TEST_CASE("a block reaches no further than the limit") {
  Program program;
  constexpr http::Rate kMany{100, hours(1)};
  CHECK(program.allowed(99, "ada", kMany) == 99);
  program.lose_power_and_start();
  CHECK(program.allowed(5, "ada", kMany) <= 1);
  program.now += hours(2);
  CHECK(program.allowed(200, "ada", kMany) == 100);
}

TEST_CASE(
    "a limit that is changed counts anew for another window, and goes on for another number") {
  Program program;
  CHECK(program.allowed(10) == 10);
  CHECK(program.allowed(20, "ada", {12, hours(1)}) == 2);
  CHECK(program.allowed(20, "ada", {5, seconds(60)}) == 5);
}

TEST_CASE("what was broken off in the file is left out") {
  Program program;
  CHECK(program.allowed(4) == 4);
  program.quotas.reset();
  const auto whole = std::filesystem::file_size(program.file);
  std::ofstream(program.file, std::ios::app | std::ios::binary) << "half a record";
  program.start();
  CHECK(program.allowed(20) == 6);
  program.quotas.reset();
  CHECK(std::filesystem::file_size(program.file) == whole);
}

TEST_CASE("a file of something else is refused and kept") {
  Program program;
  program.quotas.reset();
  std::ofstream(program.file, std::ios::trunc) << "shopping list";
  const Quotas other(program.file, "secret", kMorning);
  CHECK(other.opened().error().code == ErrorCode::unsupported);
  CHECK(std::filesystem::file_size(program.file) == 13);
}

TEST_CASE("the file stays small however many requests are counted") {
  Program program;
  constexpr http::Rate kNever{1'000'000, hours(1)};
  CHECK(program.allowed(60'000, "ada", kNever) == 60'000);
  CHECK(std::filesystem::file_size(program.file) < (2U << 20));
  program.kill_and_start();
  CHECK(program.quotas->take("user", "ada", kNever, true, program.now).remaining == 939'999);
}

TEST_CASE("past the most callers new ones share a count, and those known keep their own") {
  Program program;
  Quotas few("", "secret", kMorning, 3);
  const auto take = [&](const char* caller) {
    return few.take("anon", caller, {2, hours(1)}, false, kMorning).allowed;
  };
  CHECK(take("a"));
  CHECK(take("b"));
  CHECK(take("c"));
  CHECK(take("x"));
  CHECK(take("y"));
  CHECK_FALSE(take("z"));
  CHECK(take("a"));
  CHECK_FALSE(take("a"));
}

}  // namespace
}  // namespace recourse::routes::served
