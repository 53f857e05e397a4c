#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/ledger/ed25519.h"

namespace recourse {

/// What a signature on a note says (c2sp.org/signed-note).
enum class SignatureType : std::uint8_t {
  ed25519 = 0x01,         ///< "I signed this text."
  cosignature_v1 = 0x04,  ///< "At this time this was the largest consistent head that I had seen."
};

/// Names are not empty, are UTF-8, and hold no Unicode space, no control character and no plus.
bool is_note_key_name(std::string_view name);

/// The first four bytes of SHA-256(name || 0x0A || type || public key).
std::uint32_t note_key_id(std::string_view name, SignatureType type, std::string_view public_key);

/// Whom a verifier trusts: a name, what its signatures mean, and the key. Any thread.
class NoteKey {
 public:
  /// REQUIRES: is_note_key_name(name).
  NoteKey(std::string name, SignatureType type, Ed25519PublicKey key);

  /// Reads `<name>+<8 hex digits of the id>+<base64(type || public key)>`.
  /// Errors: invalid, also for an id that is not the key's; unsupported for another signature type.
  static Result<NoteKey> parse(std::string_view text);
  std::string text() const;

  const std::string& name() const { return name_; }
  SignatureType type() const { return type_; }
  std::uint32_t id() const { return id_; }
  const Ed25519PublicKey& key() const { return key_; }

 private:
  std::string name_;
  SignatureType type_;
  Ed25519PublicKey key_;
  std::uint32_t id_;
};

}  // namespace recourse
