#include "api/routes/served_systems.h"

#include <vector>

#include "api/routes/served_limits.h"

namespace recourse::routes {
namespace {

using http::Method;
using http::Slash;

/// A handler behind one of the limits that the served systems promise.
template <RouteHandler Handle>
void as_user(CallPtr call) {
  if (served::admit(*call, served::Limit::user)) Handle(std::move(call));
}
template <RouteHandler Handle>
void as_agent_action(CallPtr call) {
  if (served::admit(*call, served::Limit::process)) Handle(std::move(call));
}
template <RouteHandler Handle>
void as_rollback(CallPtr call) {
  if (served::admit(*call, served::Limit::rollback)) Handle(std::move(call));
}

RouteSpec get(std::string_view pattern, std::string_view name, std::string_view summary,
              RouteHandler handle) {
  return {Method::get,     pattern, name,   Needs::viewer, false,
          Surface::served, summary, handle, Slash::either};
}
RouteSpec post(std::string_view pattern, std::string_view name, Needs needs,
               std::string_view summary, RouteHandler handle) {
  return {Method::post,    pattern, name,   needs,        true,
          Surface::served, summary, handle, Slash::either};
}

/// The same route, whose requests are counted as inputs by `channel` where they name none.
RouteSpec brings_in(std::string_view channel, RouteSpec route) {
  route.brings_in = channel;
  return route;
}

}  // namespace

namespace served {

// In their namespace, since the native routes have handlers of the same names.
static std::span<const RouteSpec> all_routes() {
  static const std::vector<RouteSpec> routes{
      brings_in("api", post("/api/tickets", "help-desk-create-ticket", Needs::agent,
                            "Open a ticket", as_user<create_ticket>)),
      get("/api/tickets", "help-desk-tickets", "Tickets, newest first", as_user<list_tickets>),
      get("/api/tickets/{ticket}", "help-desk-ticket", "A ticket with its interactions",
          as_user<show_ticket>),
      post("/api/tickets/{ticket}/process", "help-desk-process", Needs::agent,
           "Decide and run what an agent answered", as_agent_action<process_ticket>),
      get("/api/tickets/{ticket}/action-history", "help-desk-action-history",
          "What the agent did to a ticket, newest first", as_user<show_action_history>),
      post("/api/tickets/actions/{action}/rollback", "help-desk-rollback", Needs::manager,
           "Undo an action", as_rollback<roll_back_action>),
      post("/api/tickets/{ticket}/resolution-feedback", "help-desk-feedback", Needs::agent,
           "Whether the solution held", as_user<submit_resolution_feedback>),
      get("/api/tickets/{ticket}/resolution", "help-desk-resolution",
          "What became of the newest resolution", as_user<show_resolution>),
      get("/api/tickets/resolution-analytics", "help-desk-resolution-analytics",
          "Resolutions counted", as_user<show_resolution_analytics>),
      get("/api/tickets/agent/analytics", "help-desk-agent-analytics", "Agent actions counted",
          as_user<show_agent_analytics>),

      brings_in("api", post("/api/v1/tickets", "support-create-ticket", Needs::agent,
                            "Open a ticket", as_user<create_support_ticket>)),
      get("/api/v1/tickets", "support-tickets", "Tickets, newest first",
          as_user<list_support_tickets>),
      get("/api/v1/tickets/{ticket}", "support-ticket", "A ticket with its events",
          as_user<show_support_ticket>),
      get("/api/v1/approvals", "support-approvals", "Approvals, pending ones by default",
          as_user<list_approvals>),
      get("/api/v1/approvals/{approval}", "support-approval", "An approval",
          as_user<show_approval>),
      post("/api/v1/approvals/{approval}", "support-decide", Needs::operator_, "Approve or reject",
           as_user<decide_approval>),
      post("/api/v1/approvals/{approval}/decide", "support-decide-path", Needs::operator_,
           "Approve or reject", as_user<decide_approval>),
      get("/api/v1/dashboard/stats", "support-dashboard-stats", "Counts for the dashboard",
          as_user<show_dashboard_stats>),
  };
  return routes;
}

}  // namespace served

std::span<const RouteSpec> served_routes() { return served::all_routes(); }

}  // namespace recourse::routes
