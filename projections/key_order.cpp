#include "projections/key_order.h"

#include <algorithm>

#include "engine/base/bytes.h"

namespace recourse {
namespace {

/// How many of the first `most` bytes are the same.
std::size_t shared_by(std::string_view a, std::string_view b, std::size_t most) {
  const std::size_t end = std::min({a.size(), b.size(), most});
  return static_cast<std::size_t>(
      std::mismatch(a.begin(), a.begin() + static_cast<std::ptrdiff_t>(end), b.begin()).first -
      a.begin());
}

/// Eight bytes from `at` on as a number that compares as they do; missing ones are zeros.
std::uint64_t number_at(std::string_view key, std::size_t at) {
  if (key.size() >= at + 8) return get_u64(key.substr(at));
  std::string padded(key.substr(std::min(at, key.size())));
  padded.resize(8, '\0');
  return get_u64(padded);
}

}  // namespace

std::vector<FlushedTable*> in_key_order(std::vector<FlushedTable*> tables) {
  std::sort(tables.begin(), tables.end(),
            [](const FlushedTable* a, const FlushedTable* b) { return a->prefix() < b->prefix(); });
  return tables;
}

void put_in_key_order(std::vector<ChangedRow>& rows) {
  if (rows.size() < 2) return;
  const std::string& first = *rows.front().key;
  std::size_t shared = first.size();
  for (const ChangedRow& row : rows) shared = shared_by(first, *row.key, shared);
  for (ChangedRow& row : rows) row.order = number_at(*row.key, shared);
  const auto before = [](const ChangedRow& a, const ChangedRow& b) {
    return a.order != b.order ? a.order < b.order : *a.key < *b.key;
  };
  // Ids grow with time, so rows often come in order already.
  if (!std::is_sorted(rows.begin(), rows.end(), before))
    std::sort(rows.begin(), rows.end(), before);
}

}  // namespace recourse
