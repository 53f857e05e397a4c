#include "engine/base/sha256.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <memory>

namespace recourse {
namespace {

// Fetched once: EVP_sha256() looks the implementation up at each digest and costs a third more.
const EVP_MD* md() {
  static EVP_MD* const fetched = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  RECOURSE_ASSERT(fetched != nullptr, "OpenSSL has SHA-256");
  return fetched;
}

EVP_MD_CTX* context() {
  thread_local const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> owned(EVP_MD_CTX_new(),
                                                                                   EVP_MD_CTX_free);
  return owned.get();
}

}  // namespace

Hash sha256(std::initializer_list<std::string_view> parts) {
  Hash hash;
  EVP_MD_CTX* const ctx = context();
  bool done = EVP_DigestInit_ex2(ctx, md(), nullptr) == 1;
  for (const std::string_view part : parts)
    done = done && EVP_DigestUpdate(ctx, part.data(), part.size()) == 1;
  done = done && EVP_DigestFinal_ex(ctx, hash.data(), nullptr) == 1;
  RECOURSE_ASSERT(done, "OpenSSL computes SHA-256");
  return hash;
}

Hash hmac_sha256(std::string_view key, std::initializer_list<std::string_view> parts) {
  std::array<std::uint8_t, 64> block{};
  if (key.size() > block.size()) {
    const Hash hashed = sha256(key);
    std::copy(hashed.begin(), hashed.end(), block.begin());
  } else {
    std::copy(key.begin(), key.end(), block.begin());
  }
  std::array<std::uint8_t, 64> inner;
  std::array<std::uint8_t, 64> outer;
  for (std::size_t i = 0; i < block.size(); ++i) {
    inner[i] = block[i] ^ 0x36;
    outer[i] = block[i] ^ 0x5c;
  }
  Hash hash;
  EVP_MD_CTX* const ctx = context();
  bool done = EVP_DigestInit_ex2(ctx, md(), nullptr) == 1 &&
              EVP_DigestUpdate(ctx, inner.data(), inner.size()) == 1;
  for (const std::string_view part : parts)
    done = done && EVP_DigestUpdate(ctx, part.data(), part.size()) == 1;
  done = done && EVP_DigestFinal_ex(ctx, hash.data(), nullptr) == 1;
  RECOURSE_ASSERT(done, "OpenSSL computes HMAC-SHA-256");
  return sha256({as_text(outer), as_text(hash)});
}

}  // namespace recourse
