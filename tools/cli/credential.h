#pragma once

#include <string>

#include "engine/base/result.h"

namespace recourse::cli {

/// The secret of this name: from the variable RECOURSE_CREDENTIAL_<NAME>, where the name stands in
/// capitals and every other character than a letter or digit is _, else the first line of the file
/// <data_dir>/credentials/<name>. Read anew each time, so that it can be changed while a server
/// runs. Errors: not_found, saying both places.
Result<std::string> credential(const std::string& data_dir, const std::string& name);

}  // namespace recourse::cli
