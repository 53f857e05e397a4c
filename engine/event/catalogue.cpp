#include "engine/event/catalogue.h"

#include <array>

namespace recourse {
namespace {

/// What all events have to be able to do, for one type.
struct Handling {
  std::string_view type;
  void (*make)(void* at);
  void (*copy)(void* to, const void* from);
  void (*move)(void* to, void* from);
  void (*destroy)(void* at);
};

template <class E>
constexpr Handling handling_of() {
  return {E::kType, [](void* at) { ::new (at) E(); },
          [](void* to, const void* from) { ::new (to) E(*static_cast<const E*>(from)); },
          [](void* to, void* from) { ::new (to) E(std::move(*static_cast<E*>(from))); },
          [](void* at) { static_cast<E*>(at)->~E(); }};
}

template <class... E>
constexpr std::array<Handling, sizeof...(E)> handlings_of(boost::mp11::mp_list<E...>) {
  return {handling_of<E>()...};
}
constexpr auto kHandlings = handlings_of(EventTypes());

}  // namespace

EventData::EventData() : index_(0) { kHandlings[index_].make(value()); }

EventData::EventData(const EventData& other) : index_(other.index_) {
  kHandlings[index_].copy(value(), other.value());
}

EventData::EventData(EventData&& other) noexcept : index_(other.index_) {
  kHandlings[index_].move(value(), other.value());
}

EventData& EventData::operator=(const EventData& other) { return *this = EventData(other); }

EventData& EventData::operator=(EventData&& other) noexcept {
  if (this == &other) return *this;
  kHandlings[index_].destroy(value());
  index_ = other.index_;
  kHandlings[index_].move(value(), other.value());
  return *this;
}

EventData::~EventData() { kHandlings[index_].destroy(value()); }

void EventData::renew(std::size_t index) {
  kHandlings[index_].destroy(value());
  index_ = index;
  kHandlings[index_].make(value());
}

std::string_view type_of(const EventData& data) { return kHandlings[data.index()].type; }

}  // namespace recourse
