#pragma once

#include "tools/soc2/package.h"

namespace recourse::soc2 {

/// controls/map.json: for each control its files, and the id of the document of a GRC tool that
/// they belong to, where one is known.
File upload_map(const Package& package, const std::vector<File>& files);

}  // namespace recourse::soc2
