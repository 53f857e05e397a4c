#include "engine/event/catalogue.h"

#include <array>
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
  return []<class... E>(boost::mp11::mp_list<E...>, std::size_t index) {
    static constexpr std::array<std::string_view, sizeof...(E)> kTypes{E::kType...};
    return kTypes[index];
  }(EventTypes(), data.index());
}

}  // namespace recourse
