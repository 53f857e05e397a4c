#include "projections/action_history.h"
#include "projections/agent_analytics.h"
#include "projections/approvals.h"
#include "projections/audit_index.h"
#include "projections/resolution_analytics.h"
#include "projections/resolutions.h"
#include "projections/rollbacks.h"
#include "projections/tickets.h"

namespace recourse {

std::vector<ProjectionKind> read_models() {
  return {tickets_kind(),
          action_history_kind(),
          approvals_kind(),
          resolutions_kind(),
          resolution_analytics_kind(),
          agent_analytics_kind(),
          audit_index_kind(),
          rollbacks_kind()};
}

}  // namespace recourse
