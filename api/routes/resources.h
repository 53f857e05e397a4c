#pragma once

#include "api/routes/call.h"

namespace recourse::routes {

// The handlers of the native API: one file for each resource, named after it.

// tickets.cpp, ticket_commands.cpp, timeline.cpp
void open_ticket(CallPtr call);
void list_tickets(CallPtr call);
void show_ticket(CallPtr call);
void change_ticket(CallPtr call);
void assign_ticket(CallPtr call);
void escalate_ticket(CallPtr call);
void resolve_ticket(CallPtr call);
void reopen_ticket(CallPtr call);
void merge_ticket(CallPtr call);
void hand_back_ticket(CallPtr call);
void switch_automation(CallPtr call);
void close_ticket(CallPtr call);
void add_message(CallPtr call);
void show_timeline(CallPtr call);

// actions.cpp, action_commands.cpp
void list_ticket_actions(CallPtr call);
void show_action(CallPtr call);
void propose_action(CallPtr call);
void lease_action(CallPtr call);
void report_action(CallPtr call);
void withdraw_action(CallPtr call);
void recall_action(CallPtr call);
void amend_action(CallPtr call);
void list_action_types(CallPtr call);

// approvals.cpp, approval_commands.cpp
void list_approvals(CallPtr call);
void show_approval(CallPtr call);
void cast_vote(CallPtr call);
void claim_approval(CallPtr call);
void release_approval(CallPtr call);
void escalate_approval(CallPtr call);
void revoke_approval(CallPtr call);

// receipts.cpp
void show_approval_receipt(CallPtr call);
void show_action_receipt(CallPtr call);

// rollbacks.cpp, dependents.cpp, read_rollback.cpp, rollback_steps.cpp, incidents.cpp
void roll_back(CallPtr call);
void show_dependents(CallPtr call);
void start_rollback(CallPtr call);
void abort_rollback(CallPtr call);
void pause_rollback(CallPtr call);
void resume_rollback(CallPtr call);
void show_rollback(CallPtr call);
void list_rollbacks(CallPtr call);
void lease_step(CallPtr call);
void report_step(CallPtr call);
void retry_step(CallPtr call);
void skip_step(CallPtr call);
void record_step(CallPtr call);
void list_incidents(CallPtr call);
void show_incident(CallPtr call);
void close_incident(CallPtr call);

// feedback.cpp, resolutions.cpp
void submit_feedback(CallPtr call);
void retract_feedback(CallPtr call);
void list_ticket_resolutions(CallPtr call);
void show_resolution(CallPtr call);

// followups.cpp, sla.cpp
void list_followups(CallPtr call);
void show_followup(CallPtr call);
void request_followup(CallPtr call);
void cancel_followup(CallPtr call);
void answer_followup(CallPtr call);
void list_clocks(CallPtr call);
void waive_clock(CallPtr call);

// analytics.cpp, rates.cpp
void show_rates(CallPtr call);
void show_resolution_analytics(CallPtr call);
void show_agent_analytics(CallPtr call);

// events.cpp, event_stream.cpp
void list_events(CallPtr call);
void show_event(CallPtr call);

// evidence.cpp, tiles.cpp
void show_latest_checkpoint(CallPtr call);
void list_checkpoints(CallPtr call);
void show_inclusion_proof(CallPtr call);
void show_consistency_proof(CallPtr call);
void show_event_proof(CallPtr call);
void show_verifier_key(CallPtr call);
void show_tile(CallPtr call);
void show_meta_checkpoint(CallPtr call);
void show_meta_tile(CallPtr call);
/// From here on the call is about the deployment's own log.
void ask_meta_log(Call& call);

// control.cpp
void show_killswitch(CallPtr call);
void set_killswitch(CallPtr call);
void release_killswitch(CallPtr call);

// policies.cpp, backtests.cpp, explain.cpp
void show_policies(CallPtr call);
void check_policy(CallPtr call);
void draft_policy(CallPtr call);
void activate_policy(CallPtr call);
void retire_policy(CallPtr call);
void revert_policy(CallPtr call);
void backtest_policy(CallPtr call);
void simulate_policy(CallPtr call);
void explain_action(CallPtr call);

// breakers.cpp, rollouts.cpp
void list_breakers(CallPtr call);
void set_breaker(CallPtr call);

void list_connectors(CallPtr call);
void configure_connector(CallPtr call);
void remove_connector(CallPtr call);

void list_projections(CallPtr call);
void build_projection(CallPtr call);
void cancel_projection(CallPtr call);
void switch_projection(CallPtr call);
void roll_back_projection(CallPtr call);
void diff_projection(CallPtr call);

void list_record_types(CallPtr call);
void record_fact(CallPtr call);
void list_entries(CallPtr call);
void show_entry(CallPtr call);
void list_rollouts(CallPtr call);
void ramp_rollout(CallPtr call);

// experiments.cpp
void list_experiments(CallPtr call);
void show_experiment(CallPtr call);
void start_experiment(CallPtr call);
void stop_experiment(CallPtr call);

// privacy.cpp, holds.cpp
void receive_dsr_request(CallPtr call);
void list_dsr_requests(CallPtr call);
void show_dsr_request(CallPtr call);
void verify_dsr_identity(CallPtr call);
void assess_dsr_request(CallPtr call);
void extend_dsr_request(CallPtr call);
void execute_dsr_request(CallPtr call);
void export_dsr_answer(CallPtr call);  ///< privacy_export.cpp
void correct_dsr_value(CallPtr call);
void note_dsr_recipient(CallPtr call);
void show_erasure_certificate(CallPtr call);
void release_subject(CallPtr call);
void place_legal_hold(CallPtr call);
void list_holds(CallPtr call);
void review_legal_hold(CallPtr call);
void release_legal_hold(CallPtr call);

// keys.cpp, tenants.cpp
void show_caller(CallPtr call);
void list_keys(CallPtr call);
void create_key(CallPtr call);
void revoke_key(CallPtr call);
void list_tenants(CallPtr call);
void create_tenant(CallPtr call);

// upkeep.cpp
void start_backup(CallPtr call);
void list_backups(CallPtr call);
void start_drill(CallPtr call);
void start_scrub(CallPtr call);
void show_state(CallPtr call);

// health.cpp, metrics.cpp
void show_health(CallPtr call);
void show_readiness(CallPtr call);
void show_metrics(CallPtr call);

}  // namespace recourse::routes
