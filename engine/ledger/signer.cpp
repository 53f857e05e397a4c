#include "engine/ledger/signer.h"

#include <rocksdb/write_batch.h>

#include <algorithm>

#include "engine/ledger/note_key.h"
#include "engine/ledger/receipt_token.h"
#include "engine/ledger/row_key.h"
#include "engine/ledger/signer_impl.h"

namespace recourse {

Signer::Signer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Signer::~Signer() = default;

Status Signer::Impl::load_keys(bool draw) {
  for (const LedgerInfo& info : ledger.ledgers())
    if (info.ledger == LedgerId(0)) deployment = deployment_of(info);
  if (elsewhere != nullptr) {
    RECOURSE_LET(log_halves, elsewhere->keys());
  } else if (!draw) {
    RECOURSE_LET(log_halves, read_log_halves(data_dir));
  }
  if (!ledger.has_keys()) return {};
  const bool here = elsewhere == nullptr && log_halves.empty();
  if (here) {
    RECOURSE_LET(log, load_signing_keys(ledger, "log", draw));
    log_halves = log.public_keys();
  }
  RECOURSE_LET(reports, load_signing_keys(ledger, "reports", draw));
  RECOURSE_LET(receipts, load_signing_keys(ledger, "receipts", draw));
  return draw ? ledger.keys().sync() : Status();
}

/// A log that is signed by the wrong key from some head on is worse than one that is not signed.
Status Signer::Impl::check_own_heads() const {
  RECOURSE_LET(const auto note, newest_stored(LedgerId(0), LogSize(~std::uint64_t{0})));
  if (!note) return {};
  const auto head = peek_checkpoint(*note);
  if (head && parse_origin_name(head->origin).first == deployment + "/meta" &&
      verify_checkpoint(*note, named(head->origin, log_halves)))
    return {};
  return Error{ErrorCode::conflict,
               "the heads of " + deployment +
                   " were signed by another key than the one that is here; name the process that "
                   "holds it with --signer, or bring its key back"};
}

Result<std::optional<std::string>> Signer::Impl::newest_stored(LedgerId id, LogSize at_most) const {
  const auto row = store().iterate(Family::checkpoints);
  row->SeekForPrev(checkpoint_key(id, at_most));
  if (!row->status().ok()) return store().read_error(row->status());
  if (!row->Valid() || !row->key().starts_with(ledger_key(id))) return std::optional<std::string>();
  RECOURSE_LET(const std::string_view note,
               unframe(row->key().ToStringView(), row->value().ToStringView()));
  return std::optional(std::string(note));
}

/// The state file is the memory, the kept notes are what it led to; a round that was persisted and
/// not stored is signed again, with the same bytes, since Ed25519 is deterministic.
Status Signer::Impl::load_state() {
  Result<SignerState> read = read_signer_state(data_dir);
  const bool none = !read && read.error().code == ErrorCode::not_found;
  if (!read && !none) return read.error();
  if (!none) {
    RECOURSE_TRY(check_signed_state(ledger, data_dir));
    state = std::move(read).value();
  }
  if (elsewhere != nullptr) {
    // Its memory counts more than ours, which may have been set back together with the ledger.
    RECOURSE_LET(state, elsewhere->signed_heads());
    RECOURSE_TRY(check_signed_heads(ledger, state, data_dir));
    RECOURSE_TRY(replace_file(signer_state_path(data_dir), state.text()));
  }
  std::vector<HeadToSign> unsaved;
  for (const LedgerInfo& info : ledger.ledgers()) {
    RECOURSE_LET(std::optional<std::string> note,
                 newest_stored(info.ledger, LogSize(~std::uint64_t{0})));
    const auto known = state.signed_heads.find(info.origin);
    std::uint64_t kept_size = 0;
    if (note) {
      RECOURSE_LET(const Checkpoint kept, peek_checkpoint(*note));
      // Of a log that was closed there is nothing to go on from.
      if (kept.origin == info.origin) kept_size = kept.size;
    }
    const std::uint64_t known_size =
        known == state.signed_heads.end() ? 0 : known->second.size.value();
    if (kept_size > known_size)
      return Error{ErrorCode::corrupt,
                   "a checkpoint of " + info.origin + " at " + std::to_string(kept_size) +
                       " leaves was signed, and " + signer_state_path(data_dir).string() +
                       (none ? " is missing" : " is older") + ": restore that file"};
    if (kept_size < known_size)
      unsaved.push_back({{info.origin, known_size, known->second.root}, known_size, {}});
    if (!note) continue;
    const std::unique_lock lock(mutex);
    newest[info.ledger] = std::move(*note);
  }
  if (unsaved.empty() || log_halves.empty() || !ledger.impl_->stage) return {};
  RECOURSE_LET(const auto lines, sign_heads(unsaved));
  return store_notes(unsaved, lines);
}

Result<std::vector<std::string>> Signer::Impl::sign_heads(std::span<const HeadToSign> heads) const {
  if (elsewhere != nullptr) {
    RECOURSE_LET(auto lines, elsewhere->sign(heads));
    // Never trust what is easily checked: a wrong line would spoil the kept checkpoint for ever.
    for (std::size_t i = 0; i < heads.size(); ++i)
      RECOURSE_TRY(verify_checkpoint(checkpoint_text(heads[i].head) + "\n" + lines[i],
                                     named(heads[i].head.origin, log_halves)));
    return lines;
  }
  std::vector<std::string> lines;
  for (const HeadToSign& head : heads)
    lines.push_back(log.lines(head.head.origin, checkpoint_text(head.head), now()));
  return lines;
}

Status Signer::Impl::store_notes(const std::vector<HeadToSign>& heads,
                                 const std::vector<std::string>& lines) {
  rocksdb::WriteBatch batch;
  std::unordered_map<LedgerId, std::string> notes;
  std::unordered_map<std::string, LedgerId> ids;
  for (const LedgerInfo& info : ledger.ledgers()) ids.emplace(info.origin, info.ledger);
  for (std::size_t i = 0; i < heads.size(); ++i) {
    const Checkpoint& head = heads[i].head;
    const LedgerId id = ids.at(head.origin);
    std::string note = checkpoint_text(head) + "\n" + lines[i];
    put_framed(batch, store().family(Family::checkpoints), checkpoint_key(id, LogSize(head.size)),
               note);
    notes[id] = std::move(note);
  }
  RECOURSE_TRY(store().write(batch));
  const std::unique_lock lock(mutex);
  for (auto& [id, note] : notes) newest[id] = std::move(note);
  return {};
}

Result<std::unique_ptr<Signer>> Signer::open(Ledger& ledger, const std::string& data_dir,
                                             std::unique_ptr<HeadSigner> elsewhere) {
  auto impl = std::make_unique<Impl>(ledger, data_dir);
  impl->elsewhere = std::move(elsewhere);
  if (impl->elsewhere == nullptr) {
    RECOURSE_LET(const auto halves, read_log_halves(data_dir));
    if (!halves.empty())
      return Error{ErrorCode::conflict, "another process holds the log key; name it with --signer"};
  }
  RECOURSE_TRY(impl->load_keys(true));
  RECOURSE_TRY(impl->check_own_heads());
  if (impl->elsewhere != nullptr) RECOURSE_TRY(write_log_halves(data_dir, impl->log_halves));
  RECOURSE_TRY(impl->load_state());
  return std::unique_ptr<Signer>(new Signer(std::move(impl)));
}

Result<std::unique_ptr<Signer>> Signer::open_read_only(const Ledger& ledger,
                                                       const std::string& data_dir) {
  auto impl = std::make_unique<Impl>(ledger, data_dir);
  RECOURSE_TRY(impl->load_keys(false));
  return std::unique_ptr<Signer>(new Signer(std::move(impl)));
}

Status Signer::sign_round() {
  Impl& signer = *impl_;
  RECOURSE_ASSERT(!signer.log_halves.empty() && signer.ledger.impl_->stage,
                  "a read-only signer signs nothing");
  // What it signed and we did not hear is signed again, with the same bytes, before all else.
  if (signer.out_of_step) RECOURSE_TRY(signer.load_state());
  SignerState next = signer.state;
  std::vector<HeadToSign> grown;
  for (const LedgerInfo& info : signer.ledger.ledgers()) {
    const TreeHead head = signer.ledger.head(info.ledger);
    const Checkpoint checkpoint{info.origin, head.size.value(), head.root};
    const auto before = next.signed_heads.find(info.origin);
    if (before == next.signed_heads.end()) {
      next.signed_heads[info.origin] = head;
      grown.push_back({checkpoint, 0, {}});
      continue;
    }
    if (before->second == head) continue;
    // The ledger is not taken at its word: the proof must lead from what was signed to its head.
    const LogSize old_size = before->second.size;
    auto proof = head.size < old_size
                     ? Result<std::vector<Hash>>(Error{ErrorCode::corrupt, "it is shorter"})
                     : signer.ledger.consistency_proof(info.ledger, old_size, head.size);
    const Status consistent = proof ? verify_consistency(old_size.value(), head.size.value(),
                                                         before->second.root, head.root, *proof)
                                    : Status(proof.error());
    if (!consistent)
      return Error{ErrorCode::corrupt, info.origin + " at " + std::to_string(head.size.value()) +
                                           " leaves does not continue what was signed at " +
                                           std::to_string(old_size.value()) + ": " +
                                           consistent.error().message};
    grown.push_back({checkpoint, old_size.value(), std::move(*proof)});
    before->second = head;
  }
  if (grown.empty()) return {};
  std::vector<std::string> lines;
  // Elsewhere it is persisted before it is answered; here it is persisted before it is signed.
  if (signer.elsewhere != nullptr) {
    signer.out_of_step = true;
    RECOURSE_LET(lines, signer.sign_heads(grown));
  }
  RECOURSE_TRY(replace_file(signer_state_path(signer.data_dir), next.text()));
  signer.state = std::move(next);
  if (signer.elsewhere == nullptr) {
    RECOURSE_LET(lines, signer.sign_heads(grown));
  }
  RECOURSE_TRY(signer.store_notes(grown, lines));
  signer.out_of_step = false;
  return {};
}

const std::filesystem::path& Signer::data_dir() const { return impl_->data_dir; }

std::optional<std::string> Signer::latest(LedgerId ledger) const {
  if (!impl_->ledger.impl_->stage) {
    const auto note = impl_->newest_stored(ledger, impl_->ledger.head(ledger).size);
    return note ? *note : std::nullopt;
  }
  const std::shared_lock lock(impl_->mutex);
  const auto found = impl_->newest.find(ledger);
  if (found == impl_->newest.end()) return std::nullopt;
  return found->second;
}

Result<std::optional<std::string>> Signer::at_most(LedgerId ledger, LogSize size) const {
  return impl_->newest_stored(ledger, size);
}

Result<std::optional<std::string>> Signer::at_least(LedgerId ledger, LogSize size) const {
  const auto row = impl_->store().iterate(Family::checkpoints);
  row->Seek(checkpoint_key(ledger, size));
  if (!row->status().ok()) return impl_->store().read_error(row->status());
  if (!row->Valid() || !row->key().starts_with(ledger_key(ledger)))
    return std::optional<std::string>();
  RECOURSE_LET(const std::string_view note,
               unframe(row->key().ToStringView(), row->value().ToStringView()));
  return std::optional(std::string(note));
}

Result<std::vector<std::string>> Signer::all(LedgerId ledger) const {
  std::vector<std::string> notes;
  const std::string prefix = ledger_key(ledger);
  const auto row = impl_->store().iterate(Family::checkpoints);
  for (row->Seek(prefix); row->Valid() && row->key().starts_with(prefix); row->Next()) {
    RECOURSE_LET(const std::string_view note,
                 unframe(row->key().ToStringView(), row->value().ToStringView()));
    notes.emplace_back(note);
  }
  if (!row->status().ok()) return impl_->store().read_error(row->status());
  return notes;
}

std::vector<NoteKey> Signer::Impl::named(const std::string& name,
                                         const std::vector<Ed25519PublicKey>& halves) const {
  std::vector<NoteKey> keys;
  for (const Ed25519PublicKey& half : halves) keys.emplace_back(name, SignatureType::ed25519, half);
  return keys;
}

std::vector<NoteKey> Signer::log_keys(LedgerId ledger) const {
  std::vector<NoteKey> keys;
  const auto tree = impl_->ledger.impl_->durable.find(ledger);
  RECOURSE_ASSERT(tree.has_value(), "a key is asked for a ledger that is there");
  for (const std::string& origin : tree->info.origins())
    for (NoteKey& key : impl_->named(origin, impl_->log_halves)) keys.push_back(std::move(key));
  return keys;
}

std::vector<NoteKey> Signer::report_keys() const {
  return impl_->named(impl_->deployment + "/reports", impl_->reports.public_keys());
}

std::vector<NoteKey> Signer::receipt_keys() const {
  return impl_->named(impl_->deployment + "/receipts", impl_->receipts.public_keys());
}

namespace {

std::string newest_of(const std::vector<NoteKey>& keys) {
  RECOURSE_ASSERT(!keys.empty(), "the ledger was opened with the KEK");
  return keys.front().text();
}

}  // namespace

std::string Signer::verifier_key(LedgerId ledger) const { return newest_of(log_keys(ledger)); }
std::string Signer::verifier_key_of(const std::string& origin) const {
  return newest_of(impl_->named(origin, impl_->log_halves));
}
std::string Signer::report_verifier_key() const { return newest_of(report_keys()); }
std::string Signer::receipt_verifier_key() const { return newest_of(receipt_keys()); }

Result<std::string> Signer::with_newest_signature(LedgerId ledger, std::string note) const {
  RECOURSE_LET(const VerifiedCheckpoint verified, verify_checkpoint(note, log_keys(ledger)));
  const std::vector<NoteKey> keys = impl_->named(verified.checkpoint.origin, impl_->log_halves);
  if (keys.size() < 2 || verify_checkpoint(note, std::span(keys).first(1))) return note;
  // Where the key lies elsewhere, it never signs a head again that is not its newest.
  if (impl_->log.generations.empty()) return note;
  return note + signature_line(verified.checkpoint.origin, impl_->log.generations.back(),
                               checkpoint_text(verified.checkpoint));
}

Result<KeyRotated> Signer::draw_next_key(const std::string& purpose, Timestamp now) {
  if (std::find(std::begin(kKeyPurposes), std::end(kKeyPurposes), purpose) ==
      std::end(kKeyPurposes))
    return Error{ErrorCode::invalid, "keys are for log, reports or receipts"};
  if (purpose == "log" && impl_->elsewhere != nullptr)
    return Error{ErrorCode::conflict,
                 "another process holds the log key, and it is replaced there"};
  const std::string name = impl_->deployment + "/" + (purpose == "log" ? "meta" : purpose);
  return next_signing_key(impl_->ledger, purpose, name, now);
}

Status Signer::reload_keys() { return impl_->load_keys(false); }

std::string Signer::sign_report(std::string_view text) const {
  return std::string(text) + "\n" +
         impl_->reports.lines(impl_->deployment + "/reports", text, impl_->now());
}

std::vector<std::string> Signer::possible_reports(std::string_view text) const {
  const std::string name = impl_->deployment + "/reports";
  const auto& keys = impl_->reports.generations;
  std::vector<std::string> notes;
  for (std::size_t newest = keys.size(); newest-- > 0;) {
    notes.push_back(std::string(text) + "\n" + signature_line(name, keys[newest], text));
    if (newest > 0) notes.push_back(notes.back() + signature_line(name, keys[newest - 1], text));
  }
  return notes;
}

std::string Signer::sign_receipt(std::string_view payload) const {
  RECOURSE_ASSERT(!impl_->receipts.generations.empty(), "the ledger was opened with the KEK");
  return sign_receipt_token(impl_->deployment + "/receipts", impl_->receipts.generations.back(),
                            payload);
}

}  // namespace recourse
