#include "projections/projection.h"

namespace recourse {

SealedRef ref_to(const RecordedEvent& event, const Sealed& sealed) {
  SealedRef ref{static_cast<std::int64_t>(event.position.value()), -1, sealed.commitment};
  std::int64_t ordinal = 0;
  for_each_sealed(event.data, [&](const Sealed& member) {
    if (&member == &sealed) ref.ordinal = ordinal;
    ++ordinal;
  });
  RECOURSE_ASSERT(ref.ordinal >= 0, "a reference is to a member of its event");
  return ref;
}

}  // namespace recourse
