#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/base/result.h"
#include "engine/event/json.h"
#include "engine/event/parse_json.h"

namespace recourse {

/// RFC 8785 (JCS): the one spelling of a JSON value. No white space, names in the order of their
/// UTF-16 code units, the shortest escapes, numbers as ECMAScript prints them. What is hashed and
/// what is exported is this form. Reading it back gives an equal value.
std::string canonical_json(const Json& json);
void append_canonical_json(std::string& out, const Json& json);

/// `text` in double quotes with the escapes of RFC 8785, 3.2.2.2. REQUIRES: valid UTF-8; nothing is
/// normalised.
void append_canonical_string(std::string& out, std::string_view text);

/// ECMAScript Number::toString(10): shortest digits that read back as the same double; -0 is 0.
/// REQUIRES: finite.
void append_canonical_number(std::string& out, double number);
void append_canonical_integer(std::string& out, std::int64_t number);

/// Whether `a` stands before `b` in a canonical object. REQUIRES: valid UTF-8.
bool canonical_name_less(std::string_view a, std::string_view b);

/// The canonical form of a JSON text. Errors: those of parse_json().
Result<std::string> canonicalise(std::string_view text, const JsonLimits& limits = {});

/// Whether `text` is acceptable JSON and already in its canonical form.
bool is_canonical(std::string_view text, const JsonLimits& limits = {});

}  // namespace recourse
