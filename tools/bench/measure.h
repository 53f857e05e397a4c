#pragma once

#include "tools/bench/bench.h"

namespace recourse::bench {

// Each in a file of its name; they add their figures to `figures`.
Status measure_append(const BenchOptions& options, std::vector<Figure>& figures);
Status measure_propose(const BenchOptions& options, std::vector<Figure>& figures);
Status measure_query(const BenchOptions& options, std::vector<Figure>& figures);
Status measure_history(const BenchOptions& options, std::vector<Figure>& figures);

}  // namespace recourse::bench
