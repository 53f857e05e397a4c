#pragma once

#include "projections/projection.h"

namespace recourse {

/// Positions of events by type, actor and ticket; by time the ledger itself answers, since times
/// never decrease. Keys: `type/<type>`, `actor/<id>` and `ticket/<id>` PositionCount;
/// each followed by `/<8 digits>` the chunks, 128 positions each, oldest first.
ProjectionKind audit_index_kind();

constexpr std::int64_t kPositionsPerChunk = 128;

/// Key of chunk number `chunk` of the list `list`, such as type/recourse.ticket.opened.v1.
std::string chunk_key(std::string_view list, std::int64_t chunk);

}  // namespace recourse
