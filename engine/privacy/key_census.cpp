// What the key store knows of keys that are gone.

#include <rocksdb/write_batch.h>

#include <algorithm>

#include "engine/privacy/key_store.h"
#include "engine/privacy/key_store_impl.h"
#include "engine/privacy/rocks_error.h"

namespace recourse {
namespace {

std::string carried_out_row(LedgerId ledger) {
  std::string row(1, kCarriedOutRow);
  put_u32(row, ledger.value());
  return row;
}

bool names_a_key(char kind) {
  using Kind = KeyName::Kind;
  return kind == static_cast<char>(Kind::subject) || kind == static_cast<char>(Kind::bucket) ||
         kind == static_cast<char>(Kind::tenant) || kind == static_cast<char>(Kind::deployment);
}

}  // namespace

Result<std::optional<std::uint64_t>> KeyStore::destroyed_in(const KeyName& name) const {
  const Result<std::string> stored = impl_->record(name.bytes());
  if (!stored && stored.error().code == ErrorCode::not_found) return std::optional<std::uint64_t>();
  if (!stored) return stored.error();
  RECOURSE_LET(const bool destroyed, is_destroyed_record(name.bytes(), *stored));
  if (!destroyed) return std::optional<std::uint64_t>();
  RECOURSE_LET(const std::uint64_t epoch, epoch_of_record(name.bytes(), *stored));
  return std::optional(epoch);
}

Result<bool> KeyStore::is_filed(const KeyName& subject) const {
  const std::shared_lock epoch_lock(impl_->epoch_mutex);
  const Result<WipedText> text = impl_->unwrapped(subject.bytes(), subject.describe());
  if (text) return text->view().size() > 32;
  if (text.error().code == ErrorCode::not_found || text.error().code == ErrorCode::erased)
    return false;
  return text.error();
}

Result<KeyStore::Census> KeyStore::census() const {
  Census census;
  const std::uint64_t now = epoch();
  const std::unique_ptr<rocksdb::Iterator> row(impl_->db->NewIterator(rocksdb::ReadOptions()));
  for (row->SeekToFirst(); row->Valid(); row->Next()) {
    const std::string_view name = row->key().ToStringView();
    if (!names_a_key(name.front())) continue;
    RECOURSE_LET(const bool destroyed, is_destroyed_record(name, row->value().ToStringView()));
    if (!destroyed) ++census.living;
    if (!destroyed) continue;
    RECOURSE_LET(const std::uint64_t then, epoch_of_record(name, row->value().ToStringView()));
    if (then >= now) ++census.destroyed_now;
  }
  if (!row->status().ok()) return rocks_error(row->status(), "read the key store", impl_->path);
  return census;
}

Result<LogSize> KeyStore::carried_out(LedgerId ledger) const {
  const std::shared_lock epoch_lock(impl_->epoch_mutex);
  const Result<WipedText> text =
      impl_->unwrapped(carried_out_row(ledger), "how far destructions were carried out");
  if (!text && text.error().code == ErrorCode::not_found) return LogSize(0);
  if (!text) return text.error();
  if (text->view().size() != 8)
    return Error{ErrorCode::corrupt,
                 "the mark of carried out destructions in " + impl_->path.string() + " is damaged"};
  return LogSize(get_u64(text->view()));
}

Status KeyStore::set_carried_out(LedgerId ledger, LogSize size) {
  Impl& impl = *impl_;
  const std::lock_guard lock(impl.write_mutex);
  RECOURSE_TRY(impl.writable());
  if (const auto open = impl.unfinished.lower_bound({ledger, LogSize(0)});
      open != impl.unfinished.end() && open->first == ledger)
    size = std::min(size, open->second);
  std::string value;
  put_u64(value, size.value());
  const std::string row = carried_out_row(ledger);
  rocksdb::WriteBatch batch;
  {
    const std::shared_lock epoch_lock(impl.epoch_mutex);
    const rocksdb::Status put = batch.Put(row, wrap_record(impl.kek, row, impl.random, {value}));
    if (!put.ok()) return rocks_error(put, "write the key store", impl.path);
  }
  return impl.write_synced(batch, "write the key store");
}

void KeyStore::begin_destruction(LedgerId ledger, LogSize at) {
  const std::lock_guard lock(impl_->write_mutex);
  impl_->unfinished.emplace(ledger, at);
}

void KeyStore::end_destruction(LedgerId ledger, LogSize at) {
  const std::lock_guard lock(impl_->write_mutex);
  if (const auto found = impl_->unfinished.find({ledger, at}); found != impl_->unfinished.end())
    impl_->unfinished.erase(found);
}

}  // namespace recourse
