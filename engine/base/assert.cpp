#include "engine/base/assert.h"

#include <cstdio>
#include <cstdlib>

namespace recourse {

void assertion_failed(const char* condition, const char* what, const char* file,
                      int line) noexcept {
  std::fprintf(stderr, "%s:%d: broken invariant: %s (%s)\n", file, line, what, condition);
  std::abort();
}

}  // namespace recourse
