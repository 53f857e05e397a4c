#include "engine/ledger/leaf_reader.h"

#include <string.h>

#include <algorithm>
#include <limits>

#include "engine/ledger/row_key.h"

namespace recourse {
namespace {

constexpr std::string_view kSequence = "\"sequence\":\"";
constexpr std::size_t kDigits = 16;
constexpr std::uint64_t kLongScan = 1024;   // From here on reading ahead pays.
constexpr std::uint64_t kStoredLeaf = 512;  // Bytes, about: more is not read ahead than asked for.
constexpr std::uint64_t kReadAhead = 1 << 20;

/// leaf.rfind(kSequence), by its rarest letter: this is asked of every leaf that is scanned.
std::size_t last_sequence(std::string_view leaf) {
  constexpr std::size_t kLetter = kSequence.find('q');
  std::size_t end = leaf.size();
  while (end > kLetter) {
    const void* const found = memrchr(leaf.data() + kLetter, 'q', end - kLetter);
    if (found == nullptr) break;
    const auto letter = static_cast<std::size_t>(static_cast<const char*>(found) - leaf.data());
    if (leaf.substr(letter - kLetter).starts_with(kSequence)) return letter - kLetter;
    end = letter;
  }
  return leaf.npos;
}

}  // namespace

LeafReader::LeafReader(const Store& store, LedgerId ledger, std::string_view origin,
                       std::span<const ClosedLog> closed)
    : store_(store), ledger_(ledger), origin_(origin) {
  const auto following = [](std::string_view name) {
    return std::string("\",\"source\":\"").append(name).append("\"");
  };
  for (const ClosedLog& log : closed)
    closed_.push_back({log.kept.size.value(), following(log.origin)});
  after_sequence_ = following(origin);
}

Error LeafReader::damaged(Position position, std::string_view how) const {
  return {ErrorCode::corrupt, "position " + std::to_string(position.value()) + " of " + origin_ +
                                  " " + std::string(how) + ": run verify, then restore"};
}

Status LeafReader::check_place(Position position, std::string_view leaf) const {
  // Canonical members stand in order and quotes inside texts are escaped, so the last occurrence is
  // the attribute itself.
  const std::size_t at = last_sequence(leaf);
  if (at == leaf.npos) return damaged(position, "is no leaf");
  const std::string_view rest = leaf.substr(at + kSequence.size());
  std::uint64_t sequence = 0;
  const auto log = std::find_if(closed_.begin(), closed_.end(), [&](const Source& source) {
    return position.value() < source.end;
  });
  const std::string& after = log == closed_.end() ? after_sequence_ : log->after_sequence;
  bool good = rest.size() > kDigits && rest.substr(kDigits).starts_with(after);
  for (std::size_t i = 0; good && i < kDigits; ++i) {
    good = rest[i] >= '0' && rest[i] <= '9';
    sequence = sequence * 10 + static_cast<std::uint64_t>(rest[i] - '0');
  }
  if (!good || sequence != position.value())
    return damaged(position, "holds the leaf of another place");
  return {};
}

Result<std::string> LeafReader::read(Position position) const {
  Result<std::string> leaf = store_.get(Family::leaves, leaf_key(ledger_, position));
  if (!leaf && leaf.error().code == ErrorCode::not_found) return damaged(position, "is missing");
  if (!leaf && leaf.error().code == ErrorCode::corrupt) return damaged(position, "cannot be read");
  if (!leaf) return leaf;
  RECOURSE_TRY(check_place(position, *leaf));
  return leaf;
}

Status LeafReader::scan(Position from, Position to,
                        const std::function<bool(Position, std::string_view)>& visit) const {
  if (from >= to) return {};
  const std::string end_key = leaf_key(ledger_, to);
  const rocksdb::Slice end(end_key);
  rocksdb::ReadOptions options;
  options.iterate_upper_bound = &end;
  if (to.value() - from.value() >= kLongScan) {
    options.readahead_size = std::min(kReadAhead, (to.value() - from.value()) * kStoredLeaf);
    options.fill_cache = false;  // A scan of everything would drive out what is read every day.
  }
  const auto row = store_.iterate(Family::leaves, options);
  row->Seek(leaf_key(ledger_, from));
  for (Position next = from; next < to; next = Position(next.value() + 1), row->Next()) {
    if (!row->Valid()) {
      if (row->status().ok()) return damaged(next, "is missing");
      const Error error = store_.read_error(row->status());
      return error.code == ErrorCode::corrupt ? damaged(next, "cannot be read") : error;
    }
    if (position_of_leaf_key(row->key().ToStringView()) != next) return damaged(next, "is missing");
    const Result<std::string_view> leaf =
        unframe(row->key().ToStringView(), row->value().ToStringView());
    if (!leaf) return damaged(next, "does not match its checksum");
    RECOURSE_TRY(check_place(next, *leaf));
    if (!visit(next, *leaf)) return {};
  }
  return {};
}

Result<bool> LeafReader::any_from(Position size) const {
  const std::string end_key = ledger_key(LedgerId(ledger_.value() + 1));
  const rocksdb::Slice end(end_key);
  rocksdb::ReadOptions options;
  if (ledger_.value() != std::numeric_limits<std::uint32_t>::max())
    options.iterate_upper_bound = &end;
  const auto row = store_.iterate(Family::leaves, options);
  row->Seek(leaf_key(ledger_, size));
  if (!row->status().ok()) return store_.read_error(row->status());
  return row->Valid();
}

}  // namespace recourse
