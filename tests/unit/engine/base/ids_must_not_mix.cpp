#include "engine/base/id.h"

// Compiled twice by ctest: as it stands it must compile; with RECOURSE_SWAP_IDS it must not.
namespace recourse {

void roll_back(ActionId action, TicketId ticket);

void as_a_caller_would() {
  const ActionId action("act_1");
  const TicketId ticket("tkt_1");
#ifdef RECOURSE_SWAP_IDS
  roll_back(ticket, action);
#else
  roll_back(action, ticket);
#endif
}

}  // namespace recourse
