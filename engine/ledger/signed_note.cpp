#include "engine/ledger/signed_note.h"

#include <simdjson.h>

#include <algorithm>

#include "engine/base/bytes.h"

namespace recourse {
namespace {

constexpr std::size_t kMaxNoteBytes = 1 << 20;
constexpr std::size_t kMaxSignatures = 100;
constexpr std::size_t kKeyIdBytes = 4;
constexpr std::size_t kTimeBytes = 8;
constexpr std::string_view kEmDash = "\xe2\x80\x94 ";

Error malformed(const char* what) { return Error{ErrorCode::invalid, what}; }

bool is_plain_text(std::string_view text) {
  return simdjson::validate_utf8(text.data(), text.size()) &&
         std::none_of(text.begin(), text.end(),
                      [](char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\n'; });
}

/// `line` comes without its line feed.
Result<NoteSignature> parse_signature_line(std::string_view line) {
  if (!line.starts_with(kEmDash)) return malformed("a signature line starts with an em dash");
  line.remove_prefix(kEmDash.size());
  const std::size_t space = line.find(' ');
  if (space == line.npos || !is_note_key_name(line.substr(0, space)))
    return malformed("a signature line names its key");
  RECOURSE_LET(const std::string bytes, from_base64(line.substr(space + 1)));
  if (bytes.size() <= kKeyIdBytes) return malformed("a signature has more than its key id");
  return NoteSignature{std::string(line.substr(0, space)), get_u32(bytes),
                       bytes.substr(kKeyIdBytes)};
}

std::string cosigned_message(std::uint64_t time_s, std::string_view text) {
  return "cosignature/v1\ntime " + std::to_string(time_s) + "\n" + std::string(text);
}

/// Nothing when the signature does not hold.
std::optional<VerifiedSignature> check(const NoteSignature& line, const NoteKey& key,
                                       std::string_view text) {
  VerifiedSignature verified{line.name, key.type(), key.id(), std::nullopt};
  std::string_view signature = line.signature;
  if (key.type() == SignatureType::ed25519) {
    if (!key.key().verify(text, signature)) return std::nullopt;
    return verified;
  }
  if (signature.size() <= kTimeBytes) return std::nullopt;
  const std::uint64_t time_s = get_u64(signature);
  if (time_s >> 63 != 0) return std::nullopt;
  signature.remove_prefix(kTimeBytes);
  if (!key.key().verify(cosigned_message(time_s, text), signature)) return std::nullopt;
  verified.time_s = time_s;
  return verified;
}

std::string line_of(std::string_view name, const NoteKey& key, std::string_view signature) {
  std::string bytes;
  put_u32(bytes, key.id());
  bytes.append(signature);
  return std::string(kEmDash).append(name).append(" ").append(to_base64(bytes)).append("\n");
}

}  // namespace

bool is_note_text(std::string_view text) { return text.ends_with('\n') && is_plain_text(text); }

Result<SignedNote> parse_note(std::string_view note) {
  if (note.size() > kMaxNoteBytes) return Error{ErrorCode::too_large, "a note over 1 MiB"};
  if (!is_note_text(note)) return malformed("a note is UTF-8 lines without control characters");
  const std::size_t blank = note.rfind("\n\n");
  if (blank == note.npos) return malformed("a note has a blank line before its signatures");
  SignedNote parsed{std::string(note.substr(0, blank + 1)), {}};
  std::string_view lines = note.substr(blank + 2);
  if (lines.empty()) return malformed("a note has a signature");
  while (!lines.empty()) {
    if (parsed.signatures.size() == kMaxSignatures)
      return Error{ErrorCode::too_large, "a note with over 100 signatures"};
    const std::size_t end = lines.find('\n');
    RECOURSE_LET(NoteSignature line, parse_signature_line(lines.substr(0, end)));
    parsed.signatures.push_back(std::move(line));
    lines.remove_prefix(end + 1);
  }
  return parsed;
}

Result<VerifiedNote> verify_note(std::string_view note, std::span<const NoteKey> known) {
  RECOURSE_LET(SignedNote parsed, parse_note(note));
  VerifiedNote result;
  for (NoteSignature& line : parsed.signatures) {
    const auto key = std::find_if(known.begin(), known.end(), [&](const NoteKey& candidate) {
      return candidate.id() == line.key_id && candidate.name() == line.name;
    });
    if (key == known.end()) {
      result.unverified.push_back(std::move(line.name));
      continue;
    }
    std::optional<VerifiedSignature> verified = check(line, *key, parsed.text);
    if (!verified)
      return Error{ErrorCode::unauthenticated, "the signature of " + line.name + " does not hold"};
    result.verified.push_back(std::move(*verified));
  }
  if (result.verified.empty())
    return Error{ErrorCode::unauthenticated, "no known key signed this note"};
  result.text = std::move(parsed.text);
  return result;
}

std::string signature_line(std::string_view name, const Ed25519Key& key, std::string_view text) {
  RECOURSE_ASSERT(is_note_text(text), "only lines of plain text are signed");
  const NoteKey signer(std::string(name), SignatureType::ed25519, key.public_key());
  return line_of(name, signer, as_text(key.sign(text)));
}

std::string cosignature_line(std::string_view name, const Ed25519Key& key, std::uint64_t time_s,
                             std::string_view text) {
  RECOURSE_ASSERT(is_note_text(text), "only lines of plain text are signed");
  RECOURSE_ASSERT(time_s >> 63 == 0, "a cosignature's time fits in 63 bits");
  const NoteKey signer(std::string(name), SignatureType::cosignature_v1, key.public_key());
  std::string signature;
  put_u64(signature, time_s);
  signature.append(as_text(key.sign(cosigned_message(time_s, text))));
  return line_of(name, signer, signature);
}

std::string sign_note(std::string_view name, const Ed25519Key& key, std::string_view text) {
  return std::string(text).append("\n").append(signature_line(name, key, text));
}

}  // namespace recourse
