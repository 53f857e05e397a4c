#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>

#include "engine/ledger/checkpoint.h"
#include "engine/ledger/durable_file.h"

namespace recourse::witness {

/// The largest head of each log that a witness cosigned, as that log signed it: all that a witness
/// must never forget. One file, replaced whole. Bytes: docs/operations/witness.md. Holds a lock on
/// it, so that no second witness answers from the same memory. Threads: one.
class CosignedHeads {
 public:
  struct Head {
    Checkpoint checkpoint;
    std::string note;  ///< Its three lines with the log's own signature lines.
  };

  /// No file is no memory yet. Errors: locked; corrupt for a damaged file, which is never taken for
  /// an empty one; unsupported; io.
  static Result<CosignedHeads> open(const std::filesystem::path& path);

  /// Null before the first one.
  const Head* find(const std::string& origin) const;
  /// Whether a log was cosigned that took the place of `origin` after a declared loss.
  bool has_later(std::string_view origin) const;
  /// On stable storage when this returns ok; on an error it is as it was, here and there.
  Status keep(Head head);
  /// Two heads that a log signed and that cannot both be true, kept beside the file: what proves to
  /// others that it forked. The first pair of each log is kept.
  Status keep_contradiction(const Head& before, const std::string& note);

  std::size_t logs() const { return heads_.size(); }

 private:
  CosignedHeads(std::filesystem::path path, OpenFile lock)
      : path_(std::move(path)), lock_(std::move(lock)) {}

  std::filesystem::path path_;
  OpenFile lock_;
  std::map<std::string, Head> heads_;  ///< By origin.
};

}  // namespace recourse::witness
