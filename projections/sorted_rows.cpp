#include "projections/sorted_rows.h"

#include <rocksdb/sst_file_writer.h>

#include <algorithm>

#include "projections/view_options.h"
#include "projections/view_store.h"

namespace recourse {
namespace {

constexpr std::size_t kBlock = std::size_t{1} << 20;

}  // namespace

void SortedRows::add(std::string_view key, std::string_view value) {
  char* const at = room_for(key.size() + value.size());
  std::copy(key.begin(), key.end(), at);
  std::copy(value.begin(), value.end(), at + key.size());
  entries_.push_back(
      {at, static_cast<std::uint32_t>(key.size()), static_cast<std::uint32_t>(value.size())});
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

Status SortedRows::write_file(const std::string& path, std::uint8_t projection, LedgerId ledger,
                              std::uint32_t generation) {
  std::sort(entries_.begin(), entries_.end(),
            [](const Entry& a, const Entry& b) { return a.key() < b.key(); });
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
