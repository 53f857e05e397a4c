#pragma once

#include <string_view>

namespace recourse {

/// tools/audit/verify.py, which goes into every bundle. Built in, so that a bundle can be exported
/// from the program alone.
std::string_view verify_script();
/// tools/audit/VERIFY.md, the rules that the script follows.
std::string_view verify_guide();

}  // namespace recourse
