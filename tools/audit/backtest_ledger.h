#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "engine/decision/backtest.h"
#include "engine/ledger/ledger.h"

namespace recourse {

struct BacktestRequest {
  LedgerId ledger;
  std::vector<std::shared_ptr<const Policy>> candidates;
  Backtest::Options options;
  /// Asked now and then with how many events were read; false stops. May be empty.
  std::function<bool(std::uint64_t)> go_on = {};
};

/// Backtest over the ledger up to its head: one report for each candidate, in order. Events that it
/// does not look at are passed over without being read. Uses one thread besides the caller's.
/// Errors: those of the leaves; `unavailable` when it was stopped.
Result<std::vector<BacktestReport>> backtest(const Ledger& ledger, const BacktestRequest& request);

}  // namespace recourse
