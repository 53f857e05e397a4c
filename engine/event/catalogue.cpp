#include "engine/event/catalogue.h"

namespace recourse {

EventData::EventData() = default;
EventData::EventData(const EventData& other) = default;
EventData::EventData(EventData&& other) noexcept = default;
EventData& EventData::operator=(const EventData& other) = default;
EventData& EventData::operator=(EventData&& other) noexcept = default;
EventData::~EventData() = default;

std::string_view type_of(const EventData& data) {
  return std::visit([](const auto& event) { return event.kType; }, data);
}

}  // namespace recourse
