#include "engine/policy/rollout.h"

#include "engine/base/bytes.h"

namespace recourse {

std::int64_t rollout_bucket(std::string_view key, std::string_view salt, std::string_view unit) {
  std::string text(key);
  text.append(1, '\0').append(salt).append(1, '\0').append(unit);
  return static_cast<std::int64_t>(xxh64(text) % static_cast<std::uint64_t>(kWholeRollout));
}

}  // namespace recourse
