#pragma once

#include <string>
#include <vector>

#include "engine/decision/backtest.h"

namespace recourse {

/// The events that keep a backtest: policy.backtested, and the first 4,096 of its changes in
/// policy.backtest_listed. The rest can be made again, and the digest over all of them says whether
/// they are the same. `backtest` is its new id.
std::vector<NewEvent> backtest_events(const BacktestReport& report, const Clear& policy,
                                      const Hash& digest, const std::string& backtest,
                                      const Actor& by);

}  // namespace recourse
