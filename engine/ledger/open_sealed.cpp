#include "engine/ledger/open_sealed.h"

#include <string>

namespace recourse {

Result<Opened> decrypt_sealed(FieldKeys& keys, std::string_view origin, const VaultKey& place,
                              const VaultRecord& record) {
  const Result<FieldKey> key =
      keys.find({origin, place.ledger, record.subjects, record.retention, record.month});
  if (!key && key.error().code == ErrorCode::not_found)
    return Error{ErrorCode::corrupt, "a key of the sealed value at " + record.pointer +
                                         " of position " + std::to_string(place.position.value()) +
                                         " is missing: restore the key store"};
  if (!key) return key.error();
  return open(*key, SealHeader{record.event_id, record.pointer}, record.sealed);
}

Result<OpenedValue> open_sealed(FieldKeys& keys, std::string_view origin, const VaultKey& place,
                                const VaultRecord& record) {
  RECOURSE_LET(Opened opened, decrypt_sealed(keys, origin, place, record));
  RECOURSE_TRY(check(record.commitment, opened, SealHeader{record.event_id, record.pointer}));
  OpenedValue value;
  value.position = place.position;
  value.ordinal = place.ordinal;
  value.pointer = record.pointer;
  value.json = std::move(opened.value);
  value.rho = as_text(opened.rho);
  value.commitment = record.commitment;
  return value;
}

}  // namespace recourse
