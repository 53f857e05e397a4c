#include "tools/backup/known_heads.h"

#include <algorithm>

#include "engine/ledger/checkpoint.h"
#include "engine/ledger/durable_file.h"
#include "engine/ledger/proof_text.h"
#include "engine/ledger/signer.h"
#include "engine/ledger/signer_state.h"
#include "engine/ledger/signing_keys.h"
#include "tools/backup/compare_heads.h"

namespace recourse {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kWitnessMemory = "recourse/witness@v1\n";

/// The notes that a file holds: one, or those that a witness remembers.
Result<std::vector<std::string>> notes_in(const fs::path& file) {
  RECOURSE_LET(const std::string text, read_file(file));
  if (!text.starts_with(kWitnessMemory)) return std::vector<std::string>{text};
  std::vector<std::string> notes;
  LineReader lines(std::string_view(text).substr(kWitnessMemory.size()));
  while (!lines.rest().empty()) {
    RECOURSE_LET(const std::string_view line, lines.line());
    if (line.starts_with("sum ")) break;
    const auto note = from_base64(line.substr(std::min(line.size(), line.find(' ') + 1)));
    if (!note) return Error{ErrorCode::invalid, file.string() + " is a damaged witness's memory"};
    notes.push_back(*note);
  }
  return notes;
}

/// One key pair signs under the name of each log, also of one that nothing is left of here.
Status add_note(const Signer& signer, const std::string& note, const fs::path& file,
                KnownHeads& known) {
  const Result<Checkpoint> claimed = peek_checkpoint(note);
  if (!claimed)
    return Error{ErrorCode::invalid,
                 file.string() + " is no signed head; name a file that holds one"};
  std::vector<NoteKey> keys;
  for (const NoteKey& key : signer.log_keys(LedgerId(0)))
    keys.emplace_back(claimed->origin, SignatureType::ed25519, key.key());
  const auto verified = verify_checkpoint(note, keys);
  if (!verified)
    return Error{verified.error().code,
                 file.string() + " is not signed by this log: " + verified.error().message};
  const Checkpoint& head = verified->checkpoint;
  known.add(head.origin, {{LogSize(head.size), head.root}, file.string()});
  return {};
}

void add_state(const SignerState& state, const std::string& from, KnownHeads& known) {
  for (const auto& [origin, head] : state.signed_heads) known.add(origin, {head, from});
}

/// The memory beside the ledger counts as one of all logs only when it is newer than the ledger: a
/// backup has it as it was.
bool is_ahead(const Ledger& ledger, const SignerState& state) {
  for (const LedgerInfo& info : ledger.ledgers())
    for (const auto& [origin, head] : state.signed_heads)
      if (may_follow(info.origin, origin) ||
          (origin == info.origin && head.size > ledger.head(info.ledger).size))
        return true;
  return false;
}

/// Whether `halves`, which the directory names, signed its newest kept head.
Status check_here(const Ledger& ledger, const fs::path& data_dir,
                  const std::vector<Ed25519PublicKey>& halves) {
  RECOURSE_LET(const auto signer, Signer::open_read_only(ledger, data_dir.string()));
  return check_log_keys(ledger, *signer, halves);
}

}  // namespace

void KnownHeads::add(const std::string& origin, Newest newest) {
  const auto [found, added] = by_origin.emplace(origin, newest);
  if (!added && newest.head.size > found->second.head.size) found->second = std::move(newest);
}

Status take_log_halves(const Ledger& ledger, const fs::path& data_dir, HeadSigner& signer) {
  RECOURSE_LET(const auto halves, signer.keys());
  RECOURSE_LET(const auto before, read_log_halves(data_dir));
  RECOURSE_TRY(write_log_halves(data_dir, halves));
  const Status own = check_here(ledger, data_dir, halves);
  if (own) return {};
  std::error_code ignored;
  if (before.empty()) {
    fs::remove(data_dir / "log-keys", ignored);
  } else {
    RECOURSE_TRY(write_log_halves(data_dir, before));
  }
  return own;
}

Result<KnownHeads> known_heads(const Ledger& ledger, const HeadSources& sources) {
  KnownHeads known;
  const auto own = read_signer_state(sources.data_dir);
  if (!own && own.error().code != ErrorCode::not_found) return own.error();
  if (own) {
    add_state(*own, signer_state_path(sources.data_dir).string(), known);
    known.of_all = is_ahead(ledger, *own);
  }
  if (sources.signer != nullptr) {
    RECOURSE_LET(const SignerState state, sources.signer->signed_heads());
    add_state(state, "the signer", known);
    known.of_all = true;
  }
  RECOURSE_LET(const auto signer, Signer::open_read_only(ledger, sources.data_dir.string()));
  for (const fs::path& file : sources.files) {
    RECOURSE_LET(const std::vector<std::string> notes, notes_in(file));
    for (const std::string& note : notes) RECOURSE_TRY(add_note(*signer, note, file, known));
  }
  RECOURSE_LET(const auto note, signer->at_most(LedgerId(0), LogSize(~std::uint64_t{0})));
  if (!note || !sources.ask_witnesses) return known;
  RECOURSE_LET(const Checkpoint shown, peek_checkpoint(*note));
  for (const auto& [witness, size] : sources.ask_witnesses(sources.data_dir, *note))
    known.add(shown.origin, {{LogSize(size), {}}, "the witness " + witness, false});
  return known;
}

}  // namespace recourse
