#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "engine/base/id.h"
#include "engine/base/result.h"
#include "engine/privacy/key_store.h"
#include "engine/privacy/secret.h"

namespace recourse {

/// Which key seals a value. Borrowed texts: valid for the call.
struct FieldKeyName {
  std::string_view origin;                ///< Of the ledger's first log.
  LedgerId ledger;                        ///< The ledger the leaf is in.
  std::span<const std::string> subjects;  ///< `k`, in its order; empty: the tenant's own key.
  std::string_view retention;             ///< `r`.
  std::string_view month;                 ///< First seven characters of the leaf's `time`.
};

/// Field keys, derived once and kept for a while, so that opening the texts of one ticket derives
/// one key. Destroying a key in the store empties it. Threads: any.
class FieldKeys {
 public:
  /// `store` outlives this. `capacity`: field keys kept.
  explicit FieldKeys(KeyStore& store, std::size_t capacity = 16'384);
  ~FieldKeys();
  FieldKeys(const FieldKeys&) = delete;
  FieldKeys& operator=(const FieldKeys&) = delete;

  /// For opening. Errors: erased or not_found when one of the keys is gone or never was; corrupt;
  /// io.
  Result<FieldKey> find(const FieldKeyName& name);

  /// For sealing: missing keys are drawn and pending until the store's sync(). Errors: erased when
  /// a subject was erased: seal under a new subject or under none; forbidden; corrupt; io.
  Result<FieldKey> obtain(const FieldKeyName& name);

 private:
  struct Shard;
  Result<FieldKey> get(const FieldKeyName& name, bool draw);
  KeyStore& store_;
  std::size_t shard_count_;
  std::unique_ptr<Shard[]> shards_;
};

}  // namespace recourse
