#pragma once

#include "engine/base/id.h"
#include "engine/base/vocabulary.h"
#include "engine/event/text.h"

namespace recourse {

/// One field of an entity that an action or a rollback changed. Fields of a ticket are clear; what
/// an outside system reports may be personal and is sealed.
struct FieldWrite {
  Clear entity;  ///< Id of what was changed: a ticket, or the executor's own name for it.
  Clear field;
  std::optional<Clear> before, after;  ///< Absent: the field was or is empty.
  std::optional<Sealed> sealed_before, sealed_after;
  bool operator==(const FieldWrite&) const = default;
};
BOOST_DESCRIBE_STRUCT(FieldWrite, (), (entity, field, before, after, sealed_before, sealed_after))

struct TicketOpened {
  static constexpr std::string_view kType = "recourse.ticket.opened.v1";
  TicketId ticket;
  std::int64_t number = 0;  ///< Counts from 1 within the tenant.
  TicketStatus status = TicketStatus::new_;
  std::optional<Clear> source_status;
  Clear channel;
  SubjectId requester;
  std::optional<Sealed> title, description, customer_email, metadata, record;
  std::optional<Clear> issue_type, category, priority, impact, urgency, external_ref;
  std::optional<TicketId> follows;  ///< Closed too long ago to be reopened.
  Provenance provenance;
};
BOOST_DESCRIBE_STRUCT(TicketOpened, (),
                      (ticket, number, status, source_status, channel, requester, title,
                       description, customer_email, metadata, record, issue_type, category,
                       priority, impact, urgency, external_ref, follows, provenance))

struct TicketTriaged {
  static constexpr std::string_view kType = "recourse.ticket.triaged.v1";
  TicketId ticket;
  std::optional<Clear> category, priority, impact, urgency;
  std::optional<Clear> prev_priority, prev_impact, prev_urgency, prev_category;
  Provenance provenance;
};
BOOST_DESCRIBE_STRUCT(TicketTriaged, (),
                      (ticket, category, priority, impact, urgency, prev_priority, prev_impact,
                       prev_urgency, prev_category, provenance))

/// A field that is absent on both sides did not change; one with only `prev_` was cleared.
struct TicketAssigned {
  static constexpr std::string_view kType = "recourse.ticket.assigned.v1";
  TicketId ticket;
  std::optional<PrincipalId> assignee, prev_assignee;
  std::optional<Clear> team, prev_team;
  bool at_opening = false;
  std::optional<ActionId> action;      ///< The agent action that assigned it, if one did.
  std::optional<RollbackId> rollback;  ///< Set when this restores an earlier assignment.
  Provenance provenance;
};
BOOST_DESCRIBE_STRUCT(TicketAssigned, (),
                      (ticket, assignee, prev_assignee, team, prev_team, at_opening, action,
                       rollback, provenance))

struct TicketStatusChanged {
  static constexpr std::string_view kType = "recourse.ticket.status_changed.v1";
  TicketId ticket;
  TicketStatus from = TicketStatus::new_, to = TicketStatus::new_;
  std::optional<Clear> source_from, source_to;  ///< The source's own words.
  std::optional<Clear> reason_code;
  std::optional<ActionId> action;
  std::optional<RollbackId> rollback;
  Provenance provenance;
};
BOOST_DESCRIBE_STRUCT(TicketStatusChanged, (),
                      (ticket, from, to, source_from, source_to, reason_code, action, rollback,
                       provenance))

struct TicketEscalated {
  static constexpr std::string_view kType = "recourse.ticket.escalated.v1";
  TicketId ticket;
  Clear reason_code;
  std::optional<Clear> to_team, prev_team;
  TicketHandler prev_handler = TicketHandler::none;
  std::optional<Sealed> suggested_action, handoff_summary;
  std::optional<ActionId> action;
  Provenance provenance;
};
BOOST_DESCRIBE_STRUCT(TicketEscalated, (),
                      (ticket, reason_code, to_team, prev_team, prev_handler, suggested_action,
                       handoff_summary, action, provenance))

/// The ticket's handler went back to what it was before an escalation that was rolled back, or a
/// person handed the ticket back, to the agent or to nobody.
struct TicketHandlerChanged {
  static constexpr std::string_view kType = "recourse.ticket.handler_changed.v1";
  TicketId ticket;
  TicketHandler from = TicketHandler::none, to = TicketHandler::none;
  std::optional<RollbackId> rollback;
  std::optional<Sealed> reason = {};
};
BOOST_DESCRIBE_STRUCT(TicketHandlerChanged, (), (ticket, from, to, rollback, reason))

struct TicketReopened {
  static constexpr std::string_view kType = "recourse.ticket.reopened.v1";
  TicketId ticket;
  std::optional<ResolutionId> resolution;
  Clear reason_code;
  std::optional<Sealed> reason;
  Provenance provenance;
};
BOOST_DESCRIBE_STRUCT(TicketReopened, (), (ticket, resolution, reason_code, reason, provenance))

struct TicketUpdated {
  static constexpr std::string_view kType = "recourse.ticket.updated.v1";
  TicketId ticket;
  std::vector<Clear> fields;     ///< Names of the changed fields.
  std::optional<Sealed> record;  ///< Their new values, as one object.
  Provenance provenance;
};
BOOST_DESCRIBE_STRUCT(TicketUpdated, (), (ticket, fields, record, provenance))

struct TicketAutomationChanged {
  static constexpr std::string_view kType = "recourse.ticket.automation_changed.v1";
  TicketId ticket;
  Automation from = Automation::active, to = Automation::active;
  Clear reason_code;
  std::optional<Sealed> reason = {};  ///< Of the person who switched it off or on.
};
BOOST_DESCRIBE_STRUCT(TicketAutomationChanged, (), (ticket, from, to, reason_code, reason))

/// Two tickets became one. The one that ends says where it goes on, the one that goes on says what
/// it took over.
struct TicketMerged {
  static constexpr std::string_view kType = "recourse.ticket.merged.v1";
  TicketId ticket;
  std::optional<TicketId> into;
  std::vector<TicketId> from;
  std::optional<Sealed> reason;
};
BOOST_DESCRIBE_STRUCT(TicketMerged, (), (ticket, into, from, reason))

struct TicketNoted {
  static constexpr std::string_view kType = "recourse.ticket.noted.v1";
  TicketId ticket;
  MessageId message;
  Clear reason_code;  ///< rollback, manual, import_conflict, ...
  Sealed body;
  std::optional<RollbackId> rollback;
  Provenance provenance;
};
BOOST_DESCRIBE_STRUCT(TicketNoted, (), (ticket, message, reason_code, body, rollback, provenance))

struct SlaBreached {
  static constexpr std::string_view kType = "recourse.sla.breached.v1";
  TicketId ticket;
  Clear clock;
  std::optional<Timestamp> due_at;  ///< When it was breached, whenever that was noticed.
  Provenance provenance;
  std::optional<bool> retroactive = {};  ///< It was noticed more than a minute later.
};
BOOST_DESCRIBE_STRUCT(SlaBreached, (), (ticket, clock, due_at, provenance, retroactive))

struct MessageReceived {
  static constexpr std::string_view kType = "recourse.message.received.v1";
  TicketId ticket;
  MessageId message;
  Clear channel;
  SubjectId from;
  Sealed body;
  Provenance provenance;
};
BOOST_DESCRIBE_STRUCT(MessageReceived, (), (ticket, message, channel, from, body, provenance))

struct MessageSent {
  static constexpr std::string_view kType = "recourse.message.sent.v1";
  TicketId ticket;
  MessageId message;
  Clear channel;
  MessageKind kind = MessageKind::reply;
  Sealed body;
  std::optional<ActionId> action;
  std::optional<RunId> run;
  Provenance provenance;
};
BOOST_DESCRIBE_STRUCT(MessageSent, (),
                      (ticket, message, channel, kind, body, action, run, provenance))

}  // namespace recourse
