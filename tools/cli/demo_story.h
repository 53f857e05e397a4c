#pragma once

#include <optional>
#include <string>

#include "tools/cli/demo_desk.h"
#include "tools/cli/deployment.h"

namespace recourse::cli {

/// What somebody who tries the demo wants to look at first.
struct DemoOutcome {
  std::size_t tickets = 0;
  std::uint64_t events = 0;         ///< Of the tenant's ledger.
  std::int64_t waiting_number = 0;  ///< Ticket number of a refund that waits for approval.
  ApprovalId waiting;
  std::int64_t resolved_number = 0;  ///< A ticket that the agent resolved; can be rolled back.
  ActionId resolved;
};

/// Makes the demo's people and plays a week of an IT help desk, which ends at `until`: `clock` is
/// set to each moment in turn, and `story` only shifts them a little. Commands go through the
/// writer like everybody's, so the same clock, seeds and an empty deployment give the same log.
/// Errors: those of the writer.
Result<DemoPeople> make_demo_people(Writer& writer);
Result<DemoOutcome> tell_demo_story(Deployment& deployment, const DemoPeople& people,
                                    ManualClock& clock, Random& story, Timestamp until);

}  // namespace recourse::cli
