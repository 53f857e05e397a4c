#pragma once

#include <filesystem>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/ledger/checkpoint.h"
#include "engine/ledger/ed25519.h"
#include "engine/ledger/ledger_impl.h"
#include "engine/ledger/signer.h"
#include "engine/ledger/signer_state.h"

namespace recourse {

class Signer::Impl {
 public:
  Impl(const Ledger& ledger_, std::filesystem::path data_dir_)
      : ledger(ledger_), data_dir(std::move(data_dir_)) {}

  const Ledger& ledger;
  const std::filesystem::path data_dir;
  std::optional<Ed25519Key> log_key, report_key, receipt_key;  ///< Absent without the KEK.
  std::string deployment;
  SignerState state;  ///< The signing thread's.
  std::mutex adding;  ///< Of signatures to a kept checkpoint, one after the other.
  mutable std::shared_mutex mutex;
  std::unordered_map<LedgerId, std::string> newest;  ///< Guarded by mutex.

  Store& store() const { return *ledger.impl_->store; }

  Status load_keys(bool draw);
  Status load_state();
  Result<std::optional<std::string>> newest_stored(LedgerId id, LogSize at_most) const;
  /// REQUIRES, both: the KEK.
  std::string verifier_key(const std::string& name, const std::optional<Ed25519Key>& key) const;
  std::string sign(const std::string& name, const std::optional<Ed25519Key>& key,
                   std::string_view text) const;
  Status store_notes(const std::vector<LedgerId>& signed_now);
};

}  // namespace recourse
