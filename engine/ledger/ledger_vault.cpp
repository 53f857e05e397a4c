#include <functional>
#include <optional>
#include <string>

#include "engine/ledger/ledger_impl.h"
#include "engine/ledger/open_sealed.h"
#include "engine/ledger/request_record.h"
#include "engine/ledger/row_key.h"
#include "engine/ledger/vault_record.h"

namespace recourse {
namespace {

Error without_keys() {
  return {ErrorCode::forbidden, "sealed values open with the key file only, which is not here"};
}

std::string at(Position position, std::string_view origin) {
  return " at position " + std::to_string(position.value()) + " of " + std::string(origin);
}

Result<VaultRecordView> view_at(std::string_view key, Position position, std::string_view stored,
                                std::string_view origin) {
  const Result<std::string_view> bytes = unframe(key, stored);
  if (!bytes)
    return Error{ErrorCode::corrupt, "a sealed value" + at(position, origin) + " is damaged"};
  Result<VaultRecordView> record = view_vault_record(*bytes);
  if (!record) return Error{record.error().code, record.error().message + at(position, origin)};
  return record;
}

/// The key of the record before, for nearly all texts of a ticket are under one. It lives as long
/// as one read, so that it cannot outlive an erasure.
class OpenerOfRun {
 public:
  OpenerOfRun(FieldKeys& keys, std::string_view origin) : keys_(keys), origin_(origin) {}

  /// Null when the key was erased. Borrowed until the next call. Errors: as of field_key().
  Result<SealOpener*> find(const VaultKey& place, const VaultRecordView& record) {
    if (record.key_name != key_name_) {
      opener_.reset();
      key_name_.clear();
      const Result<FieldKey> key = field_key(keys_, origin_, place, record);
      if (!key && key.error().code != ErrorCode::erased) return key.error();
      if (key) opener_.emplace(*key);
      key_name_ = record.key_name;
    }
    return opener_ ? &*opener_ : nullptr;
  }

 private:
  FieldKeys& keys_;
  const std::string_view origin_;
  std::string key_name_;  ///< Never empty in a record.
  std::optional<SealOpener> opener_;
};

}  // namespace

Status Ledger::each_opened(LedgerId ledger, std::string_view subject,
                           const std::function<void(const OpenedView&)>& visit) const {
  if (!has_keys()) return without_keys();
  const DurableHeads::Extent extent = impl_->durable.extent(ledger);
  const std::string prefix = VaultKey{ledger, subject_group(subject), Position(0), 0}.prefix();
  rocksdb::ReadOptions options;
  options.prefix_same_as_start = true;
  const auto row = impl_->store->iterate(Family::vault, options);
  OpenerOfRun openers(*impl_->field_keys, extent.first_origin());
  for (row->Seek(prefix); row->Valid(); row->Next()) {
    const std::string_view key = row->key().ToStringView();
    RECOURSE_LET(const VaultKey place, VaultKey::parse(key));
    if (place.position.value() >= extent.size) break;  // Not durable yet.
    if (place.ordinal == kRequestSalt) continue;
    RECOURSE_LET(const VaultRecordView record,
                 view_at(key, place.position, row->value().ToStringView(), extent.origin));
    RECOURSE_LET(SealOpener* const opener, openers.find(place, record));
    if (opener == nullptr) continue;
    RECOURSE_LET(const SealOpener::Text text,
                 opener->open(record.event_id, record.pointer, record.commitment, record.sealed));
    visit({place.position, place.ordinal, record.pointer, text.value, text.rho, record.commitment});
  }
  if (!row->status().ok()) return impl_->store->read_error(row->status());
  return {};
}

Result<std::vector<OpenedValue>> Ledger::open_subject(LedgerId ledger,
                                                      std::string_view subject) const {
  std::vector<OpenedValue> values;
  RECOURSE_TRY(each_opened(ledger, subject, [&](const OpenedView& value) {
    values.push_back({value.position, value.ordinal, std::string(value.pointer),
                      std::string(value.json), std::string(value.rho), value.commitment});
  }));
  return values;
}

Result<OpenedValue> Ledger::open_value(LedgerId ledger, std::string_view subject, Position position,
                                       SealedOrdinal ordinal) const {
  if (!has_keys()) return without_keys();
  const DurableHeads::Extent extent = impl_->durable.extent(ledger);
  if (position.value() >= extent.size)
    return Error{ErrorCode::not_found, "there is no position " + std::to_string(position.value())};
  const VaultKey place{ledger, subject_group(subject), position, ordinal};
  const Result<std::string> bytes = impl_->store->get(Family::vault, place.bytes());
  if (!bytes && bytes.error().code == ErrorCode::not_found)
    return Error{ErrorCode::erased, "there is no sealed value" + at(position, extent.origin)};
  if (!bytes)
    return Error{bytes.error().code,
                 "a sealed value" + at(position, extent.origin) + ": " + bytes.error().message};
  RECOURSE_LET(const VaultRecordView record, view_vault_record(*bytes));
  return open_sealed(*impl_->field_keys, extent.first_origin(), place, record);
}

Result<std::optional<StoredRequest>> Ledger::find_request(LedgerId ledger,
                                                          const Hash& request_key) const {
  const Result<std::string> bytes =
      impl_->store->get(Family::requests, request_row_key(ledger, request_key));
  if (!bytes && bytes.error().code == ErrorCode::not_found) return std::optional<StoredRequest>();
  if (!bytes) return bytes.error();
  RECOURSE_LET(const StoredRequest request, parse_request_record(*bytes));
  if (request.first.value() >= impl_->durable.extent(ledger).size)
    return std::optional<StoredRequest>();  // Not durable yet.
  return std::optional(request);
}

Result<bool> Ledger::matches(LedgerId ledger, const StoredRequest& stored,
                             std::string_view request_fingerprint) const {
  if (!has_keys()) return without_keys();
  const VaultKey place{ledger, stored.subject_group, stored.first, kRequestSalt};
  const Result<std::string> bytes = impl_->store->get(Family::vault, place.bytes());
  if (!bytes && bytes.error().code == ErrorCode::not_found) return true;
  if (!bytes) return bytes.error();
  RECOURSE_LET(const VaultRecordView record, view_vault_record(*bytes));
  const DurableHeads::Extent extent = impl_->durable.extent(ledger);
  const Result<Opened> salt =
      decrypt_sealed(*impl_->field_keys, extent.first_origin(), place, record);
  if (!salt && salt.error().code == ErrorCode::erased) return true;
  if (!salt) return salt.error();
  return recourse::commit(salt->rho,
                          SealHeader{std::string(record.event_id), std::string(record.pointer)},
                          request_fingerprint) == stored.fingerprint;
}

}  // namespace recourse
