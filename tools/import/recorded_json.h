#pragma once

#include <simdjson.h>

#include <optional>
#include <string>
#include <string_view>

#include "engine/base/result.h"

namespace recourse {

/// Looks into JSON that others recorded. More is let through than parse_json() would: a recording
/// is not refused for a number in a field that nobody reads.
using RecordedJson = simdjson::dom::element;

/// The member of that name; nothing when there is none or it is null. REQUIRES: `json` is an
/// object. Errors: `invalid` when two members have the name, since readers would differ in which
/// one counts.
Result<std::optional<RecordedJson>> member(RecordedJson json, std::string_view name);

/// The first of `names` that is present, as member().
Result<std::optional<RecordedJson>> first_member(RecordedJson json,
                                                 std::initializer_list<std::string_view> names);

/// A string's text; any other value's JSON without white space. Errors: `invalid` for a text with
/// U+0000, which cannot be stored.
Result<std::string> text_of(RecordedJson json);
/// That of the member, empty when there is none.
Result<std::string> text_of_member(RecordedJson json, std::string_view name);

/// Canonical JSON of `text`; nothing when it is not JSON that can be stored.
std::optional<std::string> canonical_if_json(std::string_view text);

}  // namespace recourse
