#pragma once

#include <string_view>

#include "engine/ledger/ledger.h"
#include "engine/ledger/row_key.h"
#include "engine/ledger/vault_record.h"
#include "engine/privacy/field_keys.h"
#include "engine/privacy/seal.h"

namespace recourse {

// The only place where sealed texts become readable. Any thread.

/// The key of a vault record. Errors: erased; corrupt when a key is missing without having been
/// destroyed; io.
Result<FieldKey> field_key(FieldKeys& keys, std::string_view origin, const VaultKey& place,
                           const VaultRecordView& record);

/// Decrypts a vault record without looking at its commitment: for a request's salt, which has none.
/// Errors: as above; corrupt when it does not open.
Result<Opened> decrypt_sealed(FieldKeys& keys, std::string_view origin, const VaultKey& place,
                              const VaultRecordView& record);

/// Decrypts and recomputes the commitment, which AES-GCM alone does not guarantee.
/// Errors: as above.
Result<OpenedValue> open_sealed(FieldKeys& keys, std::string_view origin, const VaultKey& place,
                                const VaultRecordView& record);

}  // namespace recourse
