#include "engine/ledger/store.h"

#include <rocksdb/write_batch.h>

#include "engine/base/bytes.h"
#include "engine/ledger/store_options.h"
#include "engine/privacy/copy_database.h"
#include "engine/privacy/rocks_error.h"

namespace recourse {
namespace {

constexpr int kSecondaryAttempts = 5;

std::vector<rocksdb::ColumnFamilyDescriptor> descriptors() {
  const std::shared_ptr<rocksdb::Cache> cache = block_cache();
  std::vector<rocksdb::ColumnFamilyDescriptor> all{{rocksdb::kDefaultColumnFamilyName, {}}};
  for (unsigned i = 0; i < kFamilies; ++i) {
    const auto family = static_cast<Family>(i);
    all.emplace_back(std::string(name(family)), family_options(family, cache));
  }
  return all;
}

}  // namespace

std::string_view name(Family family) {
  switch (family) {
    case Family::leaves:
      return "leaves";
    case Family::vault:
      return "vault";
    case Family::tree:
      return "tree";
    case Family::requests:
      return "requests";
    case Family::commits:
      return "commits";
    case Family::ledgers:
      return "ledgers";
    case Family::checkpoints:
      return "checkpoints";
  }
  RECOURSE_ASSERT(false, "a column family has a name");
}

Result<std::unique_ptr<Store>> Store::open(const std::filesystem::path& path, bool create) {
  std::unique_ptr<Store> store(new Store(path));
  rocksdb::DBOptions options = database_options();
  options.create_if_missing = create;
  options.create_missing_column_families = create;
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* db = nullptr;
  const rocksdb::Status status =
      rocksdb::DB::Open(options, path.string(), descriptors(), &handles, &db);
  if (!status.ok()) return rocks_error(status, "open the ledger's database", path);
  store->db_.reset(db);
  store->unused_ = handles[0];
  std::copy(handles.begin() + 1, handles.end(), store->families_.begin());
  return store;
}

Result<std::unique_ptr<Store>> Store::open_secondary(const std::filesystem::path& path,
                                                     const std::filesystem::path& scratch) {
  std::unique_ptr<Store> store(new Store(path));
  rocksdb::Status status;
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* db = nullptr;
  // The writer can remove a file between the reading of its name and its opening.
  for (int attempt = 0; attempt < kSecondaryAttempts; ++attempt) {
    status = rocksdb::DB::OpenAsSecondary(database_options(), path.string(), scratch.string(),
                                          descriptors(), &handles, &db);
    if (status.ok()) break;
  }
  if (!status.ok()) return rocks_error(status, "read the ledger's database", path);
  store->db_.reset(db);
  store->unused_ = handles[0];
  std::copy(handles.begin() + 1, handles.end(), store->families_.begin());
  return store;
}

Status Store::catch_up() {
  rocksdb::Status status;
  for (int attempt = 0; attempt < kSecondaryAttempts; ++attempt) {
    status = db_->TryCatchUpWithPrimary();
    if (status.ok()) return {};
  }
  return read_error(status);
}

Store::~Store() {
  if (!db_) return;
  for (rocksdb::ColumnFamilyHandle* const handle : families_)
    db_->DestroyColumnFamilyHandle(handle);
  db_->DestroyColumnFamilyHandle(unused_);
}

rocksdb::ColumnFamilyHandle* Store::family(Family family) const {
  return families_[static_cast<unsigned>(family)];
}

Result<std::string> Store::get(Family family_, std::string_view key) const {
  rocksdb::PinnableSlice stored;
  const rocksdb::Status status =
      db_->Get(rocksdb::ReadOptions(), family(family_), rocksdb::Slice(key), &stored);
  if (!status.ok()) return read_error(status);
  RECOURSE_LET(const std::string_view bytes, unframe(key, stored.ToStringView()));
  return std::string(bytes);
}

std::unique_ptr<rocksdb::Iterator> Store::iterate(Family family_,
                                                  const rocksdb::ReadOptions& options) const {
  return std::unique_ptr<rocksdb::Iterator>(db_->NewIterator(options, family(family_)));
}

Status Store::write(rocksdb::WriteBatch& batch) {
  rocksdb::WriteOptions options;
  options.sync = true;
  const rocksdb::Status status = db_->Write(options, &batch);
  if (!status.ok()) return rocks_error(status, "write the ledger's database", path_);
  return {};
}

Status Store::copy_to(const std::filesystem::path& to) const {
  return copy_database(*db_, to, "copy the ledger's database");
}

Status Store::compact(Family which) {
  rocksdb::CompactRangeOptions all;
  all.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForce;
  rocksdb::Status status = db_->Flush(rocksdb::FlushOptions(), family(which));
  if (status.ok()) status = db_->CompactRange(all, family(which), nullptr, nullptr);
  if (!status.ok()) return rocks_error(status, "compact the ledger's database", path_);
  return {};
}

Error Store::read_error(const rocksdb::Status& status) const {
  return rocks_error(status, "read the ledger's database", path_);
}

void put_framed(rocksdb::WriteBatch& batch, rocksdb::ColumnFamilyHandle* family,
                std::string_view key, std::string_view bytes) {
  std::string sum;
  put_u64(sum, checksum(key) ^ checksum(bytes));
  const rocksdb::Slice key_parts[] = {key};
  const rocksdb::Slice value_parts[] = {sum, bytes};
  const rocksdb::Status status =
      batch.Put(family, rocksdb::SliceParts(key_parts, 1), rocksdb::SliceParts(value_parts, 2));
  RECOURSE_ASSERT(status.ok(), "a batch in memory takes every put below 4 GiB");
}

Result<std::string_view> unframe(std::string_view key, std::string_view stored) {
  if (stored.size() < 8 || get_u64(stored) != (checksum(key) ^ checksum(stored.substr(8))))
    return Error{ErrorCode::corrupt, "a stored record does not match its checksum"};
  return stored.substr(8);
}

}  // namespace recourse
