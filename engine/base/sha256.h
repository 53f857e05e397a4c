#pragma once

#include <initializer_list>
#include <string_view>

#include "engine/base/bytes.h"

namespace recourse {

/// SHA-256 (FIPS 180-4) of the parts, one after the other. Any thread.
Hash sha256(std::initializer_list<std::string_view> parts);
inline Hash sha256(std::string_view bytes) { return sha256({bytes}); }

/// HMAC-SHA-256 (RFC 2104) of the parts under `key`. Any thread.
Hash hmac_sha256(std::string_view key, std::initializer_list<std::string_view> parts);

}  // namespace recourse
