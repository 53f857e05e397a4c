#pragma once

#include <memory>

#include "engine/witness/post_port.h"

namespace recourse {

/// POST over HTTP or HTTPS, without redirects: what is asked for is asked of whom the operator
/// named. Five seconds to connect, ten for the answer. Threads: any.
std::unique_ptr<PostPort> http_post();

}  // namespace recourse
