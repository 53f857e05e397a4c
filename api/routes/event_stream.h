#pragma once

#include <memory>

#include "api/routes/event_page.h"

namespace recourse::routes {

/// The events after `after` as server-sent events for as long as the reader stays: `id` is the
/// position, `event` the type, `data` the leaf. When a filter lets nothing through, a frame
/// `progress` moves the reader's position on; a comment every 15 s keeps the connection alive.
std::shared_ptr<http::StreamSource> event_stream(App& app, LedgerId ledger, EventFilter filter,
                                                 std::int64_t after);

}  // namespace recourse::routes
