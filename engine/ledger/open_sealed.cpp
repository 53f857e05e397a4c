#include "engine/ledger/open_sealed.h"

#include <string>

namespace recourse {

Result<FieldKey> field_key(FieldKeys& keys, std::string_view origin, const VaultKey& place,
                           const VaultRecordView& record) {
  Result<FieldKey> key =
      keys.find({origin, place.ledger, record.subjects(), record.retention, record.month});
  if (!key && key.error().code == ErrorCode::not_found)
    return Error{ErrorCode::corrupt, "a key of the sealed value at " + std::string(record.pointer) +
                                         " of position " + std::to_string(place.position.value()) +
                                         " is missing: restore the key store"};
  return key;
}

Result<Opened> decrypt_sealed(FieldKeys& keys, std::string_view origin, const VaultKey& place,
                              const VaultRecordView& record) {
  RECOURSE_LET(const FieldKey key, field_key(keys, origin, place, record));
  return open(key, SealHeader{std::string(record.event_id), std::string(record.pointer)},
              record.sealed);
}

Result<OpenedValue> open_sealed(FieldKeys& keys, std::string_view origin, const VaultKey& place,
                                const VaultRecordView& record) {
  RECOURSE_LET(const FieldKey key, field_key(keys, origin, place, record));
  SealOpener opener(key);
  RECOURSE_LET(const SealOpener::Text text,
               opener.open(record.event_id, record.pointer, record.commitment, record.sealed));
  return OpenedValue{place.position,          place.ordinal,         std::string(record.pointer),
                     std::string(text.value), std::string(text.rho), record.commitment};
}

}  // namespace recourse
