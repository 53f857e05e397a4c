#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tools/soc2/package.h"

namespace recourse::soc2 {

/// oscal/assessment-plan.json and oscal/assessment-results.json, OSCAL 1.1.2 of NIST. A control
/// with a population has an observation and a finding; one without has an observation only, since
/// OSCAL knows no third state and nothing was found. `files`: the evidence that they name by its
/// path and hash. The ids are UUIDs of the log's origin, its size and the control.
std::vector<File> oscal_files(const Package& package, const std::vector<File>& files);

/// A version 5 UUID (RFC 9562) of `name` in the namespace of URLs.
std::string uuid_of(std::string_view name);

}  // namespace recourse::soc2
