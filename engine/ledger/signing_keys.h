#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/time.h"
#include "engine/ledger/ledger.h"
#include "engine/ledger/note_key.h"
#include "engine/privacy/key_name.h"

namespace recourse {

/// For how long the key before also signs when a key is replaced.
inline constexpr std::chrono::days kBothSign{30};

/// One purpose of signing of a deployment: its key, and those that it replaced (key.rotated).
struct SigningKeys {
  std::vector<Ed25519Key> generations;  ///< Newest last; empty without the KEK.
  Timestamp both_until{};               ///< Until then the newest but one signs too.

  /// Public halves, newest first.
  std::vector<Ed25519PublicKey> public_keys() const;
  /// The lines of those that sign at `now`. REQUIRES: there is a key.
  std::string lines(std::string_view name, std::string_view text, Timestamp now) const;
};

/// What keys are for, as commands and events say it.
inline constexpr std::string_view kKeyPurposes[] = {"log", "reports", "receipts"};

/// The purpose's keys. `draw`: the first one is drawn when there is none. The number of the newest
/// is what the meta ledger's key.rotated events say: one that was drawn and not announced does not
/// sign. Errors: not_found, corrupt, io.
Result<SigningKeys> load_signing_keys(const Ledger& ledger, std::string_view purpose, bool draw);

/// Under which names the key store has them, newest last. Errors: as above.
Result<std::vector<KeyName>> signing_key_names(const Ledger& ledger, std::string_view purpose);

/// Public halves of a log key that lies elsewhere, kept for who reads beside the server; newest
/// first. None: the log key is in the key store.
Result<std::vector<Ed25519PublicKey>> read_log_halves(const std::filesystem::path& data_dir);
Status write_log_halves(const std::filesystem::path& data_dir,
                        const std::vector<Ed25519PublicKey>& halves);

/// Draws the next key of the purpose, or finds the one that was drawn and not announced, durable
/// when this returns. It signs once the event is in the meta ledger. REQUIRES: the KEK.
Result<KeyRotated> next_signing_key(const Ledger& ledger, std::string_view purpose,
                                    const std::string& name, Timestamp now);

}  // namespace recourse
