#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "engine/base/bytes.h"
#include "engine/base/result.h"
#include "engine/privacy/aes_gcm.h"
#include "engine/privacy/secret.h"

namespace recourse {

/// Sealing of one value of a leaf: the leaf holds a commitment, the vault the encrypted value.
/// Bytes: docs/format/seal.md. All functions are pure and may run on any thread.

using Rho =
    std::array<std::uint8_t, 32>;  ///< Random, fresh for each value: hides what is committed.
using SealNonce = GcmNonce;        ///< Random, fresh for each value.

/// What ties a sealed value to its place.
struct SealHeader {
  std::string event_id;  ///< The event's `id`.
  std::string pointer;   ///< JSON pointer (RFC 6901) of the value in the leaf, "/data/requester".

  /// "recourse/seal/v1" LF event id LF pointer LF.
  std::string bytes() const;
};

/// `c` of the leaf: HMAC-SHA-256(rho, hdr || value). `jcs_value` is the value as RFC 8785 JSON.
Hash commit(const Rho& rho, const SealHeader& header, std::string_view jcs_value);

/// The key of all values with the same subjects, bucket and log. `subjects`: the subjects' keys in
/// the order of the leaf's `k`, or the tenant's key alone when `k` is empty. `origin`: the log's
/// name. REQUIRES: at least one key.
FieldKey derive_field_key(std::span<const Key> subjects, const Key& bucket,
                          std::string_view origin);

/// A key for one more purpose, bound to `key`: gone when `key` is. HKDF-SHA-256 with info
/// "recourse/derive/v1" LF purpose.
Key derive_key(const Key& key, std::string_view purpose);

/// The vault record: nonce || ciphertext || tag.
std::string seal(const FieldKey& key, const SealHeader& header, const SealNonce& nonce,
                 const Rho& rho, std::string_view jcs_value);

struct Opened {
  Rho rho;
  std::string value;  ///< RFC 8785 JSON, as it was sealed.
};

/// Errors: corrupt when the record was changed, or sealed with another key or for another place.
Result<Opened> open(const FieldKey& key, const SealHeader& header, std::string_view record);

/// open() and check() for many values under one field key, with buffers that are used again: what
/// a ticket's texts cost. One thread at a time. Wipes the key when it goes.
class SealOpener {
 public:
  explicit SealOpener(const FieldKey& key) : gcm_(key.view()) {}

  struct Text {
    std::string_view rho;    ///< 32 bytes.
    std::string_view value;  ///< RFC 8785 JSON, as it was sealed.
  };
  /// The value of `record`, which `commitment` binds, borrowed until the next call. Errors:
  /// corrupt, as of open() and check().
  Result<Text> open(std::string_view event_id, std::string_view pointer, const Hash& commitment,
                    std::string_view record);

 private:
  GcmOpener gcm_;
  std::string header_, plain_;
};

/// Whether the opened value is the one the leaf commits to. AES-GCM alone does not say so: one
/// record can be made to open under two keys. Errors: corrupt.
Status check(const Hash& commitment, const Opened& opened, const SealHeader& header);

}  // namespace recourse
