#include "engine/privacy/pooled_random.h"

#include <openssl/crypto.h>

#include <algorithm>

namespace recourse {

PooledRandom::~PooledRandom() { OPENSSL_cleanse(block_.data(), block_.size()); }

void PooledRandom::fill(std::span<std::uint8_t> out) {
  if (out.size() > block_.size()) return source_.fill(out);
  const std::lock_guard lock(mutex_);
  if (out.size() > block_.size() - used_) {
    source_.fill(block_);
    used_ = 0;
  }
  const auto piece = std::span(block_).subspan(used_, out.size());
  std::copy(piece.begin(), piece.end(), out.begin());
  OPENSSL_cleanse(piece.data(), piece.size());
  used_ += out.size();
}

}  // namespace recourse
