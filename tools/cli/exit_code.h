#pragma once

namespace recourse::cli {

/// What every subcommand returns.
inline constexpr int kDone = 0;
inline constexpr int kFoundProblem = 1;
inline constexpr int kCouldNotTell = 2;
inline constexpr int kWrongUsage = 64;  ///< EX_USAGE of sysexits.h

}  // namespace recourse::cli
