#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>

namespace recourse {

/// Each different text once, under a number: rows of a log repeat themselves, so a row becomes a
/// few numbers, and equal numbers mean equal texts. Threads: as a std container.
class TextPool {
 public:
  using Number = std::uint32_t;
  static constexpr Number kEmpty = 0;  ///< The number of the empty text.

  TextPool() { intern({}); }
  // The keys of the map borrow from the texts, which a copy would not own.
  TextPool(const TextPool&) = delete;
  TextPool& operator=(const TextPool&) = delete;
  TextPool(TextPool&&) = default;
  TextPool& operator=(TextPool&&) = default;

  Number intern(std::string_view text) {
    if (const auto found = numbers_.find(text); found != numbers_.end()) return found->second;
    const std::string& kept = texts_.emplace_back(text);
    const auto number = static_cast<Number>(texts_.size() - 1);
    numbers_.emplace(kept, number);
    // About what the deque, the map's node and the bucket take besides the text.
    constexpr std::size_t kOverhead = 96;
    bytes_ += kOverhead + (kept.capacity() > 15 ? kept.capacity() : 0);
    return number;
  }

  /// Valid while the pool lives, also when it is moved. REQUIRES: a number given by intern().
  std::string_view text(Number number) const { return texts_[number]; }

  std::size_t bytes() const { return bytes_; }

 private:
  std::deque<std::string> texts_;
  std::unordered_map<std::string_view, Number> numbers_;
  std::size_t bytes_ = 0;
};

}  // namespace recourse
