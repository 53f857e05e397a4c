#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "engine/command/commands.h"
#include "engine/event/leaf.h"

namespace recourse::model {

/// A second opinion on the oversight of actions: the state machines of actions, approvals,
/// rollbacks, tickets and follow-ups as people would draw them, and nothing of how the engine
/// decides. It is shown every event with the command that made it and writes down what must never
/// have happened; by what it has seen it says which commands have to be refused.

struct Action {
  TicketId ticket;
  std::string type, args;
  Hash commitment{};
  PrincipalId proposer;
  ActorType proposer_type = ActorType::agent;
  std::string breaker;  ///< Agent, its version and the type.
  ActionStatus status = ActionStatus::proposed;
  std::optional<ApprovalId> approval;  ///< The newest.
  std::optional<LeaseId> lease;
  std::optional<Timestamp> lease_until;
  std::optional<Timestamp> hold_until;   ///< While it is held.
  std::optional<std::string> connector;  ///< That sends it.
  std::int64_t attempts = 0;
  std::optional<RollbackId> rollback;  ///< The latest that began to undo it.

  bool undone() const {
    return status == ActionStatus::rolled_back || status == ActionStatus::partially_rolled_back;
  }
};

struct Ballot {
  Vote vote = Vote::reject;
  std::string role;
};
struct Approval {
  ActionId action;
  std::optional<RollbackId> rollback;
  std::optional<std::int64_t> step;
  ApprovalStatus status = ApprovalStatus::pending;
  std::int64_t quorum = 1;
  std::set<std::string> roles;
  std::set<PrincipalId> excluded, not_alone;
  std::map<PrincipalId, Ballot> votes;
  Hash commitment{}, render{};
  Timestamp expires_at;
  std::optional<Timestamp> escalate_at;
  bool escalated = false;
  std::optional<std::pair<PrincipalId, Timestamp>> claim;

  std::int64_t in_favour() const;
};

struct Step {
  ActionId action;
  TicketId ticket;
  std::string kind, executor;
  std::optional<std::string> connector;
  StepStatus status = StepStatus::planned;
  std::optional<LeaseId> lease;
  std::optional<Timestamp> lease_until, retry_at, look_up_at;
  std::optional<std::int64_t> after;
  std::optional<ApprovalId> waiver;

  bool ended() const;
};
struct Rollback {
  RollbackStatus status = RollbackStatus::requested;
  std::int64_t required = 0;
  Hash digest{};
  std::optional<ApprovalId> approval;
  std::vector<Step> steps;
  std::set<std::int64_t> stuck;
  bool paused = false;

  bool runs() const { return status == RollbackStatus::started || status == RollbackStatus::stuck; }
};

struct Ticket {
  TicketStatus status = TicketStatus::new_;
  TicketHandler handler = TicketHandler::none;
  Automation automation = Automation::active;
  int waiting = 0;  ///< Pending approvals of its actions.
  std::set<IncidentId> stuck;

  /// Nobody can do anything with it but reopen it, and not even that when it was merged.
  bool over() const { return status == TicketStatus::closed || status == TicketStatus::merged; }
};
struct FollowUp {
  TicketId ticket;
  std::optional<ActionId> action;
  std::optional<ResolutionId> resolution;
  FollowUpStatus status = FollowUpStatus::scheduled;
  Timestamp due_at;
};
struct Breaker {
  BreakerStatus status = BreakerStatus::closed;
  std::optional<Timestamp> until;
};

struct Experiment {
  std::set<std::string> types;  ///< None: all.
  bool runs = true;
  std::set<TicketId> tickets;  ///< That have an arm.

  bool overlaps(const std::set<std::string>& others) const;
};

struct Clock {
  SlaStatus status = SlaStatus::running;
  Timestamp due_at;
  bool breached = false;
};

/// Who gives which command, and when.
struct Given {
  std::string command;
  Principal by;
  Timestamp now;
};

struct Model {
  std::map<ActionId, Action> actions;
  std::map<ApprovalId, Approval> approvals;
  std::map<RollbackId, Rollback> rollbacks;
  std::map<TicketId, Ticket> tickets;
  std::map<FollowUpId, FollowUp> followups;
  std::map<FeedbackId, bool> feedback;   ///< Retracted?
  std::map<IncidentId, bool> incidents;  ///< Open?
  std::set<IncidentId> stuck_incidents, unknown_incidents;
  std::map<std::string, Breaker> breakers;
  std::map<std::string, Clock> clocks;   ///< By ticket and name.
  std::map<std::string, bool> policies;  ///< Drafted; retired?
  std::string policy, shadow_policy;     ///< In force.
  std::vector<std::string> earlier;      ///< In force before, the latest last.
  std::map<std::string, Experiment> experiments;
  std::map<ActionId, std::string> tried;  ///< Actions that gave their ticket an arm.
  std::set<std::string> killed, connectors;
  std::map<std::string, Timestamp> timers;  ///< What has to happen when, by what it is about.
  std::set<std::pair<Timestamp, std::string>> due;  ///< The same in the order of time.

  std::map<std::string, std::size_t> seen;  ///< Events by type.
  std::vector<std::string> faults;

  void begin(Given command);
  void see(const RecordedEvent& event);
  void end();

  /// What is in force again when the present policy is taken back; empty: nothing.
  std::string policy_before() const;
  /// The kill switch is engaged for it.
  bool stopped(const Action& action) const;
  void must(bool holds, std::string_view rule, std::string_view about = "");

  Given given;
  std::map<std::string, std::int64_t> versions;
  std::set<std::string> keys;  ///< As providers are given them.
  std::set<ActionId> undone;
  std::set<std::tuple<TicketId, std::string, std::string>> forbidden;
  std::set<ActionId> forbidden_again;
  std::set<ResolutionId> voided;
  // Of the present command:
  std::set<ActionId> allowed, dispatched;
  std::set<ApprovalId> consumed;
  std::set<RollbackId> started, glass_broken;
  std::set<TicketId> reopened, touched;
  std::set<RollbackId> changed;
};

/// The key that a step's timer has.
std::string step_name(const RollbackId& rollback, std::int64_t step);
/// Whether actions of this type change something, as the domain lists them.
bool writes(std::string_view type);
/// Whether the engine itself carries it out.
bool is_internal(std::string_view type);

}  // namespace recourse::model
