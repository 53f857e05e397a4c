#pragma once

#include <cstddef>
#include <string_view>

#include "engine/base/result.h"
#include "engine/event/json.h"

namespace recourse {

struct JsonLimits {
  std::size_t size_bytes = std::size_t{1} << 20;
  /// Containers inside each other: [] has depth 1, a bare number 0. At most 512.
  std::size_t depth = 64;
};

/// The one door for JSON from outside: reads all of `text` as RFC 8259 JSON and refuses what two
/// readers could understand differently, so that everything behind it means one thing.
///
/// Refused beyond the grammar:
/// - a byte order mark, and anything but white space after the value;
/// - two equal names in an object, compared after unescaping;
/// - an integer beyond ±(2^53-1), also when written as 1e17 or 9007199254740993.0; from 10^21 one
///   written with an exponent or a point passes, because its canonical form keeps an exponent and
///   so promises no exact integer;
/// - a number too large for a double, or so small that it would silently become 0;
/// - a lone surrogate, bytes that are not UTF-8, and U+0000, raw or escaped.
/// Accepted: -0 and -0.0, as the integer 0, because RFC 8785 writes both as 0; integers in any
/// notation (1.0, 1e3), as integers; decimals, as the nearest double.
///
/// Errors: `too_large` past `limits.size_bytes`; `invalid` for all else, saying what is wrong and
/// at which byte (from 0) or in which object (a JSON pointer). The text never quotes values.
/// Threads: any; each thread keeps a parser of less than 1 MiB.
Result<Json> parse_json(std::string_view text, const JsonLimits& limits = {});

}  // namespace recourse
