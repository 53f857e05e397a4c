#pragma once

#include <cstdint>
#include <optional>
#include <ostream>

#include "tools/audit/event_filter.h"
#include "tools/audit/locate.h"

namespace recourse {

struct NdjsonOptions {
  TenantId tenant;
  std::optional<Moment> from, to;  ///< [from, to), default: all. Beyond the head means the head.
  EventFilter filter;              ///< Default: all.
};

/// Writes the leaves as they are, one a line, and gives their number. Sealed values stay sealed.
/// Errors: not_found for an unknown tenant; io when `out` fails; those of the leaves.
Result<std::uint64_t> export_ndjson(const Ledger& ledger, const NdjsonOptions& options,
                                    std::ostream& out);

}  // namespace recourse
