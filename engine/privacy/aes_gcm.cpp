#include "engine/privacy/aes_gcm.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <memory>

#include "engine/base/bytes.h"

namespace recourse {
namespace {

using Context = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;

// Fetched once, and one context per thread and direction: making them costs more than sealing does.
const EVP_CIPHER* cipher() {
  static EVP_CIPHER* const fetched = EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr);
  RECOURSE_ASSERT(fetched != nullptr, "OpenSSL has AES-256-GCM");
  return fetched;
}

Context make_context(bool encrypt) {
  Context context(EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free);
  const int done = encrypt
                       ? EVP_EncryptInit_ex2(context.get(), cipher(), nullptr, nullptr, nullptr)
                       : EVP_DecryptInit_ex2(context.get(), cipher(), nullptr, nullptr, nullptr);
  RECOURSE_ASSERT(done == 1, "OpenSSL makes an AES-256-GCM context");
  return context;
}

int length_of(std::string_view part) {
  RECOURSE_ASSERT(part.size() < (std::size_t{1} << 31), "a part of a sealed value is short");
  return static_cast<int>(part.size());
}

}  // namespace

void aes_gcm_seal(std::string& out, std::string_view key, const GcmNonce& nonce,
                  std::string_view aad, std::initializer_list<std::string_view> parts) {
  RECOURSE_ASSERT(key.size() == 32, "AES-256 has a key of 32 bytes");
  thread_local const Context owned = make_context(true);
  EVP_CIPHER_CTX* const ctx = owned.get();
  std::size_t total = 0;
  for (const std::string_view part : parts) total += part.size();
  const std::size_t start = out.size();
  out.resize(start + total + kGcmTagSize);
  auto* to = reinterpret_cast<unsigned char*>(out.data()) + start;

  int written = 0;
  bool done = EVP_EncryptInit_ex2(ctx, nullptr, as_bytes(key), nonce.data(), nullptr) == 1 &&
              EVP_EncryptUpdate(ctx, nullptr, &written, as_bytes(aad), length_of(aad)) == 1;
  for (const std::string_view part : parts) {
    done = done && EVP_EncryptUpdate(ctx, to, &written, as_bytes(part), length_of(part)) == 1;
    to += part.size();
  }
  done = done && EVP_EncryptFinal_ex(ctx, to, &written) == 1 &&
         EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, kGcmTagSize, to) == 1;
  RECOURSE_ASSERT(done, "OpenSSL encrypts with AES-256-GCM");
}

namespace {

/// With a key in `ctx` already when `key` is empty.
bool open_with(EVP_CIPHER_CTX* ctx, std::string_view key, std::string_view nonce,
               std::string_view aad, std::string_view sealed, std::string& out) {
  out.clear();
  if (nonce.size() != GcmNonce{}.size() || sealed.size() < kGcmTagSize) return false;
  const std::string_view text = sealed.substr(0, sealed.size() - kGcmTagSize);
  std::array<char, kGcmTagSize> tag;
  std::copy_n(sealed.end() - kGcmTagSize, kGcmTagSize, tag.begin());
  out.resize(text.size());
  auto* const to = reinterpret_cast<unsigned char*>(out.data());

  int written = 0;
  const bool opened =
      EVP_DecryptInit_ex2(ctx, nullptr, key.empty() ? nullptr : as_bytes(key), as_bytes(nonce),
                          nullptr) == 1 &&
      EVP_DecryptUpdate(ctx, nullptr, &written, as_bytes(aad), length_of(aad)) == 1 &&
      EVP_DecryptUpdate(ctx, to, &written, as_bytes(text), length_of(text)) == 1 &&
      EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, kGcmTagSize, tag.data()) == 1 &&
      EVP_DecryptFinal_ex(ctx, to + text.size(), &written) == 1;
  // What did not pass the tag is nobody's to see.
  if (!opened) out.clear();
  return opened;
}

}  // namespace

Result<std::string> aes_gcm_open(std::string_view key, std::string_view nonce, std::string_view aad,
                                 std::string_view sealed) {
  RECOURSE_ASSERT(key.size() == 32, "AES-256 has a key of 32 bytes");
  thread_local const Context owned = make_context(false);
  std::string out;
  if (open_with(owned.get(), key, nonce, aad, sealed, out)) return out;
  return Error{ErrorCode::corrupt, "encrypted bytes do not open: damaged, or of another key"};
}

struct GcmOpener::Keyed {
  // Its own context, not the thread's: that one may be keyed anew between two texts of this one.
  Context context{EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free};
};

GcmOpener::GcmOpener(std::string_view key) : keyed_(std::make_unique<Keyed>()) {
  RECOURSE_ASSERT(key.size() == 32, "AES-256 has a key of 32 bytes");
  const int done =
      EVP_DecryptInit_ex2(keyed_->context.get(), cipher(), as_bytes(key), nullptr, nullptr);
  RECOURSE_ASSERT(done == 1, "OpenSSL makes an AES-256-GCM context");
}

GcmOpener::~GcmOpener() = default;  // OpenSSL wipes a context that it frees.

bool GcmOpener::open(std::string& out, std::string_view nonce, std::string_view aad,
                     std::string_view sealed) {
  return open_with(keyed_->context.get(), {}, nonce, aad, sealed, out);
}

}  // namespace recourse
