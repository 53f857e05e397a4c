#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

#include "engine/base/random.h"
#include "engine/base/result.h"
#include "engine/privacy/kek.h"

namespace recourse {

/// One record of the key store's database, docs/format/keys.md. `name` is the record's own key in
/// the database: a record moved to another name neither passes its checksum nor unwraps.

/// Text that held a key, wiped when it goes.
class WipedText {
 public:
  explicit WipedText(std::string text) : text_(std::move(text)) {}
  ~WipedText() { OPENSSL_cleanse(text_.data(), text_.size()); }
  WipedText(WipedText&& other) noexcept : text_(std::move(other.text_)) { other.text_.clear(); }
  WipedText& operator=(WipedText&&) = delete;
  std::string_view view() const& { return text_; }

 private:
  std::string text_;
};

/// The parts, one after the other, under `kek`.
std::string wrap_record(const Kek& kek, std::string_view name, Random& random,
                        std::initializer_list<std::string_view> parts);

/// What stands where a key was destroyed in `epoch`.
std::string destroyed_record(std::uint64_t epoch, std::string_view name);

/// Errors: erased; corrupt when damaged; unauthenticated when whole, but wrapped under another key;
/// unsupported.
Result<WipedText> unwrap_record(const Kek& kek, std::string_view name, std::string_view record);

/// The epoch of the key that wrapped it. Errors: corrupt; unsupported.
Result<std::uint64_t> epoch_of_record(std::string_view name, std::string_view record);

/// Whether it marks a destroyed key. Errors: corrupt; unsupported.
Result<bool> is_destroyed_record(std::string_view name, std::string_view record);

}  // namespace recourse
