#include "engine/ledger/signer.h"

#include <rocksdb/write_batch.h>

#include <algorithm>

#include "engine/ledger/note_key.h"
#include "engine/ledger/receipt_token.h"
#include "engine/ledger/row_key.h"
#include "engine/ledger/signer_impl.h"

namespace recourse {
namespace {

Result<Ed25519Key> signing_key(KeyStore& keys, std::string_view purpose, bool draw) {
  const KeyName name = KeyName::deployment(purpose);
  RECOURSE_LET(const Key seed, draw ? keys.obtain(name) : keys.find(name));
  return Ed25519Key::from_seed(seed.view());
}

}  // namespace

Signer::Signer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Signer::~Signer() = default;

Status Signer::Impl::load_keys(bool draw) {
  for (const LedgerInfo& info : ledger.ledgers())
    if (info.ledger == LedgerId(0)) deployment = info.origin.substr(0, info.origin.rfind('/'));
  if (!ledger.has_keys()) return {};
  RECOURSE_LET(log_key, signing_key(ledger.keys(), "log", draw));
  RECOURSE_LET(report_key, signing_key(ledger.keys(), "report", draw));
  RECOURSE_LET(receipt_key, signing_key(ledger.keys(), "receipt", draw));
  return draw ? ledger.keys().sync() : Status();
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
  std::vector<LedgerId> unsaved;
  for (const LedgerInfo& info : ledger.ledgers()) {
    RECOURSE_LET(std::optional<std::string> note,
                 newest_stored(info.ledger, LogSize(~std::uint64_t{0})));
    const auto known = state.signed_heads.find(info.origin);
    std::uint64_t kept_size = 0;
    if (note) {
      RECOURSE_LET(const Checkpoint kept, peek_checkpoint(*note));
      kept_size = kept.size;
    }
    const std::uint64_t known_size =
        known == state.signed_heads.end() ? 0 : known->second.size.value();
    if (kept_size > known_size)
      return Error{ErrorCode::corrupt,
                   "a checkpoint of " + info.origin + " at " + std::to_string(kept_size) +
                       " leaves was signed, and " + signer_state_path(data_dir).string() +
                       (none ? " is missing" : " is older") + ": restore that file"};
    if (kept_size < known_size) unsaved.push_back(info.ledger);
    if (note) newest[info.ledger] = std::move(*note);
  }
  return log_key && ledger.impl_->stage ? store_notes(unsaved) : Status();
}

Status Signer::Impl::store_notes(const std::vector<LedgerId>& signed_now) {
  if (signed_now.empty()) return {};
  rocksdb::WriteBatch batch;
  std::unordered_map<LedgerId, std::string> notes;
  for (const LedgerInfo& info : ledger.ledgers()) {
    if (std::find(signed_now.begin(), signed_now.end(), info.ledger) == signed_now.end()) continue;
    const TreeHead head = state.signed_heads.at(info.origin);
    std::string note = sign_checkpoint({info.origin, head.size.value(), head.root}, *log_key);
    put_framed(batch, store().family(Family::checkpoints), checkpoint_key(info.ledger, head.size),
               note);
    notes[info.ledger] = std::move(note);
  }
  RECOURSE_TRY(store().write(batch));
  const std::unique_lock lock(mutex);
  for (auto& [id, note] : notes) newest[id] = std::move(note);
  return {};
}

Result<std::unique_ptr<Signer>> Signer::open(Ledger& ledger, const std::string& data_dir) {
  auto impl = std::make_unique<Impl>(ledger, data_dir);
  RECOURSE_TRY(impl->load_keys(true));
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
  RECOURSE_ASSERT(signer.log_key && signer.ledger.impl_->stage, "a read-only signer signs nothing");
  SignerState next = signer.state;
  std::vector<LedgerId> grown;
  for (const LedgerInfo& info : signer.ledger.ledgers()) {
    const TreeHead head = signer.ledger.head(info.ledger);
    const auto before = next.signed_heads.find(info.origin);
    if (before == next.signed_heads.end()) {
      next.signed_heads[info.origin] = head;
      grown.push_back(info.ledger);
      continue;
    }
    if (before->second == head) continue;
    // The ledger is not taken at its word: the proof must lead from what was signed to its head.
    const auto proof =
        head.size < before->second.size
            ? Result<std::vector<Hash>>(Error{ErrorCode::corrupt, "it is shorter"})
            : signer.ledger.consistency_proof(info.ledger, before->second.size, head.size);
    const Status consistent =
        proof ? verify_consistency(before->second.size.value(), head.size.value(),
                                   before->second.root, head.root, *proof)
              : Status(proof.error());
    if (!consistent)
      return Error{ErrorCode::corrupt, info.origin + " at " + std::to_string(head.size.value()) +
                                           " leaves does not continue what was signed at " +
                                           std::to_string(before->second.size.value()) + ": " +
                                           consistent.error().message};
    before->second = head;
    grown.push_back(info.ledger);
  }
  if (grown.empty()) return {};
  RECOURSE_TRY(replace_file(signer_state_path(signer.data_dir), next.text()));
  signer.state = std::move(next);
  return signer.store_notes(grown);
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

std::string Signer::Impl::verifier_key(const std::string& name,
                                       const std::optional<Ed25519Key>& key) const {
  RECOURSE_ASSERT(key.has_value(), "the ledger was opened with the KEK");
  return NoteKey(name, SignatureType::ed25519, key->public_key()).text();
}

std::string Signer::Impl::sign(const std::string& name, const std::optional<Ed25519Key>& key,
                               std::string_view text) const {
  RECOURSE_ASSERT(key.has_value(), "the ledger was opened with the KEK");
  return sign_note(name, *key, text);
}

std::string Signer::verifier_key(LedgerId ledger) const {
  const std::string origin = impl_->ledger.impl_->durable.extent(ledger).origin;
  RECOURSE_ASSERT(!origin.empty(), "a key is asked for a ledger that is there");
  return impl_->verifier_key(origin, impl_->log_key);
}

std::string Signer::report_verifier_key() const {
  return impl_->verifier_key(impl_->deployment + "/reports", impl_->report_key);
}

std::string Signer::receipt_verifier_key() const {
  return impl_->verifier_key(impl_->deployment + "/receipts", impl_->receipt_key);
}

std::string Signer::sign_report(std::string_view text) const {
  return impl_->sign(impl_->deployment + "/reports", impl_->report_key, text);
}

std::string Signer::sign_receipt(std::string_view payload) const {
  RECOURSE_ASSERT(impl_->receipt_key.has_value(), "the ledger was opened with the KEK");
  return sign_receipt_token(impl_->deployment + "/receipts", *impl_->receipt_key, payload);
}

}  // namespace recourse
