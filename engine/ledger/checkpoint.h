#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/ledger/signed_note.h"

namespace recourse {

/// A tree head (c2sp.org/tlog-checkpoint): which log, how many leaves, their root.
struct Checkpoint {
  std::string origin;  ///< Names the log and the key that signs for it.
  std::uint64_t size = 0;
  Hash root{};

  bool operator==(const Checkpoint&) const = default;
};

/// Whether lines after the third are read over. This engine writes none, other logs do.
enum class ExtensionLines { refused, ignored };

/// The three lines that are signed. REQUIRES: is_note_key_name(origin).
std::string checkpoint_text(const Checkpoint& checkpoint);
/// Errors: invalid.
Result<Checkpoint> parse_checkpoint_text(std::string_view text,
                                         ExtensionLines extensions = ExtensionLines::refused);

/// The signed note. Further signatures (a second log key during a rotation, witnesses) are appended
/// lines, see signature_line and cosignature_line. REQUIRES: is_note_key_name(origin).
std::string sign_checkpoint(const Checkpoint& checkpoint, const Ed25519Key& log_key);

/// The head in a note whose signatures nobody checked: for a proof's size and root only.
/// Errors: invalid, too_large.
Result<Checkpoint> peek_checkpoint(std::string_view note);

struct VerifiedCheckpoint {
  Checkpoint checkpoint;
  std::vector<VerifiedSignature> cosignatures;  ///< Of the known witnesses.
};

/// Verifies a note of a log and of the witnesses among `known`. A log key signs under many origins
/// and a signature does not cover its name, so the origin must be the name of a known log key that
/// signed: compare it with the origin you expect.
/// Errors: those of verify_note; invalid; unauthenticated when no key of that name signed.
Result<VerifiedCheckpoint> verify_checkpoint(std::string_view note, std::span<const NoteKey> known);

}  // namespace recourse
