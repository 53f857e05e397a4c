#pragma once

#include <filesystem>
#include <string>

#include "tools/audit/bundle_report.h"

namespace recourse {

/// Verifier keys as their reader got them outside of the bundle. Empty: the bundle's own copy, and
/// nothing says that it is the right one.
struct BundleKeys {
  std::string log_key, report_key;
};

/// Verifies a bundle by the rules of VERIFY.md, as verify.py and verify.html do, with the same
/// verdict. Nothing of the deployment is needed. Memory is bounded whatever the bundle's size.
/// Threads: any.
BundleReport verify_bundle(const std::filesystem::path& root, const BundleKeys& keys);

}  // namespace recourse
