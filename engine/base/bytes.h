#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "engine/base/result.h"

namespace recourse {

using Hash = std::array<std::uint8_t, 32>;  ///< A SHA-256 or HMAC-SHA-256 value.

/// The bytes of an array, as the text type that RocksDB and OpenSSL calls take here.
template <std::size_t N>
std::string_view as_text(const std::array<std::uint8_t, N>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), N};
}
inline const std::uint8_t* as_bytes(std::string_view text) {
  return reinterpret_cast<const std::uint8_t*>(text.data());
}

std::string to_hex(std::string_view bytes);
Result<std::string> from_hex(std::string_view text);

/// Standard alphabet with padding, RFC 4648 section 4. Decoding is strict: no white space, no
/// missing padding, no stray bits.
std::string to_base64(std::string_view bytes);
void append_base64(std::string& out, std::string_view bytes);
Result<std::string> from_base64(std::string_view text);

Result<Hash> hash_from_base64(std::string_view text);

/// Big-endian, so that RocksDB's key order is the numeric order.
void put_u16(std::string& out, std::uint16_t value);
void put_u32(std::string& out, std::uint32_t value);
void put_u64(std::string& out, std::uint64_t value);
/// REQUIRES: enough bytes.
std::uint16_t get_u16(std::string_view in);
std::uint32_t get_u32(std::string_view in);
std::uint64_t get_u64(std::string_view in);

/// XXH3-64 of `bytes`: guards stored records, never evidence.
std::uint64_t checksum(std::string_view bytes);

/// XXH64 with seed 0: spreads units over the buckets of a rollout.
std::uint64_t xxh64(std::string_view bytes);

}  // namespace recourse
