#include "engine/ledger/receipt_token.h"

#include <algorithm>

#include "engine/base/bytes.h"

namespace recourse {
namespace {

std::string kid_of(std::string_view name, std::uint32_t id) {
  std::string bytes;
  put_u32(bytes, id);
  return std::string(name) + '+' + to_hex(bytes);
}

/// Names of deployments are checked when they are made; only these two would break the JSON.
std::string json_text(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

std::string header_of(std::string_view name, std::uint32_t id) {
  return R"({"alg":"EdDSA","kid":)" + json_text(kid_of(name, id)) + R"(,"typ":"recourse-receipt"})";
}

Error no_token() {
  return {ErrorCode::invalid, "this is no receipt: <header>.<payload>.<signature>"};
}

}  // namespace

std::string to_base64url(std::string_view bytes) {
  std::string text = to_base64(bytes);
  std::replace(text.begin(), text.end(), '+', '-');
  std::replace(text.begin(), text.end(), '/', '_');
  while (text.ends_with('=')) text.pop_back();
  return text;
}

Result<std::string> from_base64url(std::string_view text) {
  std::string standard(text);
  if (standard.find_first_of("+/=") != standard.npos)
    return Error{ErrorCode::invalid, "base64url has no plus, slash or padding"};
  std::replace(standard.begin(), standard.end(), '-', '+');
  std::replace(standard.begin(), standard.end(), '_', '/');
  standard.append((4 - standard.size() % 4) % 4, '=');
  return from_base64(standard);
}

std::string sign_receipt_token(std::string_view name, const Ed25519Key& key,
                               std::string_view payload) {
  const Ed25519PublicKey public_key = key.public_key();
  const std::uint32_t id = note_key_id(name, SignatureType::ed25519, public_key.bytes());
  std::string token = to_base64url(header_of(name, id)) + '.' + to_base64url(payload);
  const Ed25519Signature signature = key.sign(token);
  return token + '.' + to_base64url(as_text(signature));
}

Result<std::string> verify_receipt_token(std::string_view token, const NoteKey& key) {
  const auto first = token.find('.');
  if (first == token.npos) return no_token();
  const auto second = token.find('.', first + 1);
  if (second == token.npos || token.find('.', second + 1) != token.npos) return no_token();
  const auto header = from_base64url(token.substr(0, first));
  auto payload = from_base64url(token.substr(first + 1, second - first - 1));
  const auto signature = from_base64url(token.substr(second + 1));
  if (!header || !payload || !signature) return no_token();
  // One header fits one key: what a signer would not write is refused.
  if (*header != header_of(key.name(), key.id()))
    return Error{ErrorCode::unauthenticated,
                 "the receipt does not say that it is signed by " + kid_of(key.name(), key.id())};
  if (!key.key().verify(token.substr(0, second), *signature))
    return Error{ErrorCode::unauthenticated, "the signature does not hold"};
  return payload;
}

}  // namespace recourse
