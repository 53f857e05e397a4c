#pragma once

#include <chrono>
#include <memory>

#include "engine/witness/post_port.h"

namespace recourse {

/// POST over HTTP or HTTPS, without redirects: what is asked for is asked of whom the operator
/// named. Five seconds to connect, ten for each piece of the answer, `most` for all of it. Threads:
/// any.
std::unique_ptr<PostPort> http_post(std::chrono::milliseconds most = std::chrono::seconds(30));

}  // namespace recourse
