#include "projections/rows.h"

#include <doctest/doctest.h>

#include "tests/unit/engine/event/undescribed_members.h"

using namespace recourse;

TEST_CASE("no row has a member that its description leaves out") {
  std::vector<std::string> found;
  find_undescribed_members<TicketRow>(found);
  find_undescribed_members<ActionRow>(found);
  find_undescribed_members<ApprovalRow>(found);
  find_undescribed_members<ResolutionRow>(found);
  find_undescribed_members<RollbackRow>(found);
  find_undescribed_members<RollbackStepRow>(found);
  find_undescribed_members<RollbackIncidentRow>(found);
  find_undescribed_members<ResolutionCounts>(found);
  find_undescribed_members<ActionCounts>(found);
  find_undescribed_members<TicketCounts>(found);
  find_undescribed_members<PositionChunk>(found);
  find_undescribed_members<PositionCount>(found);
  CHECK(found == std::vector<std::string>());
}
