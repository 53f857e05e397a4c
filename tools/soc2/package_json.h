#pragma once

#include <vector>

#include "tools/soc2/examine.h"
#include "tools/soc2/package.h"

namespace recourse::soc2 {

/// The package as canonical JSON, for programs and for whoever makes it again:
/// `report/package.json` holds everything but the rows, of which `controls/<id>/population.ndjson`
/// has one a line; the first file has the SHA-256 of the others. Bytes: docs/format/soc2.md. A
/// function of the package.
std::vector<File> package_files(const Package& package);

/// What a package is made again with, beside the leaves: `report/parameters.json` and
/// `report/heads.ndjson`, one kept head a line.
std::vector<File> parameter_files(const Parameters& parameters);

/// Reads what parameter_files() wrote. Errors: invalid.
recourse::Result<Parameters> read_parameters(std::string_view parameters_json,
                                             std::string_view heads_ndjson);

}  // namespace recourse::soc2
