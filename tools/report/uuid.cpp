#include <openssl/evp.h>

#include <array>

#include "engine/base/assert.h"
#include "engine/base/bytes.h"
#include "tools/report/oscal.h"

namespace recourse::soc2 {

std::string uuid_of(std::string_view name) {
  static constexpr std::string_view kUrls(
      "\x6b\xa7\xb8\x11\x9d\xad\x11\xd1\x80\xb4\x00\xc0\x4f\xd4\x30\xc8", 16);
  const std::string text = std::string(kUrls) + std::string(name);
  std::array<std::uint8_t, EVP_MAX_MD_SIZE> digest;
  unsigned length = 0;
  // SHA-1 because the version of the UUID says so; nothing relies on it.
  RECOURSE_ASSERT(
      EVP_Digest(text.data(), text.size(), digest.data(), &length, EVP_sha1(), nullptr) == 1 &&
          length == 20,
      "SHA-1 is there");
  digest[6] = static_cast<std::uint8_t>((digest[6] & 0x0F) | 0x50);
  digest[8] = static_cast<std::uint8_t>((digest[8] & 0x3F) | 0x80);
  std::string uuid = to_hex(as_text(digest).substr(0, 16));
  for (const std::size_t at : {20U, 16U, 12U, 8U}) uuid.insert(at, 1, '-');
  return uuid;
}

}  // namespace recourse::soc2
