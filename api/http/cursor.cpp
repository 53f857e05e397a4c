#include "api/http/cursor.h"

#include <algorithm>

#include "engine/base/bytes.h"
#include "engine/base/sha256.h"

namespace recourse::http {
namespace {

constexpr std::size_t kMacBytes = 16;

std::string mac(std::string_view key, std::string_view scope, std::string_view payload) {
  // The length keeps a scope and a payload from trading bytes.
  std::string length;
  put_u64(length, scope.size());
  const Hash hash = hmac_sha256(key, {"recourse cursor v1", length, scope, payload});
  return std::string(as_text(hash).substr(0, kMacBytes));
}

std::string to_base64url(std::string_view bytes) {
  std::string out = to_base64(bytes);
  std::replace(out.begin(), out.end(), '+', '-');
  std::replace(out.begin(), out.end(), '/', '_');
  while (out.ends_with('=')) out.pop_back();
  return out;
}

Result<std::string> from_base64url(std::string_view text) {
  std::string standard(text);
  if (standard.find_first_of("+/=") != std::string::npos)
    return Error{ErrorCode::invalid, "not base64url"};
  std::replace(standard.begin(), standard.end(), '-', '+');
  std::replace(standard.begin(), standard.end(), '_', '/');
  while (standard.size() % 4 != 0) standard.push_back('=');
  return from_base64(standard);
}

/// In the same time wherever they differ, so that a MAC cannot be found byte by byte.
bool equal(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  unsigned difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    difference |= static_cast<unsigned char>(a[i]) ^ static_cast<unsigned char>(b[i]);
  return difference == 0;
}

}  // namespace

CursorSeal::CursorSeal(std::string key) : key_(std::move(key)) {
  RECOURSE_ASSERT(key_.size() >= 16, "a cursor key has at least 16 bytes");
}

std::string CursorSeal::seal(std::string_view scope, std::string_view payload) const {
  return to_base64url(std::string(payload) + mac(key_, scope, payload));
}

Result<std::string> CursorSeal::open(std::string_view scope, std::string_view cursor) const {
  const Error bad{ErrorCode::invalid, "not a cursor of this list; begin again without one"};
  Result<std::string> bytes = from_base64url(cursor);
  if (!bytes || bytes->size() < kMacBytes) return bad;
  const std::string_view payload = std::string_view(*bytes).substr(0, bytes->size() - kMacBytes);
  if (!equal(mac(key_, scope, payload), std::string_view(*bytes).substr(payload.size())))
    return bad;
  return std::string(payload);
}

}  // namespace recourse::http
