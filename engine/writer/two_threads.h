#pragma once

#include <functional>
#include <vector>

#include "engine/base/result.h"

namespace recourse {

using Job = std::function<Status()>;

/// Does all `jobs` on this thread and one more; they are begun in their order, so the longest ones
/// come first. Errors: of the first that failed; nothing more is begun after it.
Status do_on_two_threads(const std::vector<Job>& jobs);

}  // namespace recourse
