#include "projections/row_file.h"

#include <rocksdb/sst_file_writer.h>

#include "projections/view_options.h"
#include "projections/view_store.h"

namespace recourse {

class RowFile::Impl {
 public:
  Impl(std::string path, std::uint8_t projection, LedgerId ledger, std::uint32_t generation)
      : path_(std::move(path)),
        prefix_(ViewStore::row_key(projection, ledger, generation, "")),
        key_(prefix_),
        writer_(rocksdb::EnvOptions(), view_options()) {}

  void put(std::string_view key, std::string_view json) {
    if (!opened_) {
      opened_ = true;
      status_ = writer_.Open(path_);
    }
    if (!status_.ok()) return;
    key_.replace(prefix_.size(), key_.npos, key);
    value_.clear();
    ViewStore::append_stored_row(value_, json);
    status_ = writer_.Put(key_, value_);
  }

  Status finish() {
    if (opened_ && status_.ok()) status_ = writer_.Finish();
    if (status_.ok()) return {};
    return Error{ErrorCode::io,
                 "the rebuilt rows cannot be written to " + path_ + ": " + status_.ToString()};
  }

 private:
  std::string path_, prefix_, key_, value_;
  bool opened_ = false;
  rocksdb::Status status_;
  rocksdb::SstFileWriter writer_;
};

RowFile::RowFile(std::string path, std::uint8_t projection, LedgerId ledger,
                 std::uint32_t generation)
    : impl_(std::make_unique<Impl>(std::move(path), projection, ledger, generation)) {}
RowFile::~RowFile() = default;
void RowFile::put(std::string_view key, std::string_view json) { impl_->put(key, json); }
Status RowFile::finish() { return impl_->finish(); }

}  // namespace recourse
