#pragma once

#include "tools/soc2/package.h"

namespace recourse::soc2 {

/// ocsf/events.ndjson: a Compliance Finding (class 2003 of OCSF 1.3) for each control and for each
/// exception, one a line. A conversion for other systems to read, and labelled so: what counts is
/// the leaves that it names.
File ocsf_file(const Package& package);

}  // namespace recourse::soc2
