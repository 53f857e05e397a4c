#pragma once

#include <string>
#include <vector>

#include "api/routes/sealed_json.h"

namespace recourse::routes {

/// What persons had put right (GDPR Article 16) among the texts of one ticket: whoever opens them is
/// shown the right value in the place of the wrong one, which stays sealed where it was.
class Corrections {
 public:
  Corrections(const Ledger& ledger, LedgerId id) : ledger_(ledger), id_(id) {}

  /// Notes an opened value that may be such a correction.
  void meet(const OpenedView& value);
  /// Puts what was met into `texts`, which have all values of `ticket`. Costs nothing where nothing
  /// was met. Errors: those of the leaves and of the vault.
  Status put(const std::string& ticket, OpenedTexts& texts) const;

 private:
  struct Met {
    Position position;
    std::string json;
  };
  const Ledger& ledger_;
  const LedgerId id_;
  std::vector<Met> met_;  ///< In the order of their positions.
};

}  // namespace recourse::routes
