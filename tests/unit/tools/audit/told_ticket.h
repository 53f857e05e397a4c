#pragma once

#include "tests/unit/tools/audit/audited_ledger.h"

namespace recourse {

/// A deployment in which one agent's action is proposed, judged, executed and rolled back on ticket
/// 7, and another ticket is opened between.
struct ToldTicket : AuditedLedger {
  const TicketId ticket{"tkt_01KE0000000000000000000007"};
  const TicketId other{"tkt_01KE0000000000000000000008"};
  const ActionId action = make_action_id(clock.now(), random);
  // Positions; log.opened is 0.
  static constexpr std::uint64_t kOpened = 1, kOther = 2, kProposed = 3, kDecided = 4,
                                 kConfirmed = 6, kStatus = 7, kRequested = 8, kUndone = 9;
  Timestamp decided_at;

  ToldTicket() {
    TicketOpened opened;
    opened.ticket = ticket;
    opened.number = 7;
    opened.channel = "email";
    opened.requester = SubjectId("sub_1");
    opened.title = seal_text("Charged \x1b[31mtwice", {"sub_1"});
    tell(ticket, ticket.value(), opened, 0);
    opened.ticket = other;
    opened.number = 8;
    opened.title.reset();
    tell(other, other.value(), opened, 0);

    ActionProposed proposed;
    proposed.action = action;
    proposed.ticket = ticket;
    proposed.type = "set_status";
    proposed.args = seal_json(R"({"to":"pending"})", {"sub_1"});
    proposed.reasoning = seal_text("waits for the customer", {"sub_1"});
    proposed.confidence_ppm = 912'000;
    tell(ticket, action.value(), proposed, 0);

    PolicyDecided decided;
    decided.action = action;
    decided.ticket = ticket;
    decided.decision = "dec_1";
    decided.outcome = PolicyOutcome::allow;
    decided.policy = "pol_default@1";
    decided.at = "propose";
    decided.rules = {{"confidence", "permit", "matched", {{"threshold_ppm", "900000"}}}};
    decided_at = clock.now();
    tell(ticket, action.value(), decided, 1);

    EffectDispatched dispatched;
    dispatched.action = action;
    dispatched.ticket = ticket;
    dispatched.connector = "internal";
    tell(ticket, action.value(), dispatched, 2);
    EffectConfirmed confirmed;
    confirmed.action = action;
    confirmed.ticket = ticket;
    confirmed.writes = {{ticket.value(), "status", Clear("new"), Clear("pending"), {}, {}}};
    tell(ticket, action.value(), confirmed, 3);
    TicketStatusChanged changed;
    changed.ticket = ticket;
    changed.to = TicketStatus::pending;
    changed.action = action;
    tell(ticket, ticket.value(), changed, 1);

    RollbackRequested requested;
    requested.rollback = RollbackId("rbk_1");
    requested.action = action;
    requested.ticket = ticket;
    requested.reason_code = "wrong";
    requested.reason = seal_text("the customer had answered", {"sub_1"});
    tell(ticket, action.value(), requested, 4, {ActorType::human, PrincipalId("usr_ada")});
    CompensationSucceeded undone;
    undone.rollback = RollbackId("rbk_1");
    undone.action = action;
    undone.ticket = ticket;
    tell(ticket, action.value(), undone, 5, {ActorType::human, PrincipalId("usr_ada")});
  }

  void tell(const TicketId& about, const std::string& stream, EventData data, std::int64_t version,
            const Actor& actor = {ActorType::agent, PrincipalId("agt_triage")}) {
    NewEvent event;
    event.stream = stream;
    event.subject = about.value();
    event.actor = actor;
    event.data = std::move(data);
    REQUIRE(ledger->stage(tenant, {std::move(event)}, std::vector{version}, clock.now()));
    REQUIRE(ledger->commit());
    clock.advance(std::chrono::seconds(1));
  }
};

}  // namespace recourse
