#include "engine/ledger/signing_keys.h"

#include <algorithm>

#include "engine/base/bytes.h"
#include "engine/ledger/durable_file.h"
#include "engine/ledger/proof_text.h"
#include "engine/ledger/signed_note.h"
#include "engine/privacy/key_store.h"

namespace recourse {
namespace {

/// As it was called before keys could be replaced: reports, receipts.
KeyName stored_name(std::string_view purpose, std::size_t generation) {
  std::string name(purpose);
  if (name.ends_with('s')) name.pop_back();
  return KeyName::deployment(generation == 1 ? name : name + "-" + std::to_string(generation));
}

struct Rotations {
  std::size_t count = 0;
  Timestamp both_until{};
};

Result<Rotations> rotations_of(const Ledger& ledger, std::string_view purpose) {
  const LedgerId meta(0);
  Rotations found;
  Status unreadable;
  RECOURSE_TRY(ledger.scan(meta, Position(0), Position(ledger.head(meta).size.value()),
                           [&](Position, std::string_view leaf) {
                             if (leaf.find(KeyRotated::kType) == leaf.npos) return true;
                             const auto event = read_leaf(leaf);
                             if (!event) unreadable = event.error();
                             if (!event) return false;
                             const auto* rotated = get_if<KeyRotated>(&event->data);
                             if (rotated == nullptr || rotated->purpose.text != purpose)
                               return true;
                             ++found.count;
                             found.both_until = rotated->both_until;
                             return true;
                           }));
  RECOURSE_TRY(unreadable);
  return found;
}

/// Public halves of a log key that lies elsewhere, for who reads beside the server.
std::filesystem::path halves_path(const std::filesystem::path& data_dir) {
  return data_dir / "log-keys";
}

Result<Ed25519Key> stored_key(KeyStore& keys, const KeyName& name, bool draw) {
  RECOURSE_LET(const Key seed, draw ? keys.obtain(name) : keys.find(name));
  return Ed25519Key::from_seed(seed.view());
}

Clear typed_public_key(const Ed25519Key& key) {
  const Ed25519PublicKey half = key.public_key();
  const std::string bytes(half.bytes());
  return Clear(to_base64("\x01" + bytes));
}

}  // namespace

std::vector<Ed25519PublicKey> SigningKeys::public_keys() const {
  std::vector<Ed25519PublicKey> halves;
  for (auto key = generations.rbegin(); key != generations.rend(); ++key)
    halves.push_back(key->public_key());
  return halves;
}

std::string SigningKeys::lines(std::string_view name, std::string_view text, Timestamp now) const {
  RECOURSE_ASSERT(!generations.empty(), "the ledger was opened with the KEK");
  std::string signatures = signature_line(name, generations.back(), text);
  if (generations.size() > 1 && now < both_until)
    signatures += signature_line(name, generations[generations.size() - 2], text);
  return signatures;
}

Result<SigningKeys> load_signing_keys(const Ledger& ledger, std::string_view purpose, bool draw) {
  RECOURSE_LET(const Rotations rotations, rotations_of(ledger, purpose));
  SigningKeys keys;
  keys.both_until = rotations.both_until;
  for (std::size_t generation = 1; generation <= rotations.count + 1; ++generation) {
    RECOURSE_LET(Ed25519Key key, stored_key(ledger.keys(), stored_name(purpose, generation),
                                            draw && generation == 1 && rotations.count == 0));
    keys.generations.push_back(std::move(key));
  }
  return keys;
}

Result<std::vector<KeyName>> signing_key_names(const Ledger& ledger, std::string_view purpose) {
  RECOURSE_LET(const Rotations rotations, rotations_of(ledger, purpose));
  std::vector<KeyName> names;
  for (std::size_t generation = 1; generation <= rotations.count + 1; ++generation)
    names.push_back(stored_name(purpose, generation));
  return names;
}

Result<std::vector<Ed25519PublicKey>> read_log_halves(const std::filesystem::path& data_dir) {
  std::vector<Ed25519PublicKey> halves;
  const Result<std::string> text = read_file(halves_path(data_dir));
  if (!text && text.error().code == ErrorCode::not_found) return halves;
  if (!text) return text.error();
  LineReader reader(*text);
  while (!reader.rest().empty()) {
    RECOURSE_LET(const std::string_view line, reader.line());
    RECOURSE_LET(const std::string bytes, from_base64(line));
    RECOURSE_LET(Ed25519PublicKey half, Ed25519PublicKey::from_bytes(bytes));
    halves.push_back(std::move(half));
  }
  return halves;
}

Status write_log_halves(const std::filesystem::path& data_dir,
                        const std::vector<Ed25519PublicKey>& halves) {
  std::string text;
  for (const Ed25519PublicKey& half : halves) text.append(to_base64(half.bytes())).append("\n");
  return replace_file(halves_path(data_dir), text);
}

Result<KeyRotated> next_signing_key(const Ledger& ledger, std::string_view purpose,
                                    const std::string& name, Timestamp now) {
  RECOURSE_LET(const SigningKeys keys, load_signing_keys(ledger, purpose, false));
  const std::size_t next = keys.generations.size() + 1;
  RECOURSE_LET(const Ed25519Key fresh, stored_key(ledger.keys(), stored_name(purpose, next), true));
  RECOURSE_TRY(ledger.keys().sync());
  KeyRotated event;
  event.name = Clear(name);
  event.purpose = Clear(std::string(purpose));
  event.old_key = typed_public_key(keys.generations.back());
  event.new_key = typed_public_key(fresh);
  event.both_until = now + kBothSign;
  return event;
}

}  // namespace recourse
