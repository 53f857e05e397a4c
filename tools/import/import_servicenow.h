#pragma once

#include "tools/import/record_sink.h"
#include "tools/import/servicenow.h"

namespace recourse {

/// The file that `options` name. Errors: those of ByteSource::open, IncidentLog::read and
/// TimeZone::find.
Result<IncidentLog> read_incident_log(const ImportOptions& options);

/// Imports an incident log: each row is a record, named by its incident's number and its ordinal
/// there; a row that cannot be understood by its line.
void import_servicenow(const IncidentLog& log, const ImportTarget& target,
                       const ImportOptions& options, ImportSummary& summary,
                       ImportFigures& figures);

}  // namespace recourse
