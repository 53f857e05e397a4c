#include "engine/privacy/key_store.h"

#include <rocksdb/filter_policy.h>
#include <rocksdb/options.h>
#include <rocksdb/table.h>
#include <rocksdb/write_batch.h>

#include "engine/privacy/copy_database.h"
#include "engine/privacy/key_store_impl.h"
#include "engine/privacy/rocks_error.h"

namespace recourse {
namespace {

constexpr std::string_view kCheckText = "recourse/keys/v1";

rocksdb::Options database_options(KeyStoreMode mode) {
  rocksdb::Options options;
  options.create_if_missing = mode == KeyStoreMode::create;
  options.paranoid_checks = true;
  options.compression = rocksdb::kNoCompression;  // Ciphertext does not compress.
  options.write_buffer_size = 8 << 20;
  options.max_open_files = -1;  // A read-only reader keeps the files that compaction removes.
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kPointInTimeRecovery;
  options.info_log_level = rocksdb::WARN_LEVEL;
  options.keep_log_file_num = 2;
  rocksdb::BlockBasedTableOptions table;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10, false));
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return options;
}

Result<std::unique_ptr<rocksdb::DB>> open_database(const std::filesystem::path& path,
                                                   KeyStoreMode mode) {
  std::error_code ignored;
  if (mode != KeyStoreMode::create && !std::filesystem::exists(path / "CURRENT", ignored))
    return Error{ErrorCode::not_found, "there is no key store in " + path.string() +
                                           ": without its keys every sealed value is unreadable"};
  rocksdb::DB* db = nullptr;
  rocksdb::Status status;
  // A running server's compaction can remove a file while a reader opens it; once all are open it
  // cannot disturb the reader any more.
  for (int attempt = 0; attempt < 5; ++attempt) {
    status = mode == KeyStoreMode::read_only
                 ? rocksdb::DB::OpenForReadOnly(database_options(mode), path.string(), &db)
                 : rocksdb::DB::Open(database_options(mode), path.string(), &db);
    if (status.ok() || mode != KeyStoreMode::read_only) break;
  }
  if (!status.ok()) return rocks_error(status, "open the key store", path);
  return std::unique_ptr<rocksdb::DB>(db);
}

}  // namespace

