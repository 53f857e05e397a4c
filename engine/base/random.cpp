#include "engine/base/random.h"

#include <openssl/rand.h>

#include <algorithm>

#include "engine/base/bytes.h"

namespace recourse {
namespace {

constexpr std::string_view kCrockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr std::string_view kActionPrefix = "act_";
using Bits128 = std::array<std::uint8_t, 16>;

/// 128 bits as 26 characters: two leading zero bits, then five bits a character.
std::string to_base32(const Bits128& bits) {
  std::string out(26, '0');
  unsigned __int128 value = 0;
  for (const std::uint8_t byte : bits) value = value << 8 | byte;
  for (std::size_t i = 26; i-- > 0; value >>= 5)
    out[i] = kCrockford[static_cast<std::size_t>(value & 31)];
  return out;
}

Result<Bits128> from_base32(std::string_view text) {
  if (text.size() != 26 || text[0] > '7')
    return Error{ErrorCode::invalid, "not 128 bits in base 32"};
  unsigned __int128 value = 0;
  for (const char c : text) {
    const std::size_t digit = kCrockford.find(c);
    if (digit == std::string_view::npos) return Error{ErrorCode::invalid, "not Crockford base 32"};
    value = value << 5 | digit;
  }
  Bits128 bits;
  for (std::size_t i = 16; i-- > 0; value >>= 8) bits[i] = static_cast<std::uint8_t>(value);
  return bits;
}

Bits128 time_then_random(Timestamp time, Random& random) {
  Bits128 bits;
  random.fill(bits);
  auto millis = static_cast<std::uint64_t>(
      std::chrono::floor<std::chrono::milliseconds>(time).time_since_epoch().count());
  for (std::size_t i = 6; i-- > 0; millis >>= 8) bits[i] = static_cast<std::uint8_t>(millis);
  return bits;
}

}  // namespace

void SystemRandom::fill(std::span<std::uint8_t> out) {
  RECOURSE_ASSERT(RAND_bytes(out.data(), static_cast<int>(out.size())) == 1,
                  "the system has randomness");
}

void SeededRandom::fill(std::span<std::uint8_t> out) {
  const std::lock_guard lock(mutex_);
  for (std::size_t i = 0; i < out.size();) {
    // SplitMix64 (Steele, Lea, Flood 2014): one state word, no library's changing idea of it.
    state_ += 0x9e3779b97f4a7c15ULL;
    std::uint64_t word = state_;
    word = (word ^ word >> 30) * 0xbf58476d1ce4e5b9ULL;
    word = (word ^ word >> 27) * 0x94d049bb133111ebULL;
    word ^= word >> 31;
    for (int k = 0; k < 8 && i < out.size(); ++k, ++i, word >>= 8)
      out[i] = static_cast<std::uint8_t>(word);
  }
}

std::string make_ulid(std::string_view prefix, Timestamp time, Random& random) {
  return std::string(prefix) + to_base32(time_then_random(time, random));
}

ActionId make_action_id(Timestamp time, Random& random) {
  Bits128 bits = time_then_random(time, random);
  // RFC 9562, 6.2, method 3: the fraction of the millisecond in rand_a, so that the actions of one
  // run sort in the order in which they were proposed.
  const auto fraction =
      static_cast<std::uint64_t>((time.time_since_epoch().count() % 1'000 + 1'000) % 1'000) *
      4'096 / 1'000;
  bits[6] = static_cast<std::uint8_t>(0x70 | fraction >> 8);
  bits[7] = static_cast<std::uint8_t>(fraction);
  bits[8] = static_cast<std::uint8_t>((bits[8] & 0x3f) | 0x80);
  return ActionId(std::string(kActionPrefix) + to_base32(bits));
}

std::string to_uuid(const ActionId& id) {
  const std::string_view text = id.value();
  if (!text.starts_with(kActionPrefix)) return {};
  const auto bits = from_base32(text.substr(kActionPrefix.size()));
  if (!bits) return {};
  std::string hex = to_hex(as_text(*bits));
  for (const std::size_t at : {20U, 16U, 12U, 8U}) hex.insert(at, 1, '-');
  return hex;
}

Result<ActionId> action_id_from_uuid(std::string_view uuid) {
  if (uuid.size() != 36 || uuid[8] != '-' || uuid[13] != '-' || uuid[18] != '-' || uuid[23] != '-')
    return Error{ErrorCode::invalid, "not a UUID"};
  std::string hex;
  for (const char c : uuid)
    if (c != '-') hex.push_back(c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c);
  RECOURSE_LET(const std::string bytes, from_hex(hex));
  if (bytes.size() != 16) return Error{ErrorCode::invalid, "not a UUID"};
  Bits128 bits;
  std::copy(bytes.begin(), bytes.end(), bits.begin());
  return ActionId(std::string(kActionPrefix) + to_base32(bits));
}

}  // namespace recourse
