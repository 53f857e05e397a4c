#include "engine/base/running_sha256.h"

#include "engine/base/assert.h"

namespace recourse {

RunningSha256::RunningSha256() : context_(EVP_MD_CTX_new()) {
  const bool started =
      context_ != nullptr && EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) == 1;
  RECOURSE_ASSERT(started, "OpenSSL has SHA-256");
}

void RunningSha256::add(std::string_view bytes) {
  RECOURSE_ASSERT(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) == 1,
                  "OpenSSL computes SHA-256");
}

Hash RunningSha256::finish() {
  Hash digest;
  RECOURSE_ASSERT(EVP_DigestFinal_ex(context_.get(), digest.data(), nullptr) == 1,
                  "OpenSSL computes SHA-256");
  return digest;
}

}  // namespace recourse
