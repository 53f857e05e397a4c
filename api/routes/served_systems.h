#pragma once

#include <span>

#include "api/routes/route_table.h"

namespace recourse::routes {

/// The paths of the systems that Recourse takes the place of, as their owners call them:
/// docs/served-systems.md. Same commands and rows as the native routes, other names.
std::span<const RouteSpec> served_routes();

namespace served {

// Help desk. served_help_desk_tickets.cpp
void create_ticket(CallPtr call);
void list_tickets(CallPtr call);
void show_ticket(CallPtr call);
// served_process.cpp
void process_ticket(CallPtr call);
// served_action_history.cpp
void show_action_history(CallPtr call);
// served_rollback.cpp
void roll_back_action(CallPtr call);
// served_feedback.cpp
void submit_resolution_feedback(CallPtr call);
void show_resolution(CallPtr call);
// served_analytics.cpp
void show_resolution_analytics(CallPtr call);
void show_agent_analytics(CallPtr call);

// Support agent. served_support_agent.cpp
void create_support_ticket(CallPtr call);
void list_support_tickets(CallPtr call);
void show_support_ticket(CallPtr call);
// served_approvals.cpp
void list_approvals(CallPtr call);
void show_approval(CallPtr call);
void decide_approval(CallPtr call);
// served_dashboard.cpp
void show_dashboard_stats(CallPtr call);

}  // namespace served
}  // namespace recourse::routes
