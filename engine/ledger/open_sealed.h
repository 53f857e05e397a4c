#pragma once

#include <string_view>

#include "engine/ledger/ledger.h"
#include "engine/ledger/row_key.h"
#include "engine/ledger/vault_record.h"
#include "engine/privacy/field_keys.h"
#include "engine/privacy/seal.h"

namespace recourse {

// The only place where sealed texts become readable. Any thread.

/// Decrypts a vault record without looking at its commitment: for a request's salt, which has none.
/// Errors: erased; corrupt, also when its key is missing without having been destroyed; io.
Result<Opened> decrypt_sealed(FieldKeys& keys, std::string_view origin, const VaultKey& place,
                              const VaultRecord& record);

/// Decrypts and recomputes the commitment, which AES-GCM alone does not guarantee.
/// Errors: as above.
Result<OpenedValue> open_sealed(FieldKeys& keys, std::string_view origin, const VaultKey& place,
                                const VaultRecord& record);

}  // namespace recourse
