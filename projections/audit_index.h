#pragma once

#include "projections/projection.h"

namespace recourse {

/// Positions of events by type, actor and ticket; by time the ledger itself answers, since times
/// never decrease. A list is `type/<type>`, `actor/<id>` or `ticket/<id>`; it has a PositionCount
/// and chunks of 128 positions each, oldest first.
ProjectionKind audit_index_kind();

constexpr std::int64_t kPositionsPerChunk = 128;

/// Key of the PositionCount of the list `list`, such as type/recourse.ticket.opened.v1.
std::string count_key(std::string_view list);

/// Key of chunk number `chunk` of the list `list`.
std::string chunk_key(std::string_view list, std::int64_t chunk);

}  // namespace recourse
