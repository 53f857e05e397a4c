#include "engine/ledger/note_key.h"

#include <simdjson.h>

#include <algorithm>
#include <array>

#include "engine/base/bytes.h"
#include "engine/base/sha256.h"

namespace recourse {
namespace {

/// White_Space of Unicode 15, beyond the control characters, as UTF-8.
constexpr std::array<std::string_view, 20> kSpaces = {" ",
                                                      "\xc2\x85",
                                                      "\xc2\xa0",
                                                      "\xe1\x9a\x80",
                                                      "\xe2\x80\x80",
                                                      "\xe2\x80\x81",
                                                      "\xe2\x80\x82",
                                                      "\xe2\x80\x83",
                                                      "\xe2\x80\x84",
                                                      "\xe2\x80\x85",
                                                      "\xe2\x80\x86",
                                                      "\xe2\x80\x87",
                                                      "\xe2\x80\x88",
                                                      "\xe2\x80\x89",
                                                      "\xe2\x80\x8a",
                                                      "\xe2\x80\xa8",
                                                      "\xe2\x80\xa9",
                                                      "\xe2\x80\xaf",
                                                      "\xe2\x81\x9f",
                                                      "\xe3\x80\x80"};

std::string id_bytes(std::uint32_t id) {
  std::string bytes;
  put_u32(bytes, id);
  return bytes;
}

}  // namespace

bool is_note_key_name(std::string_view name) {
  return !name.empty() && simdjson::validate_utf8(name.data(), name.size()) &&
         name.find('+') == name.npos &&
         std::none_of(name.begin(), name.end(),
                      [](char c) { return static_cast<unsigned char>(c) < 0x20; }) &&
         std::none_of(kSpaces.begin(), kSpaces.end(),
                      [&](std::string_view space) { return name.find(space) != name.npos; });
}

std::uint32_t note_key_id(std::string_view name, SignatureType type, std::string_view public_key) {
  const char type_byte = static_cast<char>(type);
  return get_u32(as_text(sha256({name, "\n", std::string_view(&type_byte, 1), public_key})));
}

NoteKey::NoteKey(std::string name, SignatureType type, Ed25519PublicKey key)
    : name_(std::move(name)),
      type_(type),
      key_(std::move(key)),
      id_(note_key_id(name_, type_, key_.bytes())) {
  RECOURSE_ASSERT(is_note_key_name(name_), "a signed note's key has a proper name");
}

Result<NoteKey> NoteKey::parse(std::string_view text) {
  const Error malformed{ErrorCode::invalid, "not a key of the form name+id+base64"};
  const std::size_t after_name = text.find('+');
  if (after_name == text.npos) return malformed;
  const std::size_t after_id = text.find('+', after_name + 1);
  if (after_id == text.npos) return malformed;
  const std::string_view name = text.substr(0, after_name);
  if (!is_note_key_name(name)) return malformed;
  RECOURSE_LET(const std::string id,
               from_hex(text.substr(after_name + 1, after_id - after_name - 1)));
  RECOURSE_LET(const std::string typed_key, from_base64(text.substr(after_id + 1)));
  if (id.size() != 4 || typed_key.empty()) return malformed;
  const auto type = static_cast<SignatureType>(typed_key[0]);
  if (type != SignatureType::ed25519 && type != SignatureType::cosignature_v1)
    return Error{ErrorCode::unsupported, "a key of another type than Ed25519"};
  RECOURSE_LET(Ed25519PublicKey key,
               Ed25519PublicKey::from_bytes(std::string_view(typed_key).substr(1)));
  NoteKey parsed(std::string(name), type, std::move(key));
  if (parsed.id() != get_u32(id)) return Error{ErrorCode::invalid, "the id is not this key's"};
  return parsed;
}

std::string NoteKey::text() const {
  const std::string typed_key = static_cast<char>(type_) + std::string(key_.bytes());
  return name_ + "+" + to_hex(id_bytes(id_)) + "+" + to_base64(typed_key);
}

}  // namespace recourse
