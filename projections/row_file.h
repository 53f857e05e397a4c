#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "engine/base/id.h"
#include "engine/base/result.h"

namespace recourse {

/// A file of rows for ViewStore::switch_to(), written in the order of their keys. Threads: one.
class RowFile {
 public:
  RowFile(std::string path, std::uint8_t projection, LedgerId ledger, std::uint32_t generation);
  ~RowFile();

  /// REQUIRES: `key` is greater than the one before.
  void put(std::string_view key, std::string_view json);

  /// The file is whole and on the disk, or was never made when there were no rows. Errors: io, of
  /// this or an earlier step.
  Status finish();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace recourse
