#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "engine/base/assert.h"
#include "projections/digest.h"
#include "projections/row_codec.h"
#include "projections/row_source.h"

namespace recourse {

/// Rows of one type, folded in memory as structs and written as canonical JSON when flushed, so a
/// row that ten events of one batch touch is rendered once. Keys start with the table's prefix.
/// Threads: one.
template <class Row>
class RowTable {
 public:
  /// `source` and `digest` outlive the table.
  RowTable(std::string prefix, const RowSource& source, Digest& digest)
      : prefix_(std::move(prefix)), source_(source), digest_(digest) {}

  /// The row, or null. Valid until the next change() or flush().
  const Row* find(std::string_view key) {
    Entry& entry = fetch(key);
    return entry.exists ? &entry.row : nullptr;
  }

  /// The row to be changed, made new when it is not there.
  Row& change(std::string_view key) {
    Entry& entry = fetch(key);
    entry.exists = true;
    mark(entry);
    return entry.row;
  }

  void erase(std::string_view key) {
    Entry& entry = fetch(key);
    if (!entry.exists) return;
    entry.exists = false;
    entry.row = Row{};
    mark(entry);
  }

  /// Hands every changed row to `sink` and moves the digest along.
  void flush(const RowSink& sink) {
    for (Entry* entry : dirty_) {
      entry->dirty = false;
      const std::string json = entry->exists ? encode_row(entry->row) : std::string();
      if (entry->stored) digest_.subtract(*entry->stored);
      entry->stored.reset();
      if (entry->exists) digest_.add(entry->stored.emplace(Digest::of_row(*entry->key, json)));
      sink(*entry->key, json);
    }
    dirty_.clear();
    // Derived rows can always be read back; a bound is worth more than a perfect cache.
    if (rows_.size() > kMaxCachedRows) rows_.clear();
  }

 private:
  static constexpr std::size_t kMaxCachedRows = 200'000;

  struct Entry {
    const std::string* key = nullptr;
    Row row{};
    bool exists = false;
    bool dirty = false;
    std::optional<Hash> stored;  ///< Hash of the row as the digest knows it.
  };

  Entry& fetch(std::string_view key) {
    scratch_.assign(prefix_);
    scratch_.append(key);
    const auto found = rows_.find(scratch_);
    if (found != rows_.end()) return found->second;
    const auto made = rows_.try_emplace(scratch_).first;
    Entry& entry = made->second;
    entry.key = &made->first;
    if (const auto json = source_.load(scratch_)) {
      RECOURSE_ASSERT(decode_row(*json, entry.row), "a stored row has its type's shape: rebuild");
      entry.exists = true;
      entry.stored = Digest::of_row(scratch_, *json);
    }
    return entry;
  }

  void mark(Entry& entry) {
    if (entry.dirty) return;
    entry.dirty = true;
    dirty_.push_back(&entry);
  }

  std::string prefix_;
  const RowSource& source_;
  Digest& digest_;
  std::string scratch_;
  std::unordered_map<std::string, Entry> rows_;  // Node-based: entries keep their addresses.
  std::vector<Entry*> dirty_;
};

}  // namespace recourse
