// How keys of the key store end: destroyed one by one, and with every old copy at an epoch's end.

#include <rocksdb/write_batch.h>

#include <vector>

#include "engine/privacy/key_store.h"
#include "engine/privacy/key_store_impl.h"
#include "engine/privacy/rocks_error.h"

namespace recourse {

Status KeyStore::destroy(std::span<const KeyName> names) {
  Impl& impl = *impl_;
  const std::lock_guard lock(impl.write_mutex);
  RECOURSE_TRY(impl.writable());
  rocksdb::WriteBatch batch;
  std::vector<std::string> rows;
  for (const KeyName& name : names) {
    const std::shared_lock epoch_lock(impl.epoch_mutex);
    const Result<WipedText> text = impl.unwrapped(name.bytes(), name.describe());
    if (!text && text.error().code == ErrorCode::io) return text.error();
    if (!text && text.error().code == ErrorCode::erased) continue;
    if (name.kind() == KeyName::Kind::subject) {
      // A key that is damaged or destroyed already leads to no row, and must go all the same.
      if (text && text->view().size() > 32)
        rows.push_back(
            impl.directory_row(impl.directory_key, name.ledger(), text->view().substr(32)));
    }
    // The mark stays for ever: it tells an erased key from a lost one.
    if (const rocksdb::Status put =
            batch.Put(name.bytes(), destroyed_record(impl.kek.epoch, name.bytes()));
        !put.ok())
      return rocks_error(put, "destroy keys in the key store", impl.path);
  }
  for (const std::string& row : rows)
    if (const rocksdb::Status removed = batch.Delete(row); !removed.ok())
      return rocks_error(removed, "destroy keys in the key store", impl.path);
  RECOURSE_TRY(impl.write_synced(batch, "destroy keys in the key store"));

  const std::lock_guard memory_lock(impl.memory_mutex);
  impl.destructions += names.size();
  for (const KeyName& name : names) {
    impl.keys.erase(name.bytes());
    impl.pending.erase(name.bytes());
  }
  for (const std::string& row : rows) {
    impl.subjects.erase(row);
    impl.pending.erase(row);
  }
  return {};
}

Status KeyStore::compact() {
  rocksdb::CompactRangeOptions all;
  all.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForce;
  rocksdb::Status status = impl_->db->Flush(rocksdb::FlushOptions());
  if (status.ok()) status = impl_->db->CompactRange(all, nullptr, nullptr);
  if (!status.ok()) return rocks_error(status, "compact the key store", impl_->path);
  return {};
}

Status KeyStore::rewrap(const Kek& next) {
  Impl& impl = *impl_;
  {
    const std::lock_guard lock(impl.write_mutex);
    RECOURSE_TRY(impl.writable());
    RECOURSE_ASSERT(next.epoch > impl.kek.epoch, "epochs of the key encryption key only grow");
    RECOURSE_TRY(impl.sync());
    Key directory_key;
    impl.random.fill(directory_key.fill());
    rocksdb::WriteBatch batch;
    const std::unique_ptr<rocksdb::Iterator> row(impl.db->NewIterator(rocksdb::ReadOptions()));
    rocksdb::Status status;
    const auto put = [&](std::string_view name, std::initializer_list<std::string_view> parts) {
      if (status.ok())
        status = batch.Put(rocksdb::Slice(name), wrap_record(next, name, impl.random, parts));
    };
    for (row->SeekToFirst(); row->Valid() && status.ok(); row->Next()) {
      const std::string_view name = row->key().ToStringView();
      if (name.front() == kDirectoryRow) {  // Filed anew from the subjects' records.
        status = batch.Delete(row->key());
        continue;
      }
      if (name == kDirectoryKeyRecord) {
        put(name, {directory_key.view()});
        continue;
      }
      const Result<WipedText> text = unwrap_record(impl.kek, name, row->value().ToStringView());
      if (!text && text.error().code == ErrorCode::erased) continue;
      if (!text)
        return Error{text.error().code, "cannot re-wrap the key store " + impl.path.string() +
                                            ": " + text.error().message};
      put(name, {text->view()});
      if (name.front() != static_cast<char>(KeyName::Kind::subject) || text->view().size() <= 32)
        continue;
      RECOURSE_LET(const KeyName subject, KeyName::parse(name));
      const std::string_view address = text->view().substr(32);
      put(impl.directory_row(directory_key, subject.ledger(), address), {subject.text()});
    }
    if (status.ok()) status = row->status();
    if (!status.ok()) return rocks_error(status, "re-wrap the key store", impl.path);

    const std::unique_lock epoch_lock(impl.epoch_mutex);
    RECOURSE_TRY(impl.write_synced(batch, "re-wrap the key store"));
    impl.kek = next;
    impl.directory_key = directory_key;
    const std::lock_guard memory_lock(impl.memory_mutex);
    impl.subjects.clear();
  }
  return compact();
}

}  // namespace recourse
