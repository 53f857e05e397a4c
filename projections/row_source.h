#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace recourse {

/// Where a table's rows lie between two flushes: the views database, or nothing while a rebuild
/// starts from empty.
class RowSource {
 public:
  virtual ~RowSource() = default;
  /// The stored JSON of the row, or none. Aborts the process on a damaged view: rows are derived,
  /// so the way out is a rebuild, never a guess.
  virtual std::optional<std::string> load(std::string_view key) const = 0;
};

/// Takes rows on their way to the store; an empty value erases.
using RowSink = std::function<void(std::string_view key, std::string_view json)>;

}  // namespace recourse
