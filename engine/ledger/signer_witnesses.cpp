#include <rocksdb/write_batch.h>

#include <mutex>

#include "engine/ledger/ledger_impl.h"
#include "engine/ledger/row_key.h"
#include "engine/ledger/signer_impl.h"

// What others say about a head, kept with it.

namespace recourse {

Status Signer::add_signatures(LedgerId ledger, LogSize size, std::string_view lines) {
  const std::lock_guard one_at_a_time(impl_->adding);
  const std::string key = checkpoint_key(ledger, size);
  RECOURSE_LET(std::string note, impl_->store().get(Family::checkpoints, key));
  const std::size_t before = note.size();
  while (!lines.empty()) {
    const std::size_t end = std::min(lines.find('\n'), lines.size() - 1);
    const std::string_view line = lines.substr(0, end + 1);
    lines.remove_prefix(end + 1);
    if (note.find(line) == note.npos) note.append(line);
  }
  RECOURSE_TRY(parse_note(note));
  if (note.size() == before) return {};
  rocksdb::WriteBatch batch;
  put_framed(batch, impl_->store().family(Family::checkpoints), key, note);
  RECOURSE_TRY(impl_->store().write(batch));
  const std::unique_lock lock(impl_->mutex);
  const auto newest = impl_->newest.find(ledger);
  if (newest == impl_->newest.end()) return {};
  RECOURSE_LET(const Checkpoint head, peek_checkpoint(newest->second));
  if (head.size == size.value()) newest->second = std::move(note);
  return {};
}

Status Signer::keep_time_stamp(LedgerId ledger, const TimeStamp& stamp) {
  rocksdb::WriteBatch batch;
  put_framed(batch, impl_->store().family(Family::checkpoints), time_stamp_key(ledger, stamp.size),
             stamp.response);
  return impl_->store().write(batch);
}

namespace {

Result<std::optional<Signer::TimeStamp>> stamp_at(const Store& store, const rocksdb::Iterator& row,
                                                  const std::string& prefix) {
  if (!row.status().ok()) return store.read_error(row.status());
  if (!row.Valid() || !row.key().starts_with(prefix)) return std::optional<Signer::TimeStamp>();
  const std::string_view key = row.key().ToStringView();
  RECOURSE_LET(const std::string_view response, unframe(key, row.value().ToStringView()));
  return std::optional(
      Signer::TimeStamp{LogSize(get_u64(key.substr(prefix.size()))), std::string(response)});
}

}  // namespace

Result<std::optional<Signer::TimeStamp>> Signer::time_stamp_at_least(LedgerId ledger,
                                                                     LogSize size) const {
  const auto row = impl_->store().iterate(Family::checkpoints);
  row->Seek(time_stamp_key(ledger, size));
  return stamp_at(impl_->store(), *row, time_stamp_prefix(ledger));
}

Result<std::optional<Signer::TimeStamp>> Signer::newest_time_stamp(LedgerId ledger) const {
  const auto row = impl_->store().iterate(Family::checkpoints);
  row->SeekForPrev(time_stamp_key(ledger, LogSize(~std::uint64_t{0})));
  return stamp_at(impl_->store(), *row, time_stamp_prefix(ledger));
}

}  // namespace recourse
