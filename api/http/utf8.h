#pragma once

#include <string>
#include <string_view>

namespace recourse::http {

/// Well-formed UTF-8 (RFC 3629): no overlong forms, no surrogates, nothing past U+10FFFF.
bool is_utf8(std::string_view text);

/// `text` with each byte that is not part of well-formed UTF-8 replaced by U+FFFD.
std::string mended_utf8(std::string_view text);

}  // namespace recourse::http
