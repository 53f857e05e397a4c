#include "engine/privacy/kek.h"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <fstream>
#include <iterator>

#include "tests/unit/engine/privacy/temporary_directory.h"

namespace recourse {
namespace {

std::string bytes_of(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void write(const std::filesystem::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
  ::chmod(path.c_str(), 0600);
}

TEST_CASE("a key file that was created is read back, and only its owner may read it") {
  const TemporaryDirectory directory;
  SystemRandom random;
  const mode_t before = ::umask(0);
  const Result<Kek> made = create_kek(directory / "a.kek", 3, random);
  ::umask(before);
  REQUIRE(made);
  const Result<Kek> read = read_kek(directory / "a.kek");
  REQUIRE(read);
  CHECK(read->epoch == 3);
  CHECK(read->key == made->key);
  struct stat about {};
  REQUIRE(::stat((directory / "a.kek").c_str(), &about) == 0);
  CHECK((about.st_mode & 07777) == 0600);
  CHECK(!std::filesystem::exists(directory / "a.kek.draft"));
}

TEST_CASE("the key file has the bytes its document shows") {
  const TemporaryDirectory directory;
  struct Counting final : Random {
    void fill(std::span<std::uint8_t> out) override {
      for (std::size_t i = 0; i < out.size(); ++i) out[i] = static_cast<std::uint8_t>(i);
    }
  } random;
  REQUIRE(create_kek(directory / "a.kek", 1, random));
  const std::string head =
      "5243534b454b310a"
      "0000000000000001"
      "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
  CHECK(to_hex(bytes_of(directory / "a.kek")) == head + "c0e776539f811e26");
}

TEST_CASE("a key file is never replaced by creating one") {
  const TemporaryDirectory directory;
  SystemRandom random;
  const Result<Kek> first = create_kek(directory / "a.kek", 1, random);
  REQUIRE(first);
  CHECK(create_kek(directory / "a.kek", 2, random).error().code == ErrorCode::conflict);
  CHECK(read_kek(directory / "a.kek")->key == first->key);
}

TEST_CASE("a missing key file is an error when read, and one is made where there is a place") {
  const TemporaryDirectory directory;
  SystemRandom random;
  CHECK(read_kek(directory / "a.kek").error().code == ErrorCode::not_found);
  const Result<Kek> made = create_kek(directory / "a.kek", 1, random);
  REQUIRE(made);
  CHECK(made->epoch == 1);
  CHECK(create_kek(directory / "no/such/a.kek", 1, random).error().code == ErrorCode::io);
}

TEST_CASE("a key file that others may use is refused, with what to do") {
  const TemporaryDirectory directory;
  SystemRandom random;
  REQUIRE(create_kek(directory / "a.kek", 1, random));
  for (const mode_t mode : {0640, 0604, 0660, 0601, 0620}) {
    ::chmod((directory / "a.kek").c_str(), mode);
    const Result<Kek> read = read_kek(directory / "a.kek");
    REQUIRE(!read);
    CHECK(read.error().code == ErrorCode::forbidden);
    CHECK(read.error().message.find("chmod 600") != std::string::npos);
  }
  ::chmod((directory / "a.kek").c_str(), 0400);
  CHECK(read_kek(directory / "a.kek"));
}

TEST_CASE("a file of another size, of another kind or damaged is no key file") {
  const TemporaryDirectory directory;
  SystemRandom random;
  REQUIRE(create_kek(directory / "a.kek", 1, random));
  const std::string good = bytes_of(directory / "a.kek");
  REQUIRE(good.size() == 56);
  for (const std::string& bad : {std::string(), std::string(32, 'k'), good.substr(0, 55),
                                 good + "\n", std::string(56, '\0')}) {
    write(directory / "b.kek", bad);
    CHECK(read_kek(directory / "b.kek").error().code == ErrorCode::invalid);
  }
  for (std::size_t at = 8; at < good.size(); ++at) {
    std::string flipped = good;
    flipped[at] = static_cast<char>(flipped[at] ^ 0x20);
    write(directory / "b.kek", flipped);
    CHECK(read_kek(directory / "b.kek").error().code == ErrorCode::corrupt);
  }
  CHECK(read_kek(directory / ".").error().code == ErrorCode::invalid);
}

TEST_CASE("replacing a key file leaves the next key alone, and can be done again after a crash") {
  const TemporaryDirectory directory;
  SystemRandom random;
  REQUIRE(create_kek(directory / "a.kek", 1, random));
  const Result<Kek> next = create_kek(directory / "a.kek.next", 2, random);
  write(directory / "a.kek", std::string(56, '\0'));  // As a crash before the rename leaves it.
  REQUIRE(replace_kek(directory / "a.kek", directory / "a.kek.next"));
  CHECK(read_kek(directory / "a.kek")->key == next->key);
  CHECK(!std::filesystem::exists(directory / "a.kek.next"));
  CHECK(replace_kek(directory / "a.kek", directory / "a.kek.next").error().code ==
        ErrorCode::not_found);
  CHECK(read_kek(directory / "a.kek")->epoch == 2);
}

}  // namespace
}  // namespace recourse
