#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"

namespace recourse {

/// The types of the catalogue, in its order.
std::vector<std::string_view> event_types();

/// JSON Schema (2020-12) of the `data` of events of `type`, made from the same description that
/// writes and reads them. Each string says `x-recourse`: `clear` or `sealed`. Lengths are in bytes
/// in the engine and in characters here, so the engine may refuse a little more.
/// Error: not_found for a type that is not in the catalogue.
Result<std::string> event_schema(std::string_view type);

/// JSON Schema of a whole leaf, which asks each type's schema about its `data`.
std::string leaf_schema();

struct SchemaFile {
  std::string name;  ///< Below schemas/events.
  std::string text;
};

/// What schemas/events holds: a file for each type, leaf.json, and index.json that lists them.
std::vector<SchemaFile> schema_files();

}  // namespace recourse
