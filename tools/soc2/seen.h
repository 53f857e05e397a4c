#pragma once

#include "engine/event/leaf.h"

namespace recourse::soc2 {

/// Where a leaf stands to the period.
enum class Place {
  before,   ///< Earlier leaves: what they say counts, they are in no population.
  early,    ///< Within the heads and before `from`: the same, and that is counted.
  within,   ///< In the period.
  outside,  ///< Within the heads and not before `to`.
};

/// A leaf as the tests see it.
struct Seen {
  const RecordedEvent& event;
  Hash leaf;
  bool meta = false;  ///< Of the deployment's ledger.
  Place place = Place::within;

  template <class Event>
  const Event* as() const {
    return get_if<Event>(&event.data);
  }
  bool within() const { return place == Place::within; }
};

/// 16 digits, as a leaf's `sequence`.
std::string sequence_text(Position position);

}  // namespace recourse::soc2
