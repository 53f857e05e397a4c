#include "engine/event/bind.h"
#include "tests/unit/engine/ledger/small_ledger.h"

namespace recourse {
namespace {

TEST_CASE("what is asked and run in the stage of its proposal is bound to the sealed arguments") {
  SmallLedger small;
  const LedgerId id = small.add_tenant("acme");
  const NewEvent proposal = SmallLedger::proposal("tkt_1", "sub_1");
  const ActionId action = get<ActionProposed>(proposal.data).action;
  ApprovalRequested requested;
  requested.approval = ApprovalId("apr_1");
  requested.action = action;
  requested.ticket = TicketId("tkt_1");
  EffectDispatched dispatched;
  dispatched.action = action;
  dispatched.ticket = TicketId("tkt_1");
  dispatched.connector = "internal";
  const auto staged = small.stage(id, {proposal, SmallLedger::about("tkt_1", requested),
                                       SmallLedger::about("tkt_1", dispatched)});
  REQUIRE(staged);
  REQUIRE(small.ledger->commit());

  const Hash sealed = get<ActionProposed>((*staged)[0].data).args.commitment;
  REQUIRE(sealed != Hash{});
  const auto leaf = small.ledger->leaf(id, (*staged)[1].position);
  REQUIRE(leaf);
  const auto stored = read_leaf(*leaf);
  REQUIRE(stored);
  const auto& asked = get<ApprovalRequested>(stored->data);
  CHECK(asked.args_commitment == sealed);
  CHECK(asked.render_digest == approval_digest(asked.approval, action, "refund", 1, sealed));
  CHECK(get<EffectDispatched>((*staged)[2].data).args_commitment == sealed);
}

}  // namespace
}  // namespace recourse
