#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/random.h"
#include "engine/ledger/signer.h"
#include "tools/audit/verify.h"
#include "tools/backup/backup_directory.h"
#include "tools/backup/declare_loss.h"

namespace recourse {

struct RestoreOptions {
  std::filesystem::path from;
  std::optional<std::uint64_t> backup;  ///< Absent: the newest whole one.
  std::filesystem::path data_dir;       ///< Empty, or not there; or where a restore was broken off.
  std::filesystem::path kek_file;
  bool verify = false;  ///< Prove every byte before it is served.
  /// Files with a signed head each, as somebody outside keeps them.
  std::vector<std::filesystem::path> heads;
  /// Makes the way to whoever holds the log key; absent: it is in the backup.
  std::function<std::unique_ptr<HeadSigner>()> signer;
  /// What the backup does not have of what was signed is lost, and the log goes on without it.
  std::optional<LossDeclaration> loss;
  AskWitnesses ask_witnesses;  ///< For it; may be empty.
  /// Where newer erasures are known: see destructions_in().
  std::vector<std::filesystem::path> erasures_from;
  Random* random = nullptr;      ///< Default: the system's.
  const Clock* clock = nullptr;  ///< Default: the system's.
  std::function<bool()> go_on;   ///< Asked now and then; absent: always.
};

/// A backup in its new place, opened, compared and with every known erasure carried out again. It
/// is marked as unfinished, so that nothing serves it, until finish_restore().
struct RestoredPlace {
  BackupManifest manifest;
  Hash digest{};
  std::unique_ptr<Ledger> ledger;
  std::size_t erased_again = 0;  ///< Keys that would have come back.
  std::optional<DeclaredLoss> loss;
  /// What could be asked who was erased after the backup: journals and
  /// RestoreOptions::erasures_from.
  std::vector<std::filesystem::path> knew_erasures;
  std::optional<VerifyReport> report;
};

/// Errors: not_found without such a backup or key file; conflict when something is in the place or
/// when a head from outside, or that the signer remembers, is newer or another one, and its loss is
/// not declared, or when it is and nothing is missing; corrupt for a damaged backup, naming each
/// file that is; unauthenticated and erased when the key file cannot open it, naming the epochs;
/// disk_full, io; unavailable.
Result<RestoredPlace> restore_place(const RestoreOptions& options);

struct RestoreReport {
  BackupManifest manifest;
  std::uint64_t commit_number = 0;  ///< Of the restored log.
  std::uint64_t epoch = 0;
  std::size_t erased_again = 0;
  std::vector<std::filesystem::path> knew_erasures;  ///< As of RestoredPlace.
  std::int64_t rto_ms = 0;                           ///< Until it could have served.
  std::string unsigned_because;  ///< The heads could not be signed yet; empty: they are.
  std::optional<DeclaredLoss> loss;
  std::optional<VerifyReport> report;
};

/// The same, and then: rows are made from the log, restore.completed is recorded, the place may
/// serve, and its heads are signed. Errors: as restore_place(); corrupt when `verify` found damage;
/// conflict when another process holds the log key and is not named.
Result<RestoreReport> restore(const RestoreOptions& options);

/// Whether a restore into `data_dir` was broken off: it must not be served.
bool is_half_restored(const std::filesystem::path& data_dir);

/// Takes that mark away: from now on it may be served. Errors: io.
Status mark_restored(const std::filesystem::path& data_dir);

}  // namespace recourse
