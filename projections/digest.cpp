#include "projections/digest.h"

#include <algorithm>

#include "engine/base/sha256.h"

namespace recourse {
namespace {

std::array<std::uint64_t, 4> words_of(const Hash& hash) {
  std::array<std::uint64_t, 4> words;
  for (std::size_t i = 0; i < 4; ++i) words[3 - i] = get_u64(as_text(hash).substr(i * 8));
  return words;
}

}  // namespace

Hash Digest::of_row(std::string_view key, std::string_view json) {
  const auto size = static_cast<std::uint32_t>(key.size());
  const char length[] = {static_cast<char>(size >> 24), static_cast<char>(size >> 16),
                         static_cast<char>(size >> 8), static_cast<char>(size)};
  return sha256({{length, sizeof length}, key, json});
}

void Digest::add(const Hash& row) {
  const auto other = words_of(row);
  unsigned __int128 carry = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    carry += static_cast<unsigned __int128>(words_[i]) + other[i];
    words_[i] = static_cast<std::uint64_t>(carry);
    carry >>= 64;
  }
}

void Digest::subtract(const Hash& row) {
  const auto other = words_of(row);
  bool borrow = false;
  for (std::size_t i = 0; i < 4; ++i) {
    const std::uint64_t before = words_[i];
    words_[i] = before - other[i] - (borrow ? 1 : 0);
    borrow = borrow ? before <= other[i] : before < other[i];
  }
}

Hash Digest::value() const {
  std::string bytes;
  for (std::size_t i = 4; i-- > 0;) put_u64(bytes, words_[i]);
  Hash hash;
  std::copy(bytes.begin(), bytes.end(), hash.begin());
  return hash;
}

Digest Digest::from(const Hash& value) {
  Digest digest;
  digest.words_ = words_of(value);
  return digest;
}

}  // namespace recourse
