#pragma once

#include <array>
#include <cstdint>
#include <mutex>
#include <span>
#include <string>
#include <string_view>

#include "engine/base/id.h"
#include "engine/base/result.h"
#include "engine/base/time.h"

namespace recourse {

/// Where randomness comes from, so that a whole deployment can run from one seed. Any thread.
class Random {
 public:
  virtual ~Random() = default;
  virtual void fill(std::span<std::uint8_t> out) = 0;

  template <std::size_t N>
  std::array<std::uint8_t, N> bytes() {
    std::array<std::uint8_t, N> out;
    fill(out);
    return out;
  }
};

/// The operating system's generator; aborts when it has none.
class SystemRandom final : public Random {
 public:
  void fill(std::span<std::uint8_t> out) override;
};

/// The same bytes for the same seed on every machine. Never for keys that guard anything real.
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed) : state_(seed) {}
  void fill(std::span<std::uint8_t> out) override;

 private:
  std::mutex mutex_;
  std::uint64_t state_;
};

/// `prefix` + ULID of `time`: 26 characters of Crockford's base 32, sortable by time.
std::string make_ulid(std::string_view prefix, Timestamp time, Random& random);

/// act_ + base 32 of a UUIDv7 (RFC 9562): the same 128 bits as the UUID that served paths show.
ActionId make_action_id(Timestamp time, Random& random);
/// The UUID in lower case, or nothing when `id` is not one that make_action_id could have made.
std::string to_uuid(const ActionId& id);
/// Errors: invalid.
Result<ActionId> action_id_from_uuid(std::string_view uuid);

}  // namespace recourse
