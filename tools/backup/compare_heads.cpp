#include "tools/backup/compare_heads.h"

#include <algorithm>

#include "engine/ledger/checkpoint.h"
#include "engine/ledger/durable_file.h"
#include "engine/ledger/signer_state.h"

namespace recourse {
namespace {

namespace fs = std::filesystem;

/// The ledger's own head at that size is `head`, or the error that says how it differs.
Status same(const Ledger& ledger, const LedgerInfo& info, const TreeHead& head,
            std::string_view of) {
  const LogSize size = ledger.head(info.ledger).size;
  if (size < head.size)
    return Error{ErrorCode::conflict,
                 info.origin + " has " + std::to_string(size.value()) + " events, and " +
                     std::string(of) + " covers " + std::to_string(head.size.value()) + ": " +
                     std::to_string(head.size.value() - size.value()) + " would be lost"};
  const Result<Hash> root = ledger.root_at(info.ledger, head.size);
  if (!root) return root.error();
  if (*root != head.root)
    return Error{ErrorCode::corrupt, info.origin + " at " + std::to_string(head.size.value()) +
                                         " events is not what " + std::string(of) +
                                         " says: it has another history"};
  return {};
}

std::optional<LedgerInfo> find_origin(const Ledger& ledger, std::string_view origin) {
  for (LedgerInfo& info : ledger.ledgers())
    if (info.has_origin(origin)) return std::move(info);
  return std::nullopt;
}

/// One key pair signs for every ledger, each time under its name.
Result<Checkpoint> verified(const Signer& signer, const LedgerInfo& info, std::string_view note) {
  RECOURSE_LET(VerifiedCheckpoint checkpoint,
               verify_checkpoint(note, signer.log_keys(info.ledger)));
  return std::move(checkpoint.checkpoint);
}

/// Whether it is of a closed log, beyond its end: that loss is declared.
bool is_given_up(const LedgerInfo& info, const Checkpoint& head) {
  return std::any_of(info.closed.begin(), info.closed.end(), [&](const ClosedLog& log) {
    return log.origin == head.origin && head.size > log.kept.size.value();
  });
}

}  // namespace

Status compare_with_manifest(const Ledger& ledger, const BackupManifest& manifest) {
  for (const LedgerCut::Head& stated : manifest.heads) {
    const Status good = same(ledger, stated.info, stated.head,
                             "the manifest of backup " + std::to_string(manifest.backup));
    if (!good) return Error{ErrorCode::corrupt, good.error().message + "; choose another backup"};
  }
  return {};
}

Status compare_with_notes(const Ledger& ledger, const Signer& signer,
                          const std::vector<fs::path>& files) {
  for (const fs::path& file : files) {
    RECOURSE_LET(const std::string note, read_file(file));
    const Result<Checkpoint> claimed = peek_checkpoint(note);
    if (!claimed)
      return Error{ErrorCode::invalid, file.string() +
                                           " is no signed head; name a file that "
                                           "holds one"};
    const auto info = find_origin(ledger, claimed->origin);
    if (!info)
      return Error{ErrorCode::conflict, claimed->origin + ", of which " + file.string() +
                                            " holds a head, is not in this backup; choose a newer "
                                            "one"};
    const Result<Checkpoint> head = verified(signer, *info, note);
    if (!head)
      return Error{head.error().code,
                   file.string() + " is not signed by this log: " + head.error().message};
    if (is_given_up(*info, *head)) continue;
    const Status good = same(ledger, *info, {LogSize(head->size), head->root}, file.string());
    if (good) continue;
    return Error{good.error().code, good.error().message +
                                        "; choose a newer backup, or bring the newer log back; if "
                                        "there is neither, go on without what is missing: "
                                        "--declare-loss REASON"};
  }
  return {};
}

Status check_log_keys(const Ledger& ledger, const Signer& signer,
                      const std::vector<Ed25519PublicKey>& halves) {
  const LedgerId meta(0);
  RECOURSE_LET(const auto note, signer.at_most(meta, ledger.head(meta).size));
  if (!note) return {};
  RECOURSE_LET(const Checkpoint claimed, peek_checkpoint(*note));
  std::vector<NoteKey> keys;
  for (const Ed25519PublicKey& half : halves)
    keys.emplace_back(claimed.origin, SignatureType::ed25519, half);
  if (verify_checkpoint(*note, keys)) return {};
  return Error{ErrorCode::conflict,
               "the heads in the backup were signed by another key than the one that the signer "
               "holds; name the process that holds it with --signer"};
}

Status mend_signer_state(const Ledger& ledger, const fs::path& data_dir) {
  SignerState state;
  Result<SignerState> read = read_signer_state(data_dir);
  if (read) {
    state = std::move(read).value();
  } else if (read.error().code != ErrorCode::not_found) {
    return read.error();
  }
  RECOURSE_LET(const auto signer, Signer::open_read_only(ledger, data_dir.string()));
  bool changed = false;
  for (const LedgerInfo& info : ledger.ledgers()) {
    RECOURSE_LET(const auto note, signer->at_most(info.ledger, LogSize(~std::uint64_t{0})));
    if (!note) continue;
    RECOURSE_LET(const Checkpoint kept, verified(*signer, info, *note));
    TreeHead& known = state.signed_heads[kept.origin];
    if (kept.size <= known.size.value()) continue;
    known = {LogSize(kept.size), kept.root};
    RECOURSE_TRY(same(ledger, info, known, "a kept checkpoint"));
    changed = true;
  }
  return changed ? replace_file(signer_state_path(data_dir), state.text()) : Status();
}

}  // namespace recourse
