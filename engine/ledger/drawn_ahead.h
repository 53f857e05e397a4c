#pragma once

#include <openssl/crypto.h>

#include <algorithm>
#include <array>
#include <span>

#include "engine/base/random.h"

namespace recourse {

/// Draws from another source a page at a time: asking OpenSSL costs about a microsecond however few
/// bytes are wanted, and a proposal wants eight times. What was given out is wiped here.
/// Threads: one. Borrows the source.
class DrawnAhead final : public Random {
 public:
  explicit DrawnAhead(Random& source) : source_(source) {}
  ~DrawnAhead() override { OPENSSL_cleanse(page_.data(), page_.size()); }

  void fill(std::span<std::uint8_t> out) override {
    if (out.size() > page_.size()) return source_.fill(out);
    if (out.size() > page_.size() - next_) {
      source_.fill(page_);
      next_ = 0;
    }
    const auto taken = std::span(page_).subspan(next_, out.size());
    std::copy(taken.begin(), taken.end(), out.begin());
    OPENSSL_cleanse(taken.data(), taken.size());
    next_ += out.size();
  }

 private:
  Random& source_;
  std::array<std::uint8_t, 4096> page_{};
  std::size_t next_ = 4096;
};

}  // namespace recourse
