#pragma once

#include <string>
#include <vector>

#include "engine/writer/writer.h"
#include "tools/audit/bundle.h"
#include "tools/cli/flags.h"

namespace recourse::cli {

/// Appends what this program did to the ledger of `tenant`, in its own name and one commit.
/// Errors: those of the writer.
Status record_events(Writer& writer, const TenantId& tenant, const std::string& stream,
                     std::vector<EventData> events);

/// Who was given values of which persons, and so has to be told when one of them is erased. Nothing
/// for a bundle that opens none. Errors: those of the writer.
Status record_disclosure(Writer& writer, const ExportFlags& flags, const BundleSummary& bundle);

/// Who got a copy of what is a question that the deployment's own ledger answers.
Status record_export(Writer& writer, const ExportFlags& flags, const BundleSummary& bundle);

}  // namespace recourse::cli
