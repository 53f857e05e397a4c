#include "api/routes/automation_now.h"

#include "api/routes/json_object.h"
#include "api/routes/policy_state.h"
#include "api/routes/read.h"
#include "engine/decision/breaker.h"
#include "engine/policy/judge.h"
#include "projections/row_codec.h"

namespace recourse::routes {
namespace {

bool holds(const BreakerState& row, Timestamp now) {
  return row.status == BreakerStatus::open && (!row.until || now < *row.until);
}

bool nobody_works_on(TicketStatus status) {
  return status == TicketStatus::closed || status == TicketStatus::merged;
}

void add(std::string& list, JsonObject object) {
  if (!list.empty()) list += ',';
  list += std::move(object).take();
}

}  // namespace

Result<std::string> AutomationNow::of(const std::string& row) {
  TicketRow ticket;
  if (!decode_row(row, ticket)) return Error{ErrorCode::corrupt, "a ticket's row"};
  const bool on =
      ticket.automation == Automation::active || ticket.automation == Automation::awaiting_approval;
  if (!on || nobody_works_on(ticket.status)) return row;
  RECOURSE_LET(const std::string held_by, causes(ticket));
  if (held_by.empty()) return row;
  const std::string recorded = R"("automation":")" + std::string(word(ticket.automation)) + '"';
  const auto at = row.find(recorded);
  if (at == row.npos) return Error{ErrorCode::corrupt, "a ticket's row"};
  std::string now = row;
  return now.replace(at, recorded.size(), R"("automation":"paused","paused_by":[)" + held_by + ']');
}

Result<std::string> AutomationNow::causes(const TicketRow& ticket) {
  if (!stopped_) {
    RECOURSE_LET(stopped_, stopped_scopes(call_));
  }
  const std::string type = ticket.agent_proposed ? ticket.agent_proposed->text : std::string();
  const std::string agent = ticket.agent ? ticket.agent->value() : std::string();
  std::string list;
  for (const Clear& scope : *stopped_)
    if (killing_scope({scope}, type, agent) != nullptr)
      add(list, JsonObject().text("control", "kill_switch").value("scope", scope));
  if (ticket.agent && ticket.agent_proposed) {
    RECOURSE_LET(const std::string breakers, open_breakers(*ticket.agent, *ticket.agent_proposed));
    if (!list.empty() && !breakers.empty()) list += ',';
    list += breakers;
  }
  return list;
}

Result<std::string> AutomationNow::open_breakers(const PrincipalId& agent, const Clear& type) {
  const auto known = breakers_.find({agent, type.text});
  if (known != breakers_.end()) return known->second;
  std::string list;
  bool damaged = false;
  const Timestamp now = call_.app.clock.now();
  for (const PrincipalId& whose : {agent, PrincipalId(std::string(kEveryAgent))}) {
    // Of every version that the agent has had: rows are few.
    const std::string prefix = "breaker/" + whose.value();
    RECOURSE_TRY(call_.app.views.each(
        view::decision_state(), call_.ledger, prefix, "", ViewStore::Order::forward,
        [&](std::string_view, std::string_view json) {
          BreakerState row;
          damaged = !decode_row(json, row);
          if (damaged) return false;
          if (row.agent != whose || row.type != type || !holds(row, now)) return true;
          add(list, JsonObject()
                        .text("control", "breaker")
                        .value("agent", row.agent)
                        .value("agent_version", row.agent_version)
                        .value("type", row.type)
                        .value("until", row.until));
          return true;
        }));
  }
  if (damaged) return Error{ErrorCode::corrupt, "a breaker's row"};
  return breakers_[{agent, type.text}] = std::move(list);
}

}  // namespace recourse::routes
