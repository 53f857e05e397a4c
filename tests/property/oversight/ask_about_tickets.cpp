#include "tests/property/oversight/maker.h"

namespace recourse::model {

void Maker::time() {
  constexpr int kMinutes[] = {0, 1, 1, 2, 3, 6, 11, 20, 31, 61, 130, 600, 1500, 6000};
  order_.wait = std::chrono::seconds(std::chrono::minutes(kMinutes[how_ % 14])) +
                std::chrono::seconds(spare_ % 60);
}

void Maker::work() {
  constexpr Proposal kWork[] = {kProposals[3], kProposals[5], kProposals[6], kProposals[8]};
  const Proposal& chosen = kWork[how_ % 4];
  order_.by = cast()[static_cast<std::size_t>(who_) % 2];
  ProposeAction c;
  c.ticket = some_ticket();
  c.type = chosen.type;
  c.args_json = chosen.args;
  c.confidence_ppm = 990'000;
  order_.command = c;
  order_.name = "propose_action";
  order_.and_does_it = true;
}

void Maker::open() {
  OpenTicket c;
  c.requester = SubjectId("sub_customer");
  c.customer_email = "jane@example.com";
  if (refused_if(luck_ % 11 == 3, "nobody asks")) c.requester = SubjectId();
  order_.command = c;
  accept_rest();
}

void Maker::message() {
  AddMessage c;
  c.ticket = pick(m_.tickets, "tkt_none", [](const Ticket&) { return true; });
  c.body = luck_ % 11 == 3 ? "" : "any news?";
  // Machines answer by an action.
  c.from = how_ % 3 == 0 ? MessageFrom::note : MessageFrom::customer;
  if (order_.by.kind == ActorType::human && how_ % 3 == 2) c.from = MessageFrom::agent;
  if (order_.by.kind == ActorType::customer) c.from = MessageFrom::customer;
  order_.command = c;
  const Ticket* t = look(m_.tickets, c.ticket);
  if (t == nullptr) return;
  refused_if(c.body.empty(), "it says nothing");
  refused_if(t->status == TicketStatus::merged, "it was merged");
  // What follows it may have been merged.
  if (t->status != TicketStatus::closed) accept_rest();
}

void Maker::assign() {
  AssignTicket c;
  c.ticket = some_ticket();
  if (how_ % 5 != 0) c.team = how_ % 2 == 0 ? "Network" : "Storage";
  order_.command = c;
  const Ticket* t = look(m_.tickets, c.ticket);
  if (t == nullptr) return;
  refused_if(t->over(), "it is over");
  refused_if(!c.team, "to nobody");
}

void Maker::escalate() {
  EscalateTicket c;
  c.ticket = some_ticket();
  c.reason_code = "difficult";
  if (how_ % 2 == 0) c.to_team = "Tier 2";
  order_.command = c;
  const Ticket* t = look(m_.tickets, c.ticket);
  if (t != nullptr) refused_if(t->over(), "it is over");
}

void Maker::set_status() {
  constexpr TicketStatus kTo[] = {
      TicketStatus::open,   TicketStatus::pending,  TicketStatus::resolved, TicketStatus::on_hold,
      TicketStatus::closed, TicketStatus::resolved, TicketStatus::new_,     TicketStatus::merged};
  SetTicketStatus c;
  c.ticket = some_ticket();
  c.status = kTo[how_ % 8];
  order_.command = c;
  const Ticket* t = look(m_.tickets, c.ticket);
  if (t == nullptr) return;
  refused_if(c.status == TicketStatus::new_ || c.status == TicketStatus::merged, "nobody sets it");
  refused_if(c.status == t->status || t->over(), "it does not go there");
  refused_if(t->status == TicketStatus::resolved && c.status != TicketStatus::closed,
             "reopening is another command");
  accept_rest();
}

void Maker::reopen() {
  ReopenTicket c;
  c.ticket = pick(m_.tickets, "tkt_none",
                  [](const Ticket& t) { return t.status == TicketStatus::resolved; });
  c.reason_code = "not_fixed";
  order_.command = c;
  const Ticket* t = look(m_.tickets, c.ticket);
  if (t == nullptr) return;
  refused_if(t->status != TicketStatus::resolved && t->status != TicketStatus::closed,
             "nobody said it was done");
}

void Maker::merge() {
  MergeTicket c;
  c.ticket = some_ticket();
  const auto chosen = m_.tickets.find(c.ticket);
  c.into = pick(m_.tickets, "tkt_none", [&](const Ticket& t) {
    return !t.over() && (chosen == m_.tickets.end() || &t != &chosen->second);
  });
  order_.command = c;
  const Ticket* t = look(m_.tickets, c.ticket);
  const Ticket* into = look(m_.tickets, c.into);
  if (t == nullptr || into == nullptr) return;
  refused_if(c.ticket == c.into, "it is the same one");
  refused_if(t->over() || into->over(), "it is over");
}

void Maker::hand_back() {
  HandBackTicket c;
  c.ticket = pick(m_.tickets, "tkt_none",
                  [](const Ticket& t) { return !t.over() && t.handler == TicketHandler::human; });
  c.to = how_ % 7 == 0   ? TicketHandler::human
         : how_ % 2 == 0 ? TicketHandler::agent
                         : TicketHandler::none;
  order_.command = c;
  const Ticket* t = look(m_.tickets, c.ticket);
  if (t == nullptr) return;
  refused_if(c.to == TicketHandler::human, "that is no handing back");
  refused_if(t->over(), "it is over");
  refused_if(t->handler != TicketHandler::human, "no person has it");
  accept_rest();
}

void Maker::switch_automation() {
  SwitchAutomation c;
  c.on = how_ % 4 != 0;
  c.ticket = pick(m_.tickets, "tkt_none", [&](const Ticket& t) {
    return !t.over() && (t.automation == Automation::off) == c.on;
  });
  c.reason = reason();
  order_.command = c;
  const Ticket* t = look(m_.tickets, c.ticket);
  if (t == nullptr) return;
  refused_if(t->over(), "it is over");
  refused_if((t->automation == Automation::off) != c.on, "it is so");
  refused_if(!c.reason, "without a reason");
  accept_rest();
}

}  // namespace recourse::model
