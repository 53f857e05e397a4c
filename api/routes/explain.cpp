#include "tools/audit/explain.h"

#include "api/routes/read.h"
#include "api/routes/resources.h"

namespace recourse::routes {

void explain_action(CallPtr call) {
  when_reached(call, [call] {
    if (const Status good = only_query(*call, {"min_position"}); !good)
      return refuse(*call, good.error());
    then(call, action_id(call->request.parameter("action")), [&](const ActionId& action) {
      then(call, ticket_of(*call, action), [&](const TicketId& ticket) {
        then(call, explain(call->app.ledger, &call->app.views, call->ledger, ticket, action),
             [&](const Explanation& told) { respond(*call, http::json(to_json(told))); });
      });
    });
  });
}

}  // namespace recourse::routes
