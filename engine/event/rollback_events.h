#pragma once

#include "engine/event/ticket_events.h"

namespace recourse {

struct RollbackRequested {
  static constexpr std::string_view kType = "recourse.rollback.requested.v1";
  RollbackId rollback;
  ActionId action;
  TicketId ticket;
  RollbackMode mode = RollbackMode::restrict_;
  Clear reason_code;
  std::optional<Sealed> reason;
};
BOOST_DESCRIBE_STRUCT(RollbackRequested, (), (rollback, action, ticket, mode, reason_code, reason))

/// Somebody who wrote a field after the action did. Their value is never overwritten.
struct LaterWriter {
  Clear field;
  std::int64_t position = 0;
  PrincipalId actor;
  ActorType actor_type = ActorType::system;
  Clear type;  ///< Type of the event that wrote.
  bool operator==(const LaterWriter&) const = default;
};
BOOST_DESCRIBE_STRUCT(LaterWriter, (), (field, position, actor, actor_type, type))

/// A refusal is a fact that an auditor will ask for.
struct RollbackRefused {
  static constexpr std::string_view kType = "recourse.rollback.refused.v1";
  RollbackId rollback;
  ActionId action;
  TicketId ticket;
  Clear code;  ///< already_rolled_back, not_executed, later_writers, no_inverse, no_executor, ...
  std::vector<LaterWriter> later_writers;
};
BOOST_DESCRIBE_STRUCT(RollbackRefused, (), (rollback, action, ticket, code, later_writers))

struct RollbackStep {
  ActionId action;
  Clear kind;  ///< restore, inverse, compensate, none
  Reversibility reversibility = Reversibility::R1;
  std::vector<FieldWrite> writes;  ///< What it will put back: before = now, after = restored.
  bool operator==(const RollbackStep&) const = default;
};
BOOST_DESCRIBE_STRUCT(RollbackStep, (), (action, kind, reversibility, writes))

struct RollbackPlanned {
  static constexpr std::string_view kType = "recourse.rollback.planned.v1";
  RollbackId rollback;
  ActionId action;
  TicketId ticket;
  Hash plan_digest{};              ///< SHA-256 of the canonical JSON of `steps`.
  std::int64_t base_position = 0;  ///< The plan holds for the ledger up to here.
  std::vector<RollbackStep> steps;
};
BOOST_DESCRIBE_STRUCT(RollbackPlanned, (),
                      (rollback, action, ticket, plan_digest, base_position, steps))

struct RollbackStarted {
  static constexpr std::string_view kType = "recourse.rollback.started.v1";
  RollbackId rollback;
  ActionId action;
  TicketId ticket;
};
BOOST_DESCRIBE_STRUCT(RollbackStarted, (), (rollback, action, ticket))

struct CompensationStarted {
  static constexpr std::string_view kType = "recourse.compensation.started.v1";
  RollbackId rollback;
  ActionId action;
  TicketId ticket;
  std::int64_t step = 0;
};
BOOST_DESCRIBE_STRUCT(CompensationStarted, (), (rollback, action, ticket, step))

struct CompensationSucceeded {
  static constexpr std::string_view kType = "recourse.compensation.succeeded.v1";
  RollbackId rollback;
  ActionId action;
  TicketId ticket;
  std::int64_t step = 0;
  std::vector<FieldWrite> writes;
};
BOOST_DESCRIBE_STRUCT(CompensationSucceeded, (), (rollback, action, ticket, step, writes))

struct RollbackCompleted {
  static constexpr std::string_view kType = "recourse.rollback.completed.v1";
  RollbackId rollback;
  ActionId action;
  TicketId ticket;
};
BOOST_DESCRIBE_STRUCT(RollbackCompleted, (), (rollback, action, ticket))

}  // namespace recourse
