#include "engine/event/catalogue.h"

#include <memory>

namespace recourse {

EventData::EventData() = default;
EventData::EventData(const EventData& other) = default;
EventData::EventData(EventData&& other) noexcept = default;
EventData::~EventData() = default;

// The variant's own assignments would be compiled for every type of event, which takes longer than
// all else here; destroying one and making another is the same and costs nothing to compile.
EventData& EventData::operator=(const EventData& other) { return *this = EventData(other); }

EventData& EventData::operator=(EventData&& other) noexcept {
  if (this == &other) return *this;
  std::destroy_at(this);
  return *std::construct_at(this, std::move(other));
}

std::string_view type_of(const EventData& data) {
  return std::visit([](const auto& event) { return event.kType; }, data);
}

}  // namespace recourse
