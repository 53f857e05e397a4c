#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "tools/audit/bundle_report.h"

namespace recourse::soc2 {

/// Makes the report of the package in `dir` again from its leaves and parameters. Returned: the
/// paths whose bytes differ, that are missing, or that nothing makes; none when all of it is as it
/// was. The parameters are believed no more than the rest: the period is that of the verified
/// leaves, begins at 0 or at a signed head before `from`, every kept head is signed by the log key
/// or one that a leaf of the deployment says it replaced, and what is said of witnesses and time
/// stamps is what the bundle proves. `verified`: what verify_bundle found in `dir`, intact.
/// Errors: invalid when the parameters are others, with which; unsupported for a bundle that is no
/// package; io.
recourse::Result<std::vector<std::string>> rerun_package(const std::filesystem::path& dir,
                                                         const BundleReport& verified);

}  // namespace recourse::soc2
