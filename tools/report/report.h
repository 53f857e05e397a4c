#pragma once

#include <vector>

#include "engine/base/result.h"
#include "tools/soc2/package.h"

namespace recourse::soc2 {

/// The derived files of an evidence package, sorted by path: `report/` (the page, the PDF, tables
/// as CSV), `controls/` (for each control its population as CSV and its chapter as PDF, and
/// map.json from controls to the documents of a GRC tool), `oscal/` and `ocsf/`. A function of the
/// package: the same package gives the same bytes, with the same version of the PDF libraries and
/// fonts. Errors: unavailable when the fonts of the PDF are not installed.
recourse::Result<std::vector<File>> write_report(const Package& package);

}  // namespace recourse::soc2
