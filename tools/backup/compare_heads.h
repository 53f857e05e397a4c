#pragma once

#include <filesystem>
#include <vector>

#include "engine/ledger/signer.h"
#include "tools/backup/manifest.h"

namespace recourse {

/// Whether the log holds what the manifest says of each ledger. Errors: corrupt.
Status compare_with_manifest(const Ledger& ledger, const BackupManifest& manifest);

/// Whether the log holds every head in `files`, each a signed note of this log. Errors: conflict
/// when one is beyond it, saying how much is lost; corrupt when it is of another history;
/// unauthenticated, invalid, not_found for the note.
Status compare_with_notes(const Ledger& ledger, const Signer& signer,
                          const std::vector<std::filesystem::path>& files);

/// Whether one of `halves` signed the newest kept head of the meta ledger: who holds other keys
/// cannot go on with this log. Errors: conflict; io.
Status check_log_keys(const Ledger& ledger, const Signer& signer,
                      const std::vector<Ed25519PublicKey>& halves);

/// Brings `<data>/signer` up to the newest checkpoint that the log itself keeps: a backup reads the
/// one before the other, and a signer that forgot something signs nothing. Errors: corrupt for a
/// kept checkpoint that is not of this log; io.
Status mend_signer_state(const Ledger& ledger, const std::filesystem::path& data_dir);

}  // namespace recourse
