#pragma once

#include <cstdint>

#include "tools/soc2/package.h"

namespace recourse::soc2 {

/// The rate of exceptions and its exact one-sided 95 % upper bound (Clopper-Pearson): the rate at
/// which so few exceptions, or fewer, come about in one of 20 cases. Rounded to the nearest
/// millionth, the same on every machine. REQUIRES: exceptions <= population.
Deviation deviation_of(std::uint64_t population, std::uint64_t exceptions);

}  // namespace recourse::soc2
