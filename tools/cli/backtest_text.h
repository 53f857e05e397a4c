#pragma once

#include <vector>

#include "engine/decision/backtest.h"

namespace recourse::cli {

/// The figures as tables, with every change on request.
void print_backtest(const BacktestReport& report, bool changes);

/// A row for each proposal that would go another way.
void print_changes(const std::vector<BacktestChange>& changes);

}  // namespace recourse::cli
