#include "tools/audit/backtest_record.h"

#include <algorithm>

namespace recourse {
namespace {

constexpr std::size_t kPerLeaf = 64;
constexpr std::size_t kListed = 64 * kPerLeaf;

}  // namespace

std::vector<NewEvent> backtest_events(const BacktestReport& report, const Clear& policy,
                                      const Hash& digest, const std::string& backtest,
                                      const Actor& by) {
  // In the stream of the policy, whose name ends where its version begins.
  const std::string stream = policy.text.substr(0, policy.text.find('@'));
  const std::size_t listed = std::min(report.changes.size(), kListed);
  PolicyBacktested done = report.figures;
  done.backtest = backtest;
  done.policy = policy;
  done.digest = digest;
  done.listed = static_cast<std::int64_t>(listed);
  std::vector<NewEvent> events;
  events.push_back({stream, "", by, "", "", std::move(done)});
  for (std::size_t first = 0; first < listed; first += kPerLeaf) {
    PolicyBacktestListed list;
    list.backtest = backtest;
    list.first = static_cast<std::int64_t>(first);
    const auto begin = report.changes.begin() + static_cast<std::ptrdiff_t>(first);
    const auto count = static_cast<std::ptrdiff_t>(std::min(kPerLeaf, listed - first));
    list.changes.assign(begin, begin + count);
    events.push_back({stream, "", by, "", "", std::move(list)});
  }
  return events;
}

}  // namespace recourse
