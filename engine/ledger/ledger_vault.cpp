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

Result<VaultRecord> parse_at(const VaultKey& place, std::string_view stored,
                             std::string_view origin) {
  const Result<std::string_view> bytes = unframe(place.bytes(), stored);
  if (!bytes)
    return Error{ErrorCode::corrupt, "a sealed value" + at(place.position, origin) + " is damaged"};
  Result<VaultRecord> record = parse_vault_record(*bytes);
  if (!record)
    return Error{record.error().code, record.error().message + at(place.position, origin)};
  return record;
}

}  // namespace

Result<std::vector<OpenedValue>> Ledger::open_subject(LedgerId ledger,
                                                      std::string_view subject) const {
  if (!has_keys()) return without_keys();
  const DurableHeads::Extent extent = impl_->durable.extent(ledger);
  const std::string prefix = VaultKey{ledger, subject_group(subject), Position(0), 0}.prefix();
  rocksdb::ReadOptions options;
  options.prefix_same_as_start = true;
  const auto row = impl_->store->iterate(Family::vault, options);
  std::vector<OpenedValue> values;
  for (row->Seek(prefix); row->Valid(); row->Next()) {
    RECOURSE_LET(const VaultKey place, VaultKey::parse(row->key().ToStringView()));
    if (place.position.value() >= extent.size) break;  // Not durable yet.
    if (place.ordinal == kRequestSalt) continue;
    RECOURSE_LET(const VaultRecord record,
                 parse_at(place, row->value().ToStringView(), extent.origin));
    Result<OpenedValue> value = open_sealed(*impl_->field_keys, extent.origin, place, record);
    if (!value && value.error().code == ErrorCode::erased) continue;
    if (!value) return value.error();
    values.push_back(std::move(value).value());
  }
  if (!row->status().ok()) return impl_->store->read_error(row->status());
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
  RECOURSE_LET(const VaultRecord record, parse_vault_record(*bytes));
  return open_sealed(*impl_->field_keys, extent.origin, place, record);
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
  RECOURSE_LET(const VaultRecord record, parse_vault_record(*bytes));
  const Result<Opened> salt =
      decrypt_sealed(*impl_->field_keys, impl_->durable.extent(ledger).origin, place, record);
  if (!salt && salt.error().code == ErrorCode::erased) return true;
  if (!salt) return salt.error();
  return recourse::commit(salt->rho, SealHeader{record.event_id, record.pointer},
                          request_fingerprint) == stored.fingerprint;
}

}  // namespace recourse
