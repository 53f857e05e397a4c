#include "projections/sorted_rows.h"

#include <rocksdb/sst_file_writer.h>

#include <algorithm>

#include "engine/base/bytes.h"
#include "projections/view_options.h"
#include "projections/view_store.h"

namespace recourse {
namespace {

constexpr std::size_t kBlock = std::size_t{1} << 20;

std::string_view table_of(std::string_view key) { return key.substr(0, key.find('/')); }

/// How many of the first `most` bytes are the same.
std::size_t shared_by(std::string_view a, std::string_view b, std::size_t most) {
  const std::size_t end = std::min({a.size(), b.size(), most});
  std::size_t at = 0;
  while (at < end && a[at] == b[at]) ++at;
  return at;
}

/// Eight bytes from `at` on as a number that compares as they do; missing ones are zeros.
std::uint64_t number_at(std::string_view key, std::size_t at) {
  if (key.size() >= at + 8) return get_u64(key.substr(at));
  std::string padded(key.substr(std::min(at, key.size())));
  padded.resize(8, '\0');
  return get_u64(padded);
}

}  // namespace

void SortedRows::add(std::string_view key, std::string_view value) {
  char* const at = room_for(key.size() + value.size());
  std::copy(key.begin(), key.end(), at);
  std::copy(value.begin(), value.end(), at + key.size());
  if (runs_.empty() || table_of(runs_.back().first_key) != table_of(key))
    runs_.push_back({std::string(key), key.size()});
  Run& run = runs_.back();
  run.shared = shared_by(run.first_key, key, run.shared);
  entries_.push_back({at, static_cast<std::uint32_t>(key.size()),
                      static_cast<std::uint32_t>(value.size()), runs_.size() - 1});
}

char* SortedRows::room_for(std::size_t size) {
  if (size > left_) {
    const std::size_t block = std::max(size, kBlock);
    blocks_.push_back(std::make_unique_for_overwrite<char[]>(block));
    next_ = blocks_.back().get();
    left_ = block;
  }
  char* const at = next_;
  next_ += size;
  left_ -= size;
  return at;
}

void SortedRows::sort() {
  for (Entry& entry : entries_) entry.order = number_at(entry.key(), runs_[entry.run].shared);
  std::sort(entries_.begin(), entries_.end(), [](const Entry& a, const Entry& b) {
    if (a.run == b.run && a.order != b.order) return a.order < b.order;
    return a.key() < b.key();
  });
}

Status SortedRows::write_file(const std::string& path, std::uint8_t projection, LedgerId ledger,
                              std::uint32_t generation) {
  sort();
  rocksdb::SstFileWriter writer(rocksdb::EnvOptions(), view_options());
  rocksdb::Status status = writer.Open(path);
  const std::string prefix = ViewStore::row_key(projection, ledger, generation, "");
  std::string row_key = prefix;
  for (auto at = entries_.begin(); status.ok() && at != entries_.end(); ++at) {
    row_key.replace(prefix.size(), row_key.npos, at->key());
    status = writer.Put(row_key, ViewStore::stored_row(at->value()));
  }
  if (status.ok()) status = writer.Finish();
  if (!status.ok())
    return Error{ErrorCode::io,
                 "the rebuilt rows cannot be written to " + path + ": " + status.ToString()};
  return {};
}

}  // namespace recourse
