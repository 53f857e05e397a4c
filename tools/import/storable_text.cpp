#include "tools/import/storable_text.h"

#include <simdjson.h>

#include "engine/base/sha256.h"
#include "engine/event/clear_names.h"
#include "engine/privacy/scrub.h"

namespace recourse {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

bool is_text(std::string_view text) {
  return text.find('\0') == std::string_view::npos &&
         simdjson::validate_utf8(text.data(), text.size());
}

/// Bytes of the character that begins at `at`, as its first byte claims.
std::size_t claimed_size(unsigned char first) {
  return first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
}

std::string mended(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t size = claimed_size(static_cast<unsigned char>(text[at]));
    const std::string_view character = text.substr(at, size);
    const bool whole = character.size() == size && character[0] != '\0' &&
                       simdjson::validate_utf8(character.data(), character.size());
    out.append(whole ? character : kReplacement);
    at += whole ? size : 1;
  }
  return out;
}

/// Takes characters off the end, so that none is cut in two.
void cut(std::string& text, std::size_t size) {
  const std::size_t all = text.size();
  while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xC0) == 0x80) --size;
  text.resize(size);
  text.append("\n[cut by the import: " + std::to_string(all - size) + " bytes left out]");
}

}  // namespace

bool is_storable(std::string_view text) {
  return text.size() <= kMaxStoredBytes && is_text(text) && !scrub(text).changed;
}

std::string storable_text(std::string_view text) {
  // Redacted before it is cut, so that no part of a credential is left at the end.
  std::string out = is_text(text) ? std::string(text) : mended(text);
  out = scrub(out).text;
  if (out.size() > kMaxStoredBytes) cut(out, kMaxStoredBytes);
  return out;
}

Clear clear_word(std::string_view key, std::string_view word) {
  const bool plain = (is_label(word) || is_code(word)) && is_storable(word);
  if (plain) return word;
  const Hash mac = hmac_sha256(key, {"clear_word", word});
  return "word-" + to_hex(as_text(mac).substr(0, 8));
}

}  // namespace recourse
