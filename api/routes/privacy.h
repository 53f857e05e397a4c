#pragma once

#include <optional>
#include <string_view>

#include "api/routes/body_reader.h"
#include "api/routes/call.h"
#include "api/routes/write.h"
#include "engine/base/time.h"
#include "engine/erasure/erase.h"

namespace recourse::routes {

/// A member that is an RFC 3339 time, or absent; anything else is a fault.
std::optional<Timestamp> optional_time(BodyReader& reader, std::string_view name);

/// How a refusal of `command` is recorded; `target`: the request, hold or person it was about.
WriteOptions refused_as(std::string command, std::string target);

/// The id of the request that the path names. Errors: not_found.
Result<EntryId> dsr_parameter(const Call& call);

/// Person and address of a body: one of the two, or neither where nobody is known yet.
NamedPerson named_person(BodyReader& reader);

}  // namespace recourse::routes
