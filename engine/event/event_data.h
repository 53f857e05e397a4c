#pragma once

#include <simdjson.h>

#include <span>
#include <string>
#include <string_view>

#include "engine/base/result.h"
#include "engine/event/catalogue.h"
#include "engine/event/upcast.h"

namespace recourse {

/// The data of an event as JSON and back. Each direction is instantiated for all types in a file of
/// its own, because that is what takes the compiler long.
void append_event_data(std::string& out, const EventData& data);

/// Reads the data of an event of `type` into `data`, lifting an old version by `steps` to the
/// newest. Errors: as read_leaf().
Status read_event_data(std::string_view type, const simdjson::dom::element& json,
                       std::span<const Upcaster> steps, EventData& data);
/// The same without the member that the type calls kNotFolded.
Status read_folded_data(std::string_view type, const simdjson::dom::element& json, EventData& data);

}  // namespace recourse
