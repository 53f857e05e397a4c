#include "projections/projection.h"

#include <new>

namespace recourse {

Status Projection::fold(const RecordedEvent& event) {
  try {
    apply(event);
    return {};
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const FoldFailure& failure) {
    return Error{ErrorCode::unsupported, failure.what()};
  } catch (const std::exception&) {
    // What a library says differs between its versions, and the cause goes on record.
    return Error{ErrorCode::unsupported, "its handlers failed on this event"};
  }
}

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
