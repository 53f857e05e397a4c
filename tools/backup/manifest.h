#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/base/time.h"
#include "engine/ledger/cut.h"

namespace recourse {

/// What one backup is made of: docs/format/backup.md.
struct BackupManifest {
  struct File {
    std::string path;  ///< Within the data directory: `ledger/000012.sst`.
    std::uint64_t size = 0;
    Hash sha256{};
  };

  std::uint64_t backup = 0;  ///< Its number.
  std::string deployment;    ///< The first part of its origins.
  Hash first_leaf{};         ///< Of the meta ledger: no two deployments have the same.
  std::string program;       ///< Version.
  Timestamp started, ended;
  Anchor anchor;                ///< The HEAD in it.
  std::uint64_t kek_epoch = 0;  ///< Of the key file that a restore needs.
  std::vector<LedgerCut::Head> heads;
  std::vector<File> files;            ///< By path.
  std::vector<std::string> left_out;  ///< What a restore has to bring from elsewhere.

  std::uint64_t bytes() const;
};

/// Canonical JSON, without a line feed.
std::string to_json(const BackupManifest& manifest);
/// Errors: corrupt; unsupported when a newer program wrote it.
Result<BackupManifest> parse_manifest(std::string_view text);

}  // namespace recourse
