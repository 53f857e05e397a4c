#pragma once

#include <string_view>

#include "api/routes/call.h"
#include "api/routes/ingress.h"

namespace recourse::routes {

/// From here on `call` is an input that came in by `channel`, and its answer ends it.
void count_input(const CallPtr& call, std::string_view channel);

/// The channel that the request names. One that may not stand in clear is passed over.
void name_input_channel(const Call& call, std::string_view channel);

/// What became of it, before it is answered.
void note_input(const Call& call, const Outcome& outcome);

/// The request that writes a count into the log of its tenant.
WriteRequest counted_request(const Ingress::Count& count);

}  // namespace recourse::routes