KeyStore::KeyStore(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
KeyStore::~KeyStore() = default;

Result<std::unique_ptr<KeyStore>> KeyStore::open(const std::filesystem::path& directory,
                                                 const Kek& kek, Random& random,
                                                 KeyStoreOptions options) {
  auto impl = std::make_unique<Impl>(directory, kek, random, options);
  RECOURSE_LET(impl->db, open_database(directory, options.mode));
  RECOURSE_TRY(impl->unlock(options.mode));
  return std::unique_ptr<KeyStore>(new KeyStore(std::move(impl)));
}

Status KeyStore::Impl::unlock(KeyStoreMode mode) {
  Result<std::string> check = record(kCheckRecord);
  if (!check && check.error().code == ErrorCode::not_found) {
    const std::unique_ptr<rocksdb::Iterator> any(db->NewIterator(rocksdb::ReadOptions()));
    any->SeekToFirst();
    if (mode == KeyStoreMode::create && !any->Valid() && any->status().ok()) return initialise();
    return Error{ErrorCode::corrupt,
                 "the key store " + path.string() + " lacks its check record: restore a backup"};
  }
  if (!check) return check.error();
  RECOURSE_LET(const std::uint64_t stored_epoch, epoch_of_record(kCheckRecord, *check));
  const Result<WipedText> text = unwrap_record(kek, kCheckRecord, *check);
  if (!text && text.error().code == ErrorCode::unauthenticated)
    return Error{ErrorCode::unauthenticated,
                 "the key file does not belong to the key store " + path.string() +
                     ": it holds another key of epoch " + std::to_string(kek.epoch) +
                     ", the store needs the one of epoch " + std::to_string(stored_epoch)};
  if (!text) return text.error();
  if (text->view() != kCheckText)
    return Error{ErrorCode::unsupported,
                 "the key store " + path.string() + " was written by a newer program"};
  RECOURSE_LET(const WipedText key, unwrapped(kDirectoryKeyRecord, "the directory's key"));
  if (key.view().size() != 32)
    return Error{ErrorCode::corrupt, "the directory's key in " + path.string() + " is damaged"};
  directory_key = Key(key.view());
  return {};
}

Status KeyStore::Impl::initialise() {
  random.fill(directory_key.fill());
  const auto put = [&](rocksdb::WriteBatch& batch, std::string_view name, std::string_view text) {
    return batch.Put(rocksdb::Slice(name), wrap_record(kek, name, random, {text}));
  };
  rocksdb::WriteBatch batch;
  for (const rocksdb::Status& status : {put(batch, kCheckRecord, kCheckText),
                                        put(batch, kDirectoryKeyRecord, directory_key.view())})
    if (!status.ok()) return rocks_error(status, "write the key store", path);
  return write_synced(batch, "write the key store");
}

Result<std::string> KeyStore::Impl::record(std::string_view name) const {
  {
    const std::lock_guard lock(memory_mutex);
    if (const auto found = pending.find(std::string(name)); found != pending.end())
      return found->second;
  }
  std::string value;
  const rocksdb::Status status = db->Get(rocksdb::ReadOptions(), rocksdb::Slice(name), &value);
  if (status.IsNotFound()) return Error{ErrorCode::not_found, "no such record"};
  if (!status.ok()) return rocks_error(status, "read the key store", path);
  return value;
}

Result<WipedText> KeyStore::Impl::unwrapped(std::string_view name, std::string_view what) const {
  Result<std::string> stored = record(name);
  Result<WipedText> text = stored ? unwrap_record(kek, name, *stored) : stored.error();
  if (text) return text;
  const std::string place = " in the key store " + path.string();
  switch (text.error().code) {
    case ErrorCode::not_found:
      return Error{ErrorCode::not_found, std::string(what) + " is not" + place};
    case ErrorCode::erased:
      return Error{ErrorCode::erased, std::string(what) + " was destroyed"};
    case ErrorCode::unauthenticated:  // The check record did unwrap, so this one is at fault.
    case ErrorCode::corrupt:
      return Error{ErrorCode::corrupt, std::string(what) + place + " is damaged: restore a backup"};
    default:
      return text;
  }
}

Result<Key> KeyStore::Impl::find(const KeyName& name) const {
  std::uint64_t before;
  {
    const std::lock_guard lock(memory_mutex);
    if (const Key* const key = keys.find(name.bytes())) return *key;
    before = destructions;
  }
  const std::shared_lock epoch_lock(epoch_mutex);
  RECOURSE_LET(const WipedText text, unwrapped(name.bytes(), name.describe()));
  if (text.view().size() < 32)
    return Error{ErrorCode::corrupt, name.describe() + " in " + path.string() + " is damaged"};
  const Key key(text.view().substr(0, 32));
  const std::lock_guard lock(memory_mutex);
  // A key destroyed meanwhile must not come back into memory.
  if (before == destructions) keys.put(name.bytes(), key);
  return key;
}

Result<Key> KeyStore::find(const KeyName& name) const { return impl_->find(name); }

Result<Key> KeyStore::obtain(const KeyName& name) {
  Result<Key> known = impl_->find(name);
  if (known || known.error().code != ErrorCode::not_found) return known;
  const std::lock_guard lock(impl_->write_mutex);
  RECOURSE_TRY(impl_->writable());
  known = impl_->find(name);  // Another thread may have drawn it.
  if (known || known.error().code != ErrorCode::not_found) return known;
  Key key;
  impl_->random.fill(key.fill());
  impl_->add_pending(name.bytes(), {key.view()});
  const std::lock_guard memory_lock(impl_->memory_mutex);
  impl_->keys.put(name.bytes(), key);
  return key;
}

Status KeyStore::Impl::writable() const {
  if (read_only)
    return Error{ErrorCode::forbidden,
                 "the key store " + path.string() + " is open for reading only"};
  if (broken) return *broken;
  return {};
}

void KeyStore::Impl::add_pending(const std::string& name,
                                 std::initializer_list<std::string_view> parts) {
  std::string wrapped;
  {
    const std::shared_lock epoch_lock(epoch_mutex);
    wrapped = wrap_record(kek, name, random, parts);
  }
  const std::lock_guard lock(memory_mutex);
  pending.insert_or_assign(name, std::move(wrapped));
}

Status KeyStore::Impl::write_synced(rocksdb::WriteBatch& batch, std::string_view doing) {
  RECOURSE_TRY(writable());
  rocksdb::WriteOptions options;
  options.sync = true;
  const rocksdb::Status status = db->Write(options, &batch);
  if (status.ok()) return {};
  broken = rocks_error(status, doing, path);
  return *broken;
}

Status KeyStore::sync() {
  const std::lock_guard lock(impl_->write_mutex);
  return impl_->sync();
}

Status KeyStore::Impl::sync() {
  rocksdb::WriteBatch batch;
  {
    const std::lock_guard lock(memory_mutex);
    if (pending.empty()) return broken ? Status(*broken) : Status();
    for (const auto& [name, wrapped] : pending)
      if (const rocksdb::Status status = batch.Put(name, wrapped); !status.ok())
        return rocks_error(status, "write the key store", path);
  }
  // Found as pending until it is found in the database. Nobody adds meanwhile: write_mutex is held.
  RECOURSE_TRY(write_synced(batch, "write the key store"));
  const std::lock_guard lock(memory_mutex);
  pending.clear();
  return {};
}

Result<std::vector<KeyName>> KeyStore::buckets(LedgerId ledger) const {
  const std::string prefix = KeyName::bucket(ledger, "", "").bytes().substr(0, 5);
  const std::unique_ptr<rocksdb::Iterator> row(impl_->db->NewIterator(rocksdb::ReadOptions()));
  std::vector<KeyName> names;
  for (row->Seek(prefix); row->Valid() && row->key().starts_with(prefix); row->Next()) {
    const std::string_view key = row->key().ToStringView();
    RECOURSE_LET(const bool destroyed, is_destroyed_record(key, row->value().ToStringView()));
    if (destroyed) continue;
    RECOURSE_LET(KeyName name, KeyName::parse(key));
    names.push_back(std::move(name));
  }
  if (!row->status().ok()) return rocks_error(row->status(), "read the key store", impl_->path);
  return names;
}

Result<std::uint64_t> KeyStore::copy_to(const std::filesystem::path& to) const {
  // Held against rewrap(): all records of the copy are of one epoch.
  const std::shared_lock lock(impl_->epoch_mutex);
  RECOURSE_TRY(copy_database(*impl_->db, to, "copy the key store"));
  return impl_->kek.epoch;
}

std::uint64_t KeyStore::epoch() const {
  const std::shared_lock lock(impl_->epoch_mutex);
  return impl_->kek.epoch;
}

std::uint64_t KeyStore::destructions() const { return impl_->destructions; }

}  // namespace recourse
