#include "api/routes/event_index.h"

#include "projections/audit_index.h"
#include "projections/rows.h"

namespace recourse::routes {
namespace {

class List {
 public:
  List(const ViewStore& views, LedgerId ledger, std::string_view name)
      : views_(views), ledger_(ledger), name_(name) {}

  Result<std::int64_t> size() const {
    auto row = views_.row(kIndex, ledger_, count_key(name_));
    if (!row && row.error().code == ErrorCode::not_found) return std::int64_t{0};
    if (!row) return row.error();
    PositionCount count;
    if (!decode_row(*row, count)) return damaged();
    return count.count;
  }

  Result<std::vector<std::int64_t>> chunk(std::int64_t number) const {
    RECOURSE_LET(const std::string row, views_.row(kIndex, ledger_, chunk_key(name_, number)));
    PositionChunk chunk;
    if (!decode_row(row, chunk) || chunk.positions.empty()) return damaged();
    return std::move(chunk.positions);
  }

 private:
  static Error damaged() { return {ErrorCode::corrupt, "a row of the audit index"}; }
  static inline const std::uint8_t kIndex = audit_index_kind().number;

  const ViewStore& views_;
  LedgerId ledger_;
  std::string name_;
};

}  // namespace

Result<std::vector<Position>> positions_after(const ViewStore& views, LedgerId ledger,
                                              std::string_view list, std::int64_t after,
                                              std::size_t most) {
  const List stored(views, ledger, list);
  RECOURSE_LET(const std::int64_t size, stored.size());
  const std::int64_t chunks = (size + kPositionsPerChunk - 1) / kPositionsPerChunk;
  // The first chunk whose last position is past `after`; all before it are full.
  std::int64_t low = 0, high = chunks;
  while (low < high) {
    const std::int64_t middle = low + (high - low) / 2;
    RECOURSE_LET(const auto positions, stored.chunk(middle));
    if (positions.back() > after) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  std::vector<Position> found;
  for (; low < chunks && found.size() < most; ++low) {
    RECOURSE_LET(const auto positions, stored.chunk(low));
    for (const std::int64_t position : positions)
      if (position > after && found.size() < most)
        found.emplace_back(static_cast<std::uint64_t>(position));
  }
  return found;
}

}  // namespace recourse::routes
