#pragma once

#include <openssl/evp.h>

#include <memory>
#include <string_view>

#include "engine/base/bytes.h"

namespace recourse {

/// SHA-256 of what comes in pieces. Threads: one.
class RunningSha256 {
 public:
  RunningSha256();
  void add(std::string_view bytes);
  /// Of all that was added. Call it once, at the end.
  Hash finish();

 private:
  struct Free {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  };
  std::unique_ptr<EVP_MD_CTX, Free> context_;
};

}  // namespace recourse
