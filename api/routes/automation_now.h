#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "api/routes/call.h"
#include "engine/event/text.h"
#include "projections/rows.h"

namespace recourse::routes {

/// What the controls make of the automation of tickets at this moment. An engaged kill switch or an
/// open breaker says nothing to each ticket that it holds up: that would be an event for every open
/// one. So `paused` is not recorded but worked out when somebody looks.
/// Threads: one, for the time of one answer; the call outlives it.
class AutomationNow {
 public:
  explicit AutomationNow(const Call& call) : call_(call) {}

  /// The row of a ticket with `automation` as it is now: `paused` where an agent may work on the
  /// ticket by itself but a control holds back what its agent proposed last, with those controls
  /// in `paused_by`. Errors: corrupt.
  Result<std::string> of(const std::string& row);

 private:
  Result<std::string> causes(const TicketRow& ticket);
  Result<std::string> open_breakers(const PrincipalId& agent, const Clear& type);

  const Call& call_;
  std::optional<std::vector<Clear>> stopped_;
  std::map<std::pair<PrincipalId, std::string>, std::string>
      breakers_;  ///< As JSON, by agent, type.
};

}  // namespace recourse::routes
