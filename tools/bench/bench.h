#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/result.h"

namespace recourse::bench {

/// One figure of ours beside its ceiling of the same run. Figures of one run compare; figures of
/// two machines do not.
struct Figure {
  std::string name;
  double ours = 0;
  std::string unit;
  std::string ceiling_name;
  double ceiling = 0;
  std::optional<double> floor;  ///< The ratio that must hold; printed, never asserted.
  std::optional<double> p50_us, p99_us;
  double ratio() const { return ceiling > 0 ? ours / ceiling : 0; }
};

struct BenchOptions {
  std::string scratch_dir;        ///< On the disk to be measured; made and removed.
  double seconds = 3;             ///< For each timed measurement.
  std::size_t tickets = 1'000;    ///< Warm tickets, 20 actions each.
  std::vector<std::string> only;  ///< append, propose, query, history; empty: all.
  std::function<void(const std::string&)> progress;
};

/// Measures on a deployment of its own in `scratch_dir`. Errors: io and those of the engine.
Result<std::vector<Figure>> run(const BenchOptions& options);

std::string to_text(const std::vector<Figure>& figures);
std::string to_json(const std::vector<Figure>& figures);

}  // namespace recourse::bench
