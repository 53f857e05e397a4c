#include "projections/digest.h"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>

using namespace recourse;

namespace {

Hash number(std::uint8_t lowest, std::uint8_t fill = 0) {
  Hash hash;
  hash.fill(fill);
  hash[31] = lowest;
  return hash;
}

Digest sum(const std::vector<Hash>& hashes) {
  Digest digest;
  for (const Hash& hash : hashes) digest.add(hash);
  return digest;
}

rc::Gen<std::vector<Hash>> hashes() {
  // Bytes at the ends of their range carry most often.
  const auto byte = rc::gen::element<std::uint8_t>(0, 1, 0x7F, 0x80, 0xFE, 0xFF);
  return rc::gen::container<std::vector<Hash>>(rc::gen::container<Hash>(byte));
}

}  // namespace

TEST_CASE("a digest is a big-endian sum whose carries run through all 256 bits") {
  Hash all_ones;
  all_ones.fill(0xFF);
  CHECK(sum({number(200), number(100)}).value()[31] == 44);
  CHECK(sum({number(200), number(100)}).value()[30] == 1);
  CHECK(sum({all_ones, number(1)}) == Digest());
  CHECK(sum({all_ones, all_ones}).value() == number(0xFE, 0xFF));
  Hash low_word{}, next_word{};
  std::fill(low_word.begin() + 24, low_word.end(), std::uint8_t{0xFF});
  next_word[23] = 1;
  CHECK(sum({low_word, number(1)}).value() == next_word);
}

TEST_CASE("a borrow runs through all words") {
  Digest digest;
  digest.subtract(number(1));
  CHECK(digest.value() == number(0xFF, 0xFF));
  Hash all_ones;
  all_ones.fill(0xFF);
  digest.subtract(all_ones);
  CHECK(digest == Digest());
}

TEST_CASE("the order of rows does not matter") {
  CHECK(rc::check([] {
    auto rows = *hashes();
    const Digest once = sum(rows);
    std::reverse(rows.begin(), rows.end());
    RC_ASSERT(sum(rows) == once);
    std::sort(rows.begin(), rows.end());
    RC_ASSERT(sum(rows) == once);
  }));
}

TEST_CASE("taking rows away again leaves what was there before") {
  CHECK(rc::check([] {
    const auto kept = *hashes(), passing = *hashes();
    Digest digest = sum(kept);
    for (const Hash& row : passing) digest.add(row);
    for (const Hash& row : passing) digest.subtract(row);
    RC_ASSERT(digest == sum(kept));
    RC_ASSERT(Digest::from(digest.value()) == digest);
  }));
}

TEST_CASE("where a row's key ends is part of its hash") {
  CHECK(Digest::of_row("ab", "c") != Digest::of_row("a", "bc"));
  // SHA-256 of 00 00 00 01, 61, 7b 7d, computed by another program.
  CHECK(to_hex(as_text(Digest::of_row("a", "{}"))) ==
        "adc6a4d1e7fbbbaafcb7eef8c58b349b97ffa597355413f62703c4264fbe11d7");
}
