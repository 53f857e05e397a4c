#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/ledger/note_key.h"

namespace recourse {

// Signed notes of c2sp.org/signed-note: a text, a blank line, signature lines. All pure: any
// thread.

/// One signature line, not yet believed.
struct NoteSignature {
  std::string name;
  std::uint32_t key_id;
  std::string signature;  ///< What follows the key id.
};

/// A note taken apart. Its text must not be used before verify_note.
struct SignedNote {
  std::string text;  ///< With its last line feed, without the blank line.
  std::vector<NoteSignature> signatures;
};

/// A signature that holds.
struct VerifiedSignature {
  std::string name;
  SignatureType type;
  std::uint32_t key_id;
  std::optional<std::uint64_t> time_s;  ///< Of a cosignature: POSIX seconds, the witness's claim.
};

struct VerifiedNote {
  std::string text;
  std::vector<VerifiedSignature> verified;  ///< At least one, in the note's order.
  std::vector<std::string> unverified;      ///< Names of keys that are not known here.
};

/// Text of a note as it may be signed: UTF-8, no control character but the line feed, which ends
/// it.
bool is_note_text(std::string_view text);

/// Errors: invalid; too_large past 1 MiB or 100 signatures.
Result<SignedNote> parse_note(std::string_view note);

/// Errors: those of parse_note; unauthenticated when no known key signed, or when one line of a
/// known key does not hold, however many others do.
Result<VerifiedNote> verify_note(std::string_view note, std::span<const NoteKey> known);

/// The signature line of `name` under `text`, line feed included. A note is its text, a blank line
/// and such lines; another signature is added by appending its line.
/// REQUIRES: is_note_text(text), is_note_key_name(name).
std::string signature_line(std::string_view name, const Ed25519Key& key, std::string_view text);

/// The line of a witness under a checkpoint's text (c2sp.org/tlog-cosignature, Ed25519).
/// REQUIRES: as above; time_s < 2^63.
std::string cosignature_line(std::string_view name, const Ed25519Key& key, std::uint64_t time_s,
                             std::string_view text);

/// `text` signed by `name`. REQUIRES: as signature_line.
std::string sign_note(std::string_view name, const Ed25519Key& key, std::string_view text);

}  // namespace recourse
