#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "engine/base/result.h"

namespace recourse::bench {

struct LoadResult {
  double per_second = 0;
  double p50_us = 0, p99_us = 0;
  std::uint64_t requests = 0;
  std::uint64_t refused = 0;   ///< Answers that were not 2xx.
  std::string first_refusal;   ///< Text of the first of them.
  std::size_t body_bytes = 0;  ///< Of the last answer.
};

/// Keeps `connections` keep-alive connections to 127.0.0.1:`port` busy for `seconds` from one
/// thread: each sends the next request as soon as the answer to its last one is complete.
/// `request(n)` is the n-th request, head and body. Loopback only. Errors: io.
Result<LoadResult> load(std::uint16_t port, std::size_t connections, double seconds,
                        const std::function<std::string(std::uint64_t)>& request);

}  // namespace recourse::bench
