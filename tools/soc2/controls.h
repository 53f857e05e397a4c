#pragma once

#include <span>
#include <string_view>

#include "tools/soc2/package.h"

namespace recourse::soc2 {

/// RC-01 to RC-26, in this order.
std::span<const Control> controls();

/// REQUIRES: there is a control with this id.
const Control& control_named(std::string_view id);

}  // namespace recourse::soc2
