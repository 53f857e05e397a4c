#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/id.h"
#include "engine/base/result.h"

namespace recourse {

/// Rows in the order they come, written in the order of their keys. All bytes lie in one buffer and
/// short entries are sorted, since rows are many. Threads: one.
class SortedRows {
 public:
  void add(std::string_view key, std::string_view value);
  std::size_t size() const { return entries_.size(); }

  /// Writes a file for ViewStore::switch_to(). REQUIRES: keys differ. Errors: io.
  Status write_file(const std::string& path, std::uint8_t projection, LedgerId ledger,
                    std::uint32_t generation);

 private:
  struct Entry {
    std::size_t at;
    std::uint32_t key_size, value_size;
  };
  std::string_view key(const Entry& entry) const {
    return std::string_view(bytes_).substr(entry.at, entry.key_size);
  }

  std::string bytes_;
  std::vector<Entry> entries_;
};

}  // namespace recourse
