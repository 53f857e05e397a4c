#pragma once

#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/ledger/checkpoint.h"
#include "engine/ledger/ed25519.h"
#include "engine/ledger/head_signer.h"
#include "engine/ledger/ledger_impl.h"
#include "engine/ledger/signer.h"
#include "engine/ledger/signer_state.h"
#include "engine/ledger/signing_keys.h"

namespace recourse {

class Signer::Impl {
 public:
  Impl(const Ledger& ledger_, std::filesystem::path data_dir_)
      : ledger(ledger_), data_dir(std::move(data_dir_)) {}

  const Ledger& ledger;
  const std::filesystem::path data_dir;
  std::unique_ptr<HeadSigner> elsewhere;     ///< Null: the log key is here.
  SigningKeys log, reports, receipts;        ///< Without keys when there is no KEK.
  std::vector<Ed25519PublicKey> log_halves;  ///< Newest first, wherever the log key is.
  std::string deployment;
  SignerState state;  ///< The signing thread's.
  /// Whoever holds the log key may have signed what we did not hear of. The signing thread's.
  bool out_of_step = false;
  std::mutex adding;  ///< Of signatures to a kept checkpoint, one after the other.
  mutable std::shared_mutex mutex;
  std::unordered_map<LedgerId, std::string> newest;  ///< Guarded by mutex.

  Store& store() const { return *ledger.impl_->store; }

  Status load_keys(bool draw);
  Status check_own_heads() const;
  Timestamp now() const { return ledger.impl_->clock.now(); }
  std::vector<NoteKey> named(const std::string& name,
                             const std::vector<Ed25519PublicKey>& halves) const;
  Result<std::vector<std::string>> sign_heads(std::span<const HeadToSign> heads) const;
  Status load_state();
  Result<std::optional<std::string>> newest_stored(LedgerId id, LogSize at_most) const;
  Status store_notes(const std::vector<HeadToSign>& heads, const std::vector<std::string>& lines);
};

}  // namespace recourse
