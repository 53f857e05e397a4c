#pragma once

#include <optional>
#include <string_view>

#include "api/routes/body_reader.h"
#include "engine/base/time.h"

namespace recourse::routes {

/// A member that is an RFC 3339 time, or absent; anything else is a fault.
std::optional<Timestamp> optional_time(BodyReader& reader, std::string_view name);

}  // namespace recourse::routes
