#pragma once

#include <filesystem>
#include <functional>
#include <optional>

#include "engine/ledger/signer.h"
#include "engine/writer/writer.h"

namespace recourse {

/// Makes and verifies a backup under the key of the epoch that begins, and gives its number. What
/// it refuses ends the rotation before the old key is destroyed; the next call goes on.
using BackupUnderNextKey = std::function<Result<std::int64_t>()>;

struct EpochChange {
  std::uint64_t retired = 0;             ///< The epoch whose key is gone.
  std::uint64_t rewrapped = 0;           ///< Keys that live on.
  std::size_t certified = 0;             ///< Erasures that got their certificate.
  std::vector<std::string> uncertified;  ///< Why some did not.
  std::optional<std::int64_t> backup;    ///< Number of the one under the next key.
};

/// Retires the key encryption key: wraps every living key under a new one, lets `backup` run where
/// there is one, destroys the old key file, and records kek.epoch_retired in the meta ledger. What
/// was destroyed before cannot be read in any copy of the key store from then on, so pending
/// erasures get their certificates. Goes on where a crash ended an earlier call. Slow; not for the
/// writer's threads; one at a time. Errors: conflict while a hold that was placed since an erasure
/// keeps older copies of what it took; those of key_rotation.h, of `backup` and of the writer.
Result<EpochChange> retire_kek(Writer& writer, const Signer& signer,
                               const std::filesystem::path& kek_file,
                               const BackupUnderNextKey& backup = {});

/// Whether a rotation was begun and not ended: a backup refused, or a crash came in between. The
/// store may be wrapped under the next key already; retire_kek() goes on from there.
bool rotation_under_way(const std::filesystem::path& kek_file);

/// Ends a rotation that a crash left after the old key was to be destroyed, records it, and issues
/// the certificates that are due. For a start. True when something was done. Errors: as above.
Result<bool> finish_retirement(Writer& writer, const Signer& signer,
                               const std::filesystem::path& kek_file);

}  // namespace recourse
