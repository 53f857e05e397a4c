#pragma once

namespace recourse {

/// Prints `what` with its place on standard error and aborts.
[[noreturn]] void assertion_failed(const char* condition, const char* what, const char* file,
                                   int line) noexcept;

}  // namespace recourse

/// Our own mistakes stop the program, in release too: a wrong ledger is worse than none.
#define RECOURSE_ASSERT(condition, what) \
  ((condition) ? void(0) : ::recourse::assertion_failed(#condition, what, __FILE__, __LINE__))
