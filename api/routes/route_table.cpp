#include "api/routes/route_table.h"

#include <vector>

#include "api/routes/resources.h"

namespace recourse::routes {
namespace {

using http::Method;

constexpr bool kReads = false;
constexpr bool kWrites = true;

}  // namespace

std::span<const RouteSpec> native_routes() {
  constexpr Surface kNative = Surface::native;
  // clang-format off
  static const std::vector<RouteSpec> routes{
      {Method::get, "/healthz", "healthz", Needs::nobody, kReads, kNative, "Whether the process runs", show_health},
      {Method::get, "/readyz", "readyz", Needs::nobody, kReads, kNative, "Whether requests can be served", show_readiness},
      {Method::get, "/metrics", "metrics", Needs::nobody, kReads, kNative, "Figures for Prometheus", show_metrics},

      {Method::post, "/v1/tickets", "tickets.open", Needs::agent, kWrites, kNative, "Open a ticket", open_ticket, http::Slash::as_written, "api"},
      {Method::get, "/v1/tickets", "tickets.list", Needs::viewer, kReads, kNative, "Tickets, newest first", list_tickets},
      {Method::get, "/v1/tickets/{ticket}", "tickets.show", Needs::viewer, kReads, kNative, "One ticket, now or as of a position or time", show_ticket},
      {Method::patch, "/v1/tickets/{ticket}", "tickets.change", Needs::agent, kWrites, kNative, "Change status or assignment", change_ticket},
      {Method::post, "/v1/tickets/{ticket}/assign", "tickets.assign", Needs::agent, kWrites, kNative, "Assign to a person or team", assign_ticket},
      {Method::post, "/v1/tickets/{ticket}/escalate", "tickets.escalate", Needs::agent, kWrites, kNative, "Hand over to people", escalate_ticket},
      {Method::post, "/v1/tickets/{ticket}/resolve", "tickets.resolve", Needs::agent, kWrites, kNative, "Resolve", resolve_ticket},
      {Method::post, "/v1/tickets/{ticket}/reopen", "tickets.reopen", Needs::agent, kWrites, kNative, "Reopen", reopen_ticket},
      {Method::post, "/v1/tickets/{ticket}/merge", "tickets.merge", Needs::agent, kWrites, kNative, "Let it go on in another ticket", merge_ticket},
      {Method::post, "/v1/tickets/{ticket}/hand-back", "tickets.hand_back", Needs::agent, kWrites, kNative, "Hand it back to the agent", hand_back_ticket},
      {Method::post, "/v1/tickets/{ticket}/automation", "tickets.automation", Needs::agent, kWrites, kNative, "Keep agents away from it, or let them work on it again", switch_automation},
      {Method::post, "/v1/tickets/{ticket}/close", "tickets.close", Needs::agent, kWrites, kNative, "Close", close_ticket},
      {Method::post, "/v1/tickets/{ticket}/messages", "tickets.message", Needs::agent, kWrites, kNative, "Add a message or a note", add_message},
      {Method::get, "/v1/tickets/{ticket}/timeline", "tickets.timeline", Needs::viewer, kReads, kNative, "The ticket's events", show_timeline},
      {Method::get, "/v1/tickets/{ticket}/actions", "tickets.actions", Needs::viewer, kReads, kNative, "The ticket's action history", list_ticket_actions},
      {Method::get, "/v1/tickets/{ticket}/resolutions", "tickets.resolutions", Needs::viewer, kReads, kNative, "The ticket's resolutions", list_ticket_resolutions},
      {Method::post, "/v1/tickets/{ticket}/feedback", "tickets.feedback", Needs::agent, kWrites, kNative, "What the customer says about a resolution", submit_feedback},
      {Method::post, "/v1/tickets/{ticket}/followups", "tickets.follow_up", Needs::agent, kWrites, kNative, "Ask the customer whether it works, at once or at a time", request_followup},
      {Method::post, "/v1/tickets/{ticket}/sla/waive", "tickets.waive_clock", Needs::manager, kWrites, kNative, "Hold a clock against nobody any more", waive_clock},
      {Method::post, "/v1/feedback/{feedback}/retract", "feedback.retract", Needs::agent, kWrites, kNative, "Let an answer count no more", retract_feedback},
      {Method::get, "/v1/followups", "followups.list", Needs::viewer, kReads, kNative, "Questions to customers, by when they are due", list_followups},
      {Method::get, "/v1/followups/{followup}", "followups.show", Needs::viewer, kReads, kNative, "One follow-up", show_followup},
      {Method::post, "/v1/followups/{followup}/cancel", "followups.cancel", Needs::agent, kWrites, kNative, "Do not ask", cancel_followup},
      {Method::post, "/v1/followups/{followup}/answer", "followups.answer", Needs::agent, kWrites, kNative, "What the customer answered: confirm, reject or partial", answer_followup},
      {Method::get, "/v1/sla", "sla.list", Needs::viewer, kReads, kNative, "Clocks that run, the next one due first, and what became of the others", list_clocks},
      {Method::get, "/v1/resolutions/{resolution}", "resolutions.show", Needs::viewer, kReads, kNative, "One resolution", show_resolution},

      {Method::post, "/v1/actions", "actions.propose", Needs::agent, kWrites, kNative, "Propose an action", propose_action},
      {Method::get, "/v1/actions/{action}", "actions.show", Needs::viewer, kReads, kNative, "One action; wait= until it is decided", show_action},
      {Method::get, "/v1/actions/{action}/dependents", "actions.dependents", Needs::viewer, kReads, kNative, "What was built on it, and what a rollback would meet", show_dependents},
      {Method::get, "/v1/actions/{action}/explain", "actions.explain", Needs::viewer, kReads, kNative, "Why it was decided so, and what would have changed that", explain_action},
      {Method::get, "/v1/actions/{action}/receipt", "actions.receipt", Needs::viewer, kReads, kNative, "The receipt of its approval", show_action_receipt},
      {Method::post, "/v1/actions/{action}/lease", "actions.lease", Needs::agent, kWrites, kNative, "Take an authorized action to run it", lease_action},
      {Method::post, "/v1/actions/{action}/report", "actions.report", Needs::agent, kWrites, kNative, "Report what became of it", report_action},
      {Method::post, "/v1/actions/{action}/withdraw", "actions.withdraw", Needs::agent, kWrites, kNative, "Take a proposal back", withdraw_action},
      {Method::post, "/v1/actions/{action}/recall", "actions.recall", Needs::agent, kWrites, kNative, "Take it back before it is sent", recall_action},
      {Method::post, "/v1/actions/{action}/amend", "actions.amend", Needs::agent, kWrites, kNative, "Propose it with other arguments instead", amend_action},
      {Method::get, "/v1/action-types", "action_types.list", Needs::viewer, kReads, kNative, "The manifest of action types", list_action_types},

      {Method::get, "/v1/approvals", "approvals.list", Needs::viewer, kReads, kNative, "Approvals by status, oldest first", list_approvals},
      {Method::get, "/v1/approvals/{approval}", "approvals.show", Needs::viewer, kReads, kNative, "One approval, its action and what to show", show_approval},
      {Method::get, "/v1/approvals/{approval}/receipt", "approvals.receipt", Needs::viewer, kReads, kNative, "What was agreed to, signed", show_approval_receipt},
      {Method::post, "/v1/approvals/{approval}/votes", "approvals.vote", Needs::operator_, kWrites, kNative, "Approve or reject", cast_vote},
      {Method::post, "/v1/approvals/{approval}/claim", "approvals.claim", Needs::operator_, kWrites, kNative, "Keep others from voting for a while", claim_approval},
      {Method::post, "/v1/approvals/{approval}/release", "approvals.release", Needs::operator_, kWrites, kNative, "Let others vote again", release_approval},
      {Method::post, "/v1/approvals/{approval}/escalate", "approvals.escalate", Needs::operator_, kWrites, kNative, "Ask others instead", escalate_approval},
      {Method::post, "/v1/approvals/{approval}/revoke", "approvals.revoke", Needs::operator_, kWrites, kNative, "Take back what was granted and not used", revoke_approval},

      {Method::post, "/v1/rollbacks", "rollbacks.start", Needs::manager, kWrites, kNative, "Undo an action", roll_back},
      {Method::get, "/v1/rollbacks", "rollbacks.list", Needs::viewer, kReads, kNative, "Rollbacks, newest first", list_rollbacks},
      {Method::get, "/v1/rollbacks/{rollback}", "rollbacks.show", Needs::viewer, kReads, kNative, "One rollback and its steps", show_rollback},
      {Method::post, "/v1/rollbacks/{rollback}/start", "rollbacks.begin", Needs::manager, kWrites, kNative, "Carry out a plan", start_rollback},
      {Method::post, "/v1/rollbacks/{rollback}/abort", "rollbacks.abort", Needs::manager, kWrites, kNative, "Leave the rest undone", abort_rollback},
      {Method::post, "/v1/rollbacks/{rollback}/pause", "rollbacks.pause", Needs::manager, kWrites, kNative, "Let no further step begin", pause_rollback},
      {Method::post, "/v1/rollbacks/{rollback}/resume", "rollbacks.resume", Needs::manager, kWrites, kNative, "Go on with a paused rollback", resume_rollback},
      {Method::post, "/v1/rollbacks/{rollback}/steps/{step}/lease", "rollbacks.lease", Needs::agent, kWrites, kNative, "Take a step to run its compensation, or keep it", lease_step},
      {Method::post, "/v1/rollbacks/{rollback}/steps/{step}/report", "rollbacks.report", Needs::agent, kWrites, kNative, "Report what became of it", report_step},
      {Method::post, "/v1/rollbacks/{rollback}/steps/{step}/retry", "rollbacks.retry", Needs::operator_, kWrites, kNative, "Let a stuck step be tried again", retry_step},
      {Method::post, "/v1/rollbacks/{rollback}/steps/{step}/skip", "rollbacks.skip", Needs::operator_, kWrites, kNative, "Ask a second person to leave a step undone", skip_step},
      {Method::post, "/v1/rollbacks/{rollback}/steps/{step}/manual", "rollbacks.manual", Needs::operator_, kWrites, kNative, "Record what was done by hand", record_step},

      {Method::get, "/v1/incidents", "incidents.list", Needs::viewer, kReads, kNative, "What people have to look after", list_incidents},
      {Method::get, "/v1/incidents/{incident}", "incidents.show", Needs::viewer, kReads, kNative, "One incident", show_incident},
      {Method::post, "/v1/incidents/{incident}/close", "incidents.close", Needs::operator_, kWrites, kNative, "Say that it is settled", close_incident},

      {Method::get, "/v1/analytics/rates", "analytics.rates", Needs::viewer, kReads, kNative, "The rates that everybody means the same by", show_rates},
      {Method::get, "/v1/analytics/resolutions", "analytics.resolutions", Needs::viewer, kReads, kNative, "How resolutions held", show_resolution_analytics},
      {Method::get, "/v1/analytics/agent", "analytics.agent", Needs::viewer, kReads, kNative, "What agents did", show_agent_analytics},

      {Method::get, "/v1/events", "events.list", Needs::viewer, kReads, kNative, "Events as lines, or live as server-sent events", list_events},
      {Method::get, "/v1/events/{position}", "events.show", Needs::viewer, kReads, kNative, "One event, byte for byte", show_event},
      {Method::get, "/v1/events/{position}/proof", "events.proof", Needs::viewer, kReads, kNative, "One event with its proof of inclusion", show_event_proof},
      {Method::get, "/v1/checkpoints/latest", "checkpoints.latest", Needs::viewer, kReads, kNative, "The newest signed head", show_latest_checkpoint},
      {Method::get, "/v1/checkpoints", "checkpoints.list", Needs::viewer, kReads, kNative, "Signed heads, newest first", list_checkpoints},
      {Method::get, "/v1/proofs/inclusion", "proofs.inclusion", Needs::viewer, kReads, kNative, "Proof that an event is in the log", show_inclusion_proof},
      {Method::get, "/v1/proofs/consistency", "proofs.consistency", Needs::viewer, kReads, kNative, "Proof that the log only grew", show_consistency_proof},
      {Method::get, "/v1/log/key", "log.key", Needs::viewer, kReads, kNative, "Keys that verify signatures", show_verifier_key},
      {Method::get, "/v1/log/checkpoint", "log.checkpoint", Needs::viewer, kReads, kNative, "The newest signed head, where tile clients look for it", show_latest_checkpoint},
      {Method::get, "/v1/log/tile/{path...}", "log.tile", Needs::viewer, kReads, kNative, "Tiles of the hash tree and bundles of entries", show_tile},
      {Method::get, "/v1/meta-log/checkpoint", "meta_log.checkpoint", Needs::auditor, kReads, kNative, "The newest signed head of the deployment's own log", show_meta_checkpoint},
      {Method::get, "/v1/meta-log/tile/{path...}", "meta_log.tile", Needs::auditor, kReads, kNative, "Tiles of that log; its entries for admins of the deployment", show_meta_tile},

      {Method::get, "/v1/killswitch", "killswitch.show", Needs::viewer, kReads, kNative, "Which scopes are stopped", show_killswitch},
      {Method::post, "/v1/killswitch", "killswitch.set", Needs::operator_, kWrites, kNative, "Stop agents, or let them go on", set_killswitch},
      {Method::del, "/v1/killswitch", "killswitch.release", Needs::manager, kWrites, kNative, "Let agents go on", release_killswitch},
      {Method::get, "/v1/breakers", "breakers.list", Needs::viewer, kReads, kNative, "Breakers by agent and action type", list_breakers},
      {Method::post, "/v1/breakers", "breakers.set", Needs::manager, kWrites, kNative, "Hold a breaker open, or close one", set_breaker},
      {Method::get, "/v1/connectors", "connectors.list", Needs::viewer, kReads, kNative, "Which providers run which action types", list_connectors},
      {Method::post, "/v1/connectors", "connectors.configure", Needs::admin, kWrites, kNative, "Let a provider run action types", configure_connector},
      {Method::del, "/v1/connectors/{connector}", "connectors.remove", Needs::admin, kWrites, kNative, "Send nothing to a provider any more", remove_connector},

      {Method::get, "/v1/projections", "projections.list", Needs::viewer, kReads, kNative, "Builds of each projection and where they stand", list_projections},
      {Method::get, "/v1/projections/{projection}/diff", "projections.diff", Needs::admin, kReads, kNative, "What a new build's rows differ in", diff_projection},
      {Method::post, "/v1/projections/{projection}/build", "projections.build", Needs::admin, kWrites, kNative, "Begin a new build beside the one that is served", build_projection},
      {Method::post, "/v1/projections/{projection}/cancel", "projections.cancel", Needs::admin, kWrites, kNative, "Drop the new build", cancel_projection},
      {Method::post, "/v1/projections/{projection}/switch", "projections.switch", Needs::admin, kWrites, kNative, "Serve the new build", switch_projection},
      {Method::post, "/v1/projections/{projection}/rollback", "projections.rollback", Needs::admin, kWrites, kNative, "Serve the previous build again", roll_back_projection},

      {Method::get, "/v1/records", "records.types", Needs::viewer, kReads, kNative, "What may be put on record beside the desk's work", list_record_types},
      {Method::post, "/v1/records/{type}", "records.record", Needs::agent, kWrites, kNative, "Put on record: access, changes, alerts, incidents, mandates", record_fact},
      {Method::get, "/v1/registers", "registers.list", Needs::viewer, kReads, kNative, "Entries of the registers, oldest first", list_entries},
      {Method::get, "/v1/registers/{entry}", "registers.show", Needs::viewer, kReads, kNative, "One entry", show_entry},

      {Method::get, "/v1/rollouts", "rollouts.list", Needs::viewer, kReads, kNative, "Rollouts and what came of each stage", list_rollouts},
      {Method::post, "/v1/rollouts", "rollouts.ramp", Needs::manager, kWrites, kNative, "Set the share that agents work on alone", ramp_rollout},
      {Method::get, "/v1/experiments", "experiments.list", Needs::viewer, kReads, kNative, "Experiments with confidence thresholds", list_experiments},
      {Method::post, "/v1/experiments", "experiments.start", Needs::admin, kWrites, kNative, "Try two confidence thresholds side by side", start_experiment},
      {Method::get, "/v1/experiments/{experiment}", "experiments.show", Needs::viewer, kReads, kNative, "What the arms of an experiment have come to", show_experiment},
      {Method::post, "/v1/experiments/{experiment}/stop", "experiments.stop", Needs::manager, kWrites, kNative, "End an experiment", stop_experiment},
      {Method::get, "/v1/policies", "policies.show", Needs::viewer, kReads, kNative, "The policy in force and all versions, or one of them", show_policies},
      {Method::post, "/v1/policies", "policies.draft", Needs::manager, kWrites, kNative, "Draft a policy", draft_policy},
      {Method::post, "/v1/policies/check", "policies.check", Needs::viewer, kReads, kNative, "Whether a policy can be understood", check_policy},
      {Method::post, "/v1/policies/backtest", "policies.backtest", Needs::manager, kWrites, kNative, "Judge the recorded history under a policy", backtest_policy},
      {Method::post, "/v1/policies/simulate", "policies.simulate", Needs::viewer, kReads, kNative, "How many actions would have run at other thresholds", simulate_policy},
      {Method::post, "/v1/policies/activate", "policies.activate", Needs::admin, kWrites, kNative, "Put a policy into force, or into shadow", activate_policy},
      {Method::post, "/v1/policies/retire", "policies.retire", Needs::manager, kWrites, kNative, "Take a draft back, or a policy out of the shadow", retire_policy},
      {Method::post, "/v1/policies/revert", "policies.revert", Needs::manager, kWrites, kNative, "Go back to the policy that was in force before", revert_policy},

      {Method::post, "/v1/privacy/requests", "privacy.receive", Needs::admin, kWrites, kNative, "Record what a data subject asks for", receive_dsr_request},
      {Method::get, "/v1/privacy/requests", "privacy.list", Needs::auditor, kReads, kNative, "Requests of data subjects", list_dsr_requests},
      {Method::get, "/v1/privacy/requests/{request}", "privacy.show", Needs::auditor, kReads, kNative, "One request of a data subject", show_dsr_request},
      {Method::post, "/v1/privacy/requests/{request}/verify-identity", "privacy.verify", Needs::admin, kWrites, kNative, "Record that who asks is the person", verify_dsr_identity},
      {Method::post, "/v1/privacy/requests/{request}/assess", "privacy.assess", Needs::admin, kWrites, kNative, "Grant or refuse a request", assess_dsr_request},
      {Method::post, "/v1/privacy/requests/{request}/extend", "privacy.extend", Needs::admin, kWrites, kNative, "Take two months more, once", extend_dsr_request},
      {Method::post, "/v1/privacy/requests/{request}/execute", "privacy.execute", Needs::admin, kWrites, kNative, "Erase the person, or restrict the processing", execute_dsr_request},
      {Method::post, "/v1/privacy/requests/{request}/export", "privacy.export", Needs::admin, kWrites, kNative, "Answer the person: all that is stored, with proofs", export_dsr_answer},
      {Method::post, "/v1/privacy/requests/{request}/correct", "privacy.correct", Needs::admin, kWrites, kNative, "Put the right value beside a wrong one", correct_dsr_value},
      {Method::post, "/v1/privacy/requests/{request}/recipients", "privacy.notify", Needs::admin, kWrites, kNative, "Record that a recipient or another store was told", note_dsr_recipient},
      {Method::get, "/v1/privacy/requests/{request}/certificate", "privacy.certificate", Needs::auditor, kReads, kNative, "The signed certificate of an erasure", show_erasure_certificate},
      {Method::post, "/v1/privacy/subjects/{subject}/release", "privacy.release", Needs::admin, kWrites, kNative, "End the restriction of a person's data", release_subject},
      {Method::post, "/v1/holds", "holds.place", Needs::admin, kWrites, kNative, "Order that something be kept", place_legal_hold},
      {Method::get, "/v1/holds", "holds.list", Needs::auditor, kReads, kNative, "Holds, released ones too", list_holds},
      {Method::post, "/v1/holds/{hold}/review", "holds.review", Needs::admin, kWrites, kNative, "Keep a hold until it is looked at again", review_legal_hold},
      {Method::post, "/v1/holds/{hold}/release", "holds.release", Needs::admin, kWrites, kNative, "End a hold; erasures that waited for it go on", release_legal_hold},

      {Method::get, "/v1/whoami", "whoami", Needs::viewer, kReads, kNative, "Whom the key belongs to", show_caller},
      {Method::get, "/v1/keys", "keys.list", Needs::admin, kReads, kNative, "API keys of the tenant", list_keys},
      {Method::post, "/v1/keys", "keys.create", Needs::admin, kWrites, kNative, "Make an API key; its secret is shown once", create_key},
      {Method::del, "/v1/keys/{key}", "keys.revoke", Needs::admin, kWrites, kNative, "Revoke an API key", revoke_key},
      {Method::get, "/v1/tenants", "tenants.list", Needs::deployment, kReads, kNative, "Tenants of the deployment", list_tenants},
      {Method::post, "/v1/tenants", "tenants.create", Needs::deployment, kWrites, kNative, "Make a tenant", create_tenant},
      {Method::get, "/v1/health", "health.show", Needs::viewer, kReads, kNative, "Whether all is well, and what the server looks after by itself", show_state},
      {Method::get, "/v1/backups", "backups.list", Needs::deployment, kReads, kNative, "Backups, and how backups, drills and scrubs stand", list_backups},
      {Method::post, "/v1/backups", "backups.start", Needs::deployment, kWrites, kNative, "Make a backup now", start_backup},
      {Method::post, "/v1/drills", "drills.start", Needs::deployment, kWrites, kNative, "Restore the newest backup into a scratch place, to see that it can be", start_drill},
      {Method::post, "/v1/scrubs", "scrubs.start", Needs::deployment, kWrites, kNative, "Read the whole log again and compare it with its hashes", start_scrub},
  };
  // clang-format on
  return routes;
}

}  // namespace recourse::routes
