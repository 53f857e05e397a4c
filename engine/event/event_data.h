#pragma once

#include <span>
#include <string>
#include <string_view>

#include "engine/base/result.h"
#include "engine/event/catalogue.h"
#include "engine/event/field_table.h"
#include "engine/event/upcast.h"

namespace recourse {

/// An event's data as whoever goes through its fields sees it. Borrowed.
struct DescribedData {
  const described::Table& table;
  const void* value;
};
DescribedData describe(const EventData& data);

/// The data of an event as JSON and back.
void append_event_data(std::string& out, const EventData& data);

/// Reads the data of an event of `type` into `data`, lifting an old version by `steps` to the
/// newest. Errors: as read_leaf().
Status read_event_data(std::string_view type, const simdjson::dom::element& json,
                       std::span<const Upcaster> steps, EventData& data);
/// The same without the member that the type calls kNotFolded.
Status read_folded_data(std::string_view type, const simdjson::dom::element& json, EventData& data);

}  // namespace recourse
