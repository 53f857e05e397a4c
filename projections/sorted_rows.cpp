#include "projections/sorted_rows.h"

#include <rocksdb/sst_file_writer.h>

#include <algorithm>

#include "projections/view_options.h"
#include "projections/view_store.h"

namespace recourse {

void SortedRows::add(std::string_view key, std::string_view value) {
  entries_.push_back({bytes_.size(), static_cast<std::uint32_t>(key.size()),
                      static_cast<std::uint32_t>(value.size())});
  bytes_ += key;
  bytes_ += value;
}

Status SortedRows::write_file(const std::string& path, std::uint8_t projection, LedgerId ledger,
                              std::uint32_t generation) {
  std::sort(entries_.begin(), entries_.end(),
            [this](const Entry& a, const Entry& b) { return key(a) < key(b); });
  rocksdb::SstFileWriter writer(rocksdb::EnvOptions(), view_options());
  rocksdb::Status status = writer.Open(path);
  const std::string prefix = ViewStore::row_key(projection, ledger, generation, "");
  std::string row_key = prefix;
  for (auto at = entries_.begin(); status.ok() && at != entries_.end(); ++at) {
    row_key.replace(prefix.size(), row_key.npos, key(*at));
    const std::string_view value =
        std::string_view(bytes_).substr(at->at + at->key_size, at->value_size);
    status = writer.Put(row_key, ViewStore::stored_row(value));
  }
  if (status.ok()) status = writer.Finish();
  if (!status.ok())
    return Error{ErrorCode::io,
                 "the rebuilt rows cannot be written to " + path + ": " + status.ToString()};
  return {};
}

}  // namespace recourse
