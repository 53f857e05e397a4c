#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/ledger/checkpoint.h"
#include "engine/ledger/note_key.h"
#include "tools/audit/verify_report.h"

namespace recourse {

/// What a bundle was found to be. Only an intact one has the members after `reason`.
struct BundleReport {
  Integrity verdict = Integrity::intact;
  std::string reason;               ///< Why it is not intact.
  bool keys_authenticated = false;  ///< Both keys were given.
  std::string origin;
  std::vector<ToldContinuation> continued, meta_continued;  ///< The logs before, of both logs.
  std::uint64_t start = 0, end = 0, size = 0;
  Hash root{};
  std::uint64_t files = 0, disclosed = 0;
  bool anchored = false;
  bool quorum = false;        ///< Witnesses were asked for, and they cosigned the meta head.
  bool policy_given = false;  ///< By who verifies; else the bundle's own copy counted.
  struct Witness {
    std::string name, time;
    NoteKey key;
  };
  std::vector<Witness> witnesses;  ///< That cosigned it, in the policy's order.
  struct Stamp {
    std::uint64_t size = 0;  ///< Of the meta head that it is about.
    std::string time;        ///< Empty when nobody said who is believed.
  };
  std::vector<Stamp> stamps;
  bool deployment = false;               ///< The deployment's own log is in it, up to `meta_head`.
  std::vector<std::string> not_checked;  ///< Files and folders that prove nothing and are proven by
                                         ///< nothing but the report key.
  std::optional<NoteKey> log_key;        ///< What its heads were verified with.
  std::optional<Checkpoint> meta_head;   ///< Of the meta log, with the anchor.
  std::vector<std::string> paths;        ///< Of all listed files.
  bool made_again = false;  ///< The report of a package was, from the leaves: see rerun_package().
  std::vector<std::string> differ;  ///< Its files that are not what that gave.

  int exit_code() const { return static_cast<int>(verdict); }
};

/// The lines that verify.py prints.
std::string to_text(const BundleReport& report);
/// Canonical JSON.
std::string to_json(const BundleReport& report);

}  // namespace recourse
