#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "projections/digest.h"
#include "projections/row_source.h"

namespace recourse {

/// A table whose changed rows can be handed over, in the order of their keys. Threads: one, but for
/// hand_over().
class FlushedTable {
 public:
  virtual ~FlushedTable() = default;
  /// What its keys begin with.
  virtual std::string_view prefix() const = 0;
  /// Whether `json` is a row of this table as this program knows it.
  virtual bool reads(std::string_view json) const = 0;

  /// Hands every changed row to `sink` and moves the digest along.
  virtual void flush(const RowSink& sink) = 0;

  /// A flush in steps, for rows so many that two threads should share them: puts the changed rows
  /// in order, and says how many there are.
  virtual std::size_t order_changes() = 0;
  /// Hands the rows from `first` to before `last` over, and adds to `digest` what they change.
  /// Threads: ranges that do not overlap side by side.
  virtual void hand_over(std::size_t first, std::size_t last, Digest& digest,
                         const RowSink& sink) = 0;
};

/// The tables in the order of their keys.
std::vector<FlushedTable*> in_key_order(std::vector<FlushedTable*> tables);

/// A row of a table that has changed.
struct ChangedRow {
  const std::string* key;
  void* entry;              ///< Its table knows what.
  std::uint64_t order = 0;  ///< Scratch of put_in_key_order().
};

/// Sorts by key. Rows are many and their keys lie scattered, so as little of them as possible is
/// looked at. REQUIRES: keys differ.
void put_in_key_order(std::vector<ChangedRow>& rows);

}  // namespace recourse
