#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/id.h"
#include "engine/base/result.h"

namespace recourse {

/// Rows in the order they come, written in the order of their keys. Bytes lie in large blocks and
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
    const char* at;  ///< The key, and the value right after it.
    std::uint32_t key_size, value_size;
    std::size_t run;
    std::uint64_t order = 0;  ///< The eight bytes after what the keys of the run share.
    std::string_view key() const { return {at, key_size}; }
    std::string_view value() const { return {at + key_size, value_size}; }
  };
  /// Rows of one table, one after the other: how much of their keys says nothing about their order.
  struct Run {
    std::string first_key;
    std::size_t shared;
  };
  char* room_for(std::size_t size);
  void sort();

  std::vector<std::unique_ptr<char[]>> blocks_;
  std::vector<Run> runs_;
  char* next_ = nullptr;  ///< Free room in the last block.
  std::size_t left_ = 0;
  std::vector<Entry> entries_;
};

}  // namespace recourse
