#pragma once

#include "tools/import/byte_source.h"
#include "tools/import/record_sink.h"

namespace recourse {

/// Imports recorded runs: each run is a record, named by its task and trial; a line that cannot be
/// understood by its number.
void import_transcript(ByteSource& source, const ImportTarget& target, const ImportOptions& options,
                       ImportSummary& summary, ImportFigures& figures);

}  // namespace recourse
