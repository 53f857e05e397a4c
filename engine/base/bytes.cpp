#include "engine/base/bytes.h"

#include <xxhash.h>

#include <algorithm>

namespace recourse {
namespace {

constexpr std::string_view kHex = "0123456789abcdef";
constexpr std::string_view kBase64 =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

constexpr std::array<std::int16_t, 256> inverse(std::string_view alphabet) {
  std::array<std::int16_t, 256> table{};
  for (auto& entry : table) entry = -1;
  for (std::size_t i = 0; i < alphabet.size(); ++i)
    table[static_cast<unsigned char>(alphabet[i])] = static_cast<std::int16_t>(i);
  return table;
}
constexpr auto kFromBase64 = inverse(kBase64);
constexpr auto kFromHex = inverse(kHex);

template <class Integer>
void put(std::string& out, Integer value) {
  for (int shift = static_cast<int>(sizeof(Integer) - 1) * 8; shift >= 0; shift -= 8)
    out.push_back(static_cast<char>(static_cast<std::uint64_t>(value) >> shift));
}

template <class Integer>
Integer get(std::string_view in) {
  RECOURSE_ASSERT(in.size() >= sizeof(Integer), "enough bytes for an integer");
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < sizeof(Integer); ++i)
    value = value << 8 | static_cast<unsigned char>(in[i]);
  return static_cast<Integer>(value);
}

}  // namespace

std::string to_hex(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size() * 2);
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    out.push_back(kHex[byte >> 4]);
    out.push_back(kHex[byte & 15]);
  }
  return out;
}

Result<std::string> from_hex(std::string_view text) {
  if (text.size() % 2 != 0) return Error{ErrorCode::invalid, "hex text of odd length"};
  std::string out;
  out.reserve(text.size() / 2);
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const int high = kFromHex[static_cast<unsigned char>(text[i])];
    const int low = kFromHex[static_cast<unsigned char>(text[i + 1])];
    if (high < 0 || low < 0) return Error{ErrorCode::invalid, "not lower-case hex"};
    out.push_back(static_cast<char>(high << 4 | low));
  }
  return out;
}

std::string to_base64(std::string_view bytes) {
  std::string out;
  append_base64(out, bytes);
  return out;
}

void append_base64(std::string& out, std::string_view bytes) {
  const std::size_t at = out.size();
  out.resize(at + (bytes.size() + 2) / 3 * 4, '=');
  char* to = out.data() + at;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t left = std::min<std::size_t>(3, bytes.size() - i);
    std::uint32_t group = 0;
    for (std::size_t k = 0; k < 3; ++k)
      group = group << 8 | (k < left ? static_cast<unsigned char>(bytes[i + k]) : 0U);
    for (std::size_t k = 0; k < 4; ++k, ++to)
      if (k <= left) *to = kBase64[group >> (18 - 6 * k) & 63];
  }
}

namespace {

/// Bytes that `text` decodes to, written to `out`, which has room for 3 for each 4 characters; -1
/// when it is not base64.
std::ptrdiff_t decode_base64(std::string_view text, char* out) {
  if (text.size() % 4 != 0) return -1;
  const char* const begin = out;
  for (std::size_t i = 0; i < text.size(); i += 4) {
    const bool last = i + 4 == text.size();
    const std::size_t padding =
        last ? static_cast<std::size_t>((text[i + 3] == '=') +
                                        (text[i + 2] == '=' && text[i + 3] == '='))
             : 0;
    std::uint32_t group = 0;
    for (std::size_t k = 0; k < 4; ++k) {
      const int value = k < 4 - padding ? kFromBase64[static_cast<unsigned char>(text[i + k])] : 0;
      if (value < 0) return -1;
      group = group << 6 | static_cast<std::uint32_t>(value);
    }
    if ((padding == 1 && (group & 0xff) != 0) || (padding == 2 && (group & 0xffff) != 0)) return -1;
    for (std::size_t k = 0; k < 3 - padding; ++k) *out++ = static_cast<char>(group >> (16 - 8 * k));
  }
  return out - begin;
}

}  // namespace

Result<std::string> from_base64(std::string_view text) {
  std::string out(text.size() / 4 * 3, '\0');
  const std::ptrdiff_t size = decode_base64(text, out.data());
  if (size < 0) return Error{ErrorCode::invalid, "not base64 with padding"};
  out.resize(static_cast<std::size_t>(size));
  return out;
}

Result<Hash> hash_from_base64(std::string_view text) {
  constexpr std::size_t kCharacters = 44;
  std::array<char, kCharacters / 4 * 3> bytes;
  Hash hash;
  if (text.size() != kCharacters ||
      decode_base64(text, bytes.data()) != static_cast<std::ptrdiff_t>(hash.size()))
    return Error{ErrorCode::invalid, "not 32 bytes in base64 with padding"};
  std::copy_n(bytes.begin(), hash.size(), hash.begin());
  return hash;
}

void put_u16(std::string& out, std::uint16_t value) { put(out, value); }
void put_u32(std::string& out, std::uint32_t value) { put(out, value); }
void put_u64(std::string& out, std::uint64_t value) { put(out, value); }
std::uint16_t get_u16(std::string_view in) { return get<std::uint16_t>(in); }
std::uint32_t get_u32(std::string_view in) { return get<std::uint32_t>(in); }
std::uint64_t get_u64(std::string_view in) { return get<std::uint64_t>(in); }

std::uint64_t checksum(std::string_view bytes) { return XXH3_64bits(bytes.data(), bytes.size()); }

std::uint64_t xxh64(std::string_view bytes) { return XXH64(bytes.data(), bytes.size(), 0); }

}  // namespace recourse
