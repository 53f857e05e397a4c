#include "engine/policy/action_manifest.h"

namespace recourse {

std::vector<ActionType> help_desk_types() {
  using enum Reversibility;
  using enum ArgType;
  std::vector<ActionType> types;
  types.push_back({.name = "AUTO_RESOLVE",
                   .reversibility = R1,
                   .executor = Executor::internal,
                   .inverse = "self",
                   .category = "resolution",
                   .args = {{"resolution_steps", text_or_list, false}},
                   .writes = {"status"},
                   .needs_unresolved = true,
                   .description = "Answers with the steps, resolves the ticket and follows up."});
  types.push_back(
      {.name = "ESCALATE",
       .effect = ActionEffect::handoff,
       .reversibility = R1,
       .executor = Executor::internal,
       .inverse = "self",
       .category = "escalation",
       .args = {{"reason", text, false}, {"team", label, false}, {"suggested_action", text, false}},
       .writes = {"handler", "team"},
       .description = "Hands the ticket to a person."});
  types.push_back({.name = "ASSIGN_TO_TEAM",
                   .reversibility = R1,
                   .executor = Executor::internal,
                   .inverse = "self",
                   .category = "assignment",
                   .args = {{"team", label, false}, {"assignee", code, false}},
                   .one_of = {"team", "assignee"},
                   .writes = {"assignee", "team"},
                   .description = "Assigns the ticket to a team, a person, or both."});
  types.push_back({.name = "SCHEDULE_FOLLOWUP",
                   .reversibility = R1,
                   .executor = Executor::internal,
                   .inverse = "self",
                   .category = "resolution",
                   .args = {{"delay_hours", hours, false}},
                   .description = "Asks the customer later whether the solution holds."});
  // A question that was sent cannot be unsent.
  types.push_back({.name = "REQUEST_CLARIFICATION",
                   .reversibility = R3,
                   .executor = Executor::internal,
                   .category = "communication",
                   .args = {{"question", text, false}},
                   .writes = {"status"},
                   .needs_unresolved = true,
                   .description = "Asks the customer a question and waits for the answer."});
  return types;
}

std::vector<ActionType> support_agent_types() {
  using enum Reversibility;
  using enum ArgType;
  std::vector<ActionType> types;
  types.push_back({.name = "process_refund",
                   .reversibility = R3,
                   .executor = Executor::client,
                   .compensation = "collect_refund",
                   .category = "financial",
                   .args = {{"order_id", text},
                            {"amount", decimal},
                            {"currency", text, false},
                            {"reason", text, false}},
                   .money_path = "amount",
                   .void_window_s = 600,
                   .description = "Pays money back. Only a new charge could compensate it."});
  // A new charge or invoice needs the customer's consent: nothing here runs it.
  types.push_back({.name = "collect_refund",
                   .reversibility = R3,
                   .compensation = "process_refund",
                   .category = "financial",
                   .args = {{"order_id", text}, {"amount", decimal}, {"currency", text, false}},
                   .money_path = "amount",
                   .description = "Asks the customer for money that was paid back by mistake."});
  types.push_back({.name = "reset_password",
                   .reversibility = R2,
                   .executor = Executor::client,
                   .inverse = "revoke_password_reset",
                   .category = "account",
                   .args = {{"user_email", text}},
                   .description = "Sends a link that expires."});
  types.push_back({.name = "revoke_password_reset",
                   .reversibility = R2,
                   .executor = Executor::client,
                   .inverse = "reset_password",
                   .category = "account",
                   .args = {{"user_email", text}},
                   .description = "Makes a reset link useless."});
  types.push_back({.name = "check_order_status",
                   .effect = ActionEffect::read,
                   .reversibility = R0,
                   .executor = Executor::client,
                   .category = "information",
                   .args = {{"order_id", text}},
                   .description = "Looks an order up."});
  types.push_back({.name = "create_bug_report",
                   .reversibility = R2,
                   .executor = Executor::client,
                   .inverse = "close_bug_report",
                   .category = "technical",
                   .args = {{"title", text}, {"description", text}, {"priority", text, false}},
                   .description = "Files a bug with the engineers."});
  types.push_back({.name = "close_bug_report",
                   .reversibility = R2,
                   .executor = Executor::client,
                   .inverse = "create_bug_report",
                   .category = "technical",
                   .args = {{"report_id", text}},
                   .description = "Closes a bug that should not have been filed."});
  types.push_back(
      {.name = "escalate_to_human",
       .effect = ActionEffect::handoff,
       .reversibility = R1,
       .executor = Executor::internal,
       .inverse = "self",
       .category = "escalation",
       .args = {{"reason", text}, {"suggested_action", text, false}, {"team", label, false}},
       .writes = {"handler", "team"},
       .description = "Hands the ticket to a person."});
  types.push_back({.name = "search_knowledge_base",
                   .effect = ActionEffect::read,
                   .reversibility = R0,
                   .executor = Executor::client,
                   .category = "information",
                   .args = {{"query", text}},
                   .description = "Searches what the tenant wrote down."});
  types.push_back({.name = "send_reply",
                   .reversibility = R3,
                   .executor = Executor::client,
                   .compensation = "send_correction",
                   .category = "communication",
                   .args = {{"text", text}},
                   .void_window_s = 20,
                   .description = "Answers the customer. Only a correction could follow."});
  types.push_back({.name = "send_correction",
                   .reversibility = R3,
                   .executor = Executor::client,
                   .category = "communication",
                   .args = {{"text", text}},
                   .description = "Corrects an answer in its own thread."});
  return types;
}

}  // namespace recourse
