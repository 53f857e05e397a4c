#pragma once

#include <filesystem>
#include <initializer_list>
#include <string>
#include <string_view>

#include "engine/base/bytes.h"
#include "engine/base/id.h"
#include "engine/base/random.h"

/// Who a record of a source is, for ever: the same record read again is the same, however often an
/// import was broken off.
namespace recourse {

/// The name under which a file's records are known when none is given: the base name without
/// `.gz`, as it may stand in a leaf.
std::string source_name(const std::filesystem::path& file);

/// The idempotency key of a record: `import/` and the parts, separated by `/`; a `/` or `%` within
/// a part is written as in a URL, so that different parts never give one key.
std::string record_identity(std::initializer_list<std::string_view> parts);

/// How a person of a source is known to the directory of data subjects and to pseudonyms:
/// `<source>|<name>`, or a hash of it when that is too long for the directory.
std::string outside_name(std::string_view source, std::string_view name);

/// Bytes that depend on `key` and `name` only: ids made from them are the same in every import, so
/// that a row finds its ticket also when another run of the program opened it.
class DerivedRandom final : public Random {
 public:
  DerivedRandom(const Hash& key, std::initializer_list<std::string_view> name);
  void fill(std::span<std::uint8_t> out) override;

 private:
  Hash seed_;
  std::uint64_t block_ = 0;
};

}  // namespace recourse
