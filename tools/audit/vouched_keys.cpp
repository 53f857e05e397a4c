#include "tools/audit/vouched_keys.h"

#include <algorithm>

#include "engine/base/bytes.h"
#include "engine/ledger/checkpoint.h"

namespace recourse {
namespace {

struct Rotation {
  Position at;
  Ed25519PublicKey before, after;
};

/// base64 of 0x01 and the key.
Result<Ed25519PublicKey> typed_key(const Clear& text) {
  RECOURSE_LET(const std::string bytes, from_base64(text.text));
  if (!bytes.starts_with('\x01')) return Error{ErrorCode::invalid, "is no Ed25519 key"};
  return Ed25519PublicKey::from_bytes(std::string_view(bytes).substr(1));
}

Result<std::vector<Rotation>> rotations_of_log(const Ledger& ledger) {
  const LedgerId meta(0);
  std::vector<Rotation> found;
  Status unreadable;
  RECOURSE_TRY(ledger.scan(meta, Position(0), Position(ledger.head(meta).size.value()),
                           [&](Position at, std::string_view leaf) {
                             if (leaf.find(KeyRotated::kType) == leaf.npos) return true;
                             const auto event = read_leaf(leaf);
                             if (!event) return unreadable = event.error(), false;
                             const auto* const one = get_if<KeyRotated>(&event->data);
                             if (one == nullptr || one->purpose.text != "log") return true;
                             const auto before = typed_key(one->old_key);
                             const auto after = typed_key(one->new_key);
                             if (before && after) found.push_back({at, *before, *after});
                             return true;
                           }));
  RECOURSE_TRY(std::move(unreadable));
  return found;
}

/// Of the kept heads of the meta ledger that the key signed; 0 for none.
std::uint64_t largest_signed(const std::vector<std::string>& notes,
                             const std::vector<std::string>& origins, const Ed25519PublicKey& key) {
  std::vector<NoteKey> names;
  for (const std::string& origin : origins) names.emplace_back(origin, SignatureType::ed25519, key);
  for (auto note = notes.rbegin(); note != notes.rend(); ++note)
    if (const auto head = verify_checkpoint(*note, names)) return head->checkpoint.size;
  return 0;
}

}  // namespace

Result<std::vector<Ed25519PublicKey>> vouched_keys(const Ledger& ledger, const Signer& signer,
                                                   std::vector<Ed25519PublicKey> given) {
  std::vector<Ed25519PublicKey> keys = std::move(given);
  RECOURSE_LET(const std::vector<Rotation> rotations, rotations_of_log(ledger));
  if (rotations.empty()) return keys;
  const LedgerId meta(0);
  RECOURSE_LET(const std::vector<std::string> notes, signer.all(meta));
  std::vector<std::string> origins;
  for (const LedgerInfo& info : ledger.ledgers())
    if (info.ledger == meta) origins = info.origins();
  const auto same_as = [](const Ed25519PublicKey& one) {
    return [&one](const Ed25519PublicKey& other) { return one.bytes() == other.bytes(); };
  };
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const Ed25519PublicKey key = keys[i];
    const std::uint64_t covered = largest_signed(notes, origins, key);
    for (const Rotation& rotation : rotations) {
      if (rotation.at.value() >= covered) continue;
      const bool was = same_as(rotation.before)(key), is = same_as(rotation.after)(key);
      if (!was && !is) continue;
      const Ed25519PublicKey& other = was ? rotation.after : rotation.before;
      if (std::none_of(keys.begin(), keys.end(), same_as(other))) keys.push_back(other);
    }
  }
  return keys;
}

}  // namespace recourse
