#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "engine/base/assert.h"
#include "engine/base/bytes.h"
#include "projections/digest.h"
#include "projections/key_order.h"
#include "projections/row_codec.h"
#include "projections/row_source.h"

namespace recourse {

/// Rows of one type, folded in memory as structs and written as canonical JSON when flushed, so a
/// row that ten events of one batch touch is rendered once. Keys start with the table's prefix.
/// Flushed rows may take their time on the way to the source: up to kUnderWay flushes.
/// Threads: one.
template <class Row>
class RowTable final : public FlushedTable {
 public:
  /// `source` and `digest` outlive the table.
  RowTable(std::string prefix, const RowSource& source, Digest& digest)
      : prefix_(std::move(prefix)), source_(source), digest_(digest) {}

  /// The row, or null. Valid until it is erased or the next flush().
  const Row* find(std::string_view key) {
    const Entry* const entry = look_up(key);
    return entry != nullptr && entry->exists ? &entry->row : nullptr;
  }

  /// The row to be changed, made new when it is not there. Valid as for find().
  Row& change(std::string_view key) {
    name(key);
    Entry& entry = named_last() ? *last_ : find_or_make();
    entry.exists = true;
    mark(entry);
    return entry.row;
  }

  void erase(std::string_view key) {
    Entry* const entry = look_up(key);
    if (entry == nullptr || !entry->exists) return;
    entry->exists = false;
    entry->row = Row{};
    mark(*entry);
  }

  std::string_view prefix() const override { return prefix_; }
  bool reads(std::string_view json) const override {
    Row row{};
    return decode_row(json, row);
  }

  void flush(const RowSink& sink) override {
    hand_over(0, order_changes(), digest_, sink);
    dirty_.clear();
    // Rows can always be read back. What was not touched since the last turn goes.
    ++flushes_;
    if (rows_.size() < kCachedRows || flushes_ <= kUnderWay) return;
    flushes_ = 0;
    older_ = std::move(rows_);
    rows_.clear();
    last_ = nullptr;
  }

  std::size_t order_changes() override {
    put_in_key_order(dirty_);
    return dirty_.size();
  }

  void hand_over(std::size_t first, std::size_t last, Digest& digest,
                 const RowSink& sink) override {
    std::string json;
    for (std::size_t at = first; at < last; ++at) {
      Entry& entry = *static_cast<Entry*>(dirty_[at].entry);
      entry.dirty = false;
      if (!entry.exists && !entry.stored) continue;  // Came and went between two flushes.
      json.clear();
      if (entry.exists) append_json(json, entry.row);
      if (entry.stored) digest.subtract(*entry.stored);
      entry.stored.reset();
      if (entry.exists) digest.add(entry.stored.emplace(Digest::of_row(*entry.key, json)));
      sink(*entry.key, json);
    }
  }

 private:
  struct Entry {
    const std::string* key = nullptr;
    Row row{};
    bool exists = false;
    bool dirty = false;
    std::optional<Hash> stored;  ///< Hash of the row as the digest knows it.
  };

  static constexpr int kUnderWay = 3;
  /// About 16 MiB of rows in each of the two maps, texts not counted.
  static constexpr std::size_t kCachedRows = (std::size_t{16} << 20) / (sizeof(Entry) + 64);

  /// The entry of the row, or null when there is no such row: looking for what is not there leaves
  /// nothing behind. `scratch_` is its whole key afterwards.
  Entry* look_up(std::string_view key) {
    name(key);
    return named_last() ? last_ : last_ = find_or_load();
  }

  void name(std::string_view key) {
    scratch_.assign(prefix_);
    scratch_.append(key);
  }
  /// An event's handlers ask for the same row several times.
  bool named_last() const { return last_ != nullptr && *last_->key == scratch_; }

  Entry* find_or_load() {
    if (const auto found = rows_.find(scratch_); found != rows_.end()) return &found->second;
    if (const auto found = older_.find(scratch_); found != older_.end())
      return &rows_.insert(older_.extract(found)).position->second;
    const auto json = source_.load(scratch_);
    if (!json) return nullptr;
    Entry& entry = insert().first;
    fill(entry, *json);
    return &entry;
  }

  /// The same for a row that will be there: one look at the map for one that is new.
  Entry& find_or_make() {
    if (const auto found = older_.find(scratch_); found != older_.end())
      return *(last_ = &rows_.insert(older_.extract(found)).position->second);
    const auto [entry, is_new] = insert();
    if (!is_new) return entry;
    if (const auto json = source_.load(scratch_)) fill(entry, *json);
    return entry;
  }

  std::pair<Entry&, bool> insert() {
    const auto [at, is_new] = rows_.try_emplace(scratch_);
    if (is_new) at->second.key = &at->first;
    last_ = &at->second;
    return {at->second, is_new};
  }

  void fill(Entry& entry, std::string_view json) {
    RECOURSE_ASSERT(decode_row(json, entry.row), "a stored row has its type's shape: rebuild");
    entry.exists = true;
    entry.stored = Digest::of_row(scratch_, json);
  }

  void mark(Entry& entry) {
    if (entry.dirty) return;
    entry.dirty = true;
    dirty_.push_back({entry.key, &entry});
  }

  std::string prefix_;
  const RowSource& source_;
  Digest& digest_;
  std::string scratch_;
  /// Not noexcept, so that the map keeps the hash with the key instead of making it again.
  struct KeyHash {
    std::size_t operator()(const std::string& key) const { return checksum(key); }
  };
  // Node-based, so that entries keep their addresses, also on the way from one map to the other.
  std::unordered_map<std::string, Entry, KeyHash> rows_, older_;
  std::vector<ChangedRow> dirty_;
  Entry* last_ = nullptr;  ///< Asked for last, when it is there.
  int flushes_ = 0;        ///< Since the last turn.
};

}  // namespace recourse
