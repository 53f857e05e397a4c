#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/base/time.h"

namespace recourse {

/// Text that may stand in a leaf for ever: codes, names of types, opaque references. Never
/// anything that a person typed or that tells who somebody is. An event member of type std::string
/// does not compile: each text is either Clear or Sealed.
struct Clear {
  std::string text;
  Clear() = default;
  Clear(std::string value) : text(std::move(value)) {}
  Clear(std::string_view value) : text(value) {}
  Clear(const char* value) : text(value) {}
  bool operator==(const Clear&) const = default;
};

enum class SealedKind : char { text = 's', number = 'n', object = 'o', array = 'a' };

/// A value of which the leaf holds only a commitment; the value itself lies encrypted in the vault
/// and can be destroyed (docs/format/ledger.md, "Sealed values").
struct Sealed {
  SealedKind kind = SealedKind::text;
  std::string json;  ///< RFC 8785 JSON of the value before sealing; empty once read from a leaf.
  std::vector<std::string> subjects;  ///< `k`: data subjects whose keys are all needed. Sorted.
  std::string retention = "pii-24m";  ///< `r`: retention class, names the bucket key.
  Hash commitment{};                  ///< `c`: all zero before sealing.
  bool operator==(const Sealed&) const = default;
};

/// A sealed text about `subjects` (sub_ ids; none means the tenant itself).
Sealed seal_text(std::string_view text, std::vector<std::string> subjects);
/// A sealed object or array whose canonical JSON is `json`.
Sealed seal_json(std::string json, std::vector<std::string> subjects);

/// Where an imported event comes from. Flattened into `data`: absent for live events.
struct Provenance {
  bool imported = false;
  Clear source;                          ///< Name of the source, as --source gives it.
  std::optional<Timestamp> occurred_at;  ///< The source's own time, where it has one.
  bool operator==(const Provenance&) const = default;
};
BOOST_DESCRIBE_STRUCT(Provenance, (), (imported, source, occurred_at))

}  // namespace recourse
