#pragma once

namespace recourse {

/// Kills this process (SIGKILL, so nothing is flushed or destroyed) when the environment variable
/// RECOURSE_FAILPOINT is `name`, or `name:<count>` and this is the count-th call for it.
void reach_failpoint(const char* name) noexcept;

}  // namespace recourse

/// A place at which a crash test may end the process. Costs nothing unless built with
/// RECOURSE_FAILPOINTS.
#ifdef RECOURSE_FAILPOINTS
#define FAILPOINT(name) ::recourse::reach_failpoint(name)
#else
#define FAILPOINT(name) static_cast<void>(0)
#endif
