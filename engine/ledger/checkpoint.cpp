#include "engine/ledger/checkpoint.h"

#include "engine/ledger/proof_text.h"

namespace recourse {

std::string checkpoint_text(const Checkpoint& checkpoint) {
  RECOURSE_ASSERT(is_note_key_name(checkpoint.origin), "an origin is the name of a key");
  return checkpoint.origin + "\n" + std::to_string(checkpoint.size) + "\n" +
         to_base64(as_text(checkpoint.root)) + "\n";
}

Result<Checkpoint> parse_checkpoint_text(std::string_view text, ExtensionLines extensions) {
  LineReader reader(text);
  Checkpoint checkpoint;
  RECOURSE_LET(const std::string_view origin, reader.line());
  if (origin.empty()) return Error{ErrorCode::invalid, "a checkpoint names its origin"};
  checkpoint.origin = origin;
  RECOURSE_LET(const std::string_view size, reader.line());
  RECOURSE_LET(checkpoint.size, parse_size(size));
  RECOURSE_LET(const std::string_view root, reader.line());
  RECOURSE_LET(checkpoint.root, hash_from_base64(root));
  if (extensions == ExtensionLines::refused && !reader.rest().empty())
    return Error{ErrorCode::invalid, "a checkpoint with extension lines"};
  while (!reader.rest().empty()) {
    RECOURSE_LET(const std::string_view extension, reader.line());
    if (extension.empty()) return Error{ErrorCode::invalid, "an empty extension line"};
  }
  return checkpoint;
}

std::string sign_checkpoint(const Checkpoint& checkpoint, const Ed25519Key& log_key) {
  return sign_note(checkpoint.origin, log_key, checkpoint_text(checkpoint));
}

Result<Checkpoint> peek_checkpoint(std::string_view note) {
  RECOURSE_LET(const SignedNote parsed, parse_note(note));
  return parse_checkpoint_text(parsed.text);
}

Result<VerifiedCheckpoint> verify_checkpoint(std::string_view note,
                                             std::span<const NoteKey> known) {
  RECOURSE_LET(VerifiedNote verified, verify_note(note, known));
  VerifiedCheckpoint result;
  RECOURSE_LET(result.checkpoint, parse_checkpoint_text(verified.text));
  bool signed_by_log = false;
  for (VerifiedSignature& signature : verified.verified) {
    if (signature.type == SignatureType::cosignature_v1) {
      result.cosignatures.push_back(std::move(signature));
    } else if (signature.name == result.checkpoint.origin) {
      signed_by_log = true;
    }
  }
  if (!signed_by_log)
    return Error{ErrorCode::unauthenticated,
                 "no known key of " + result.checkpoint.origin + " signed this checkpoint"};
  return result;
}

}  // namespace recourse
