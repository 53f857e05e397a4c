#pragma once

#include <filesystem>
#include <string>

#include "tools/audit/bundle_report.h"

namespace recourse {

/// Verifier keys as their reader got them outside of the bundle. Empty: the bundle's own copy, and
/// nothing says that it is the right one.
struct BundleKeys {
  std::string log_key, report_key;
  /// Text of a policy (c2sp.org/tlog-policy): which witnesses are believed, and which of them have
  /// to have cosigned.
  std::string policy = {};
  /// File with the certificates, in PEM, of those who vouch for time-stamping authorities. Empty:
  /// who made a time stamp is not checked.
  std::string tsa_ca = {};
};

/// Verifies a bundle by the rules of VERIFY.md, as verify.py and verify.html do, with the same
/// verdict. Nothing of the deployment is needed. Memory is bounded whatever the bundle's size.
/// Threads: any.
BundleReport verify_bundle(const std::filesystem::path& root, const BundleKeys& keys);

}  // namespace recourse
