#include "tests/property/oversight/maker.h"

namespace recourse::model {

bool Maker::is_scheduled(const FollowUp& f) { return f.status == FollowUpStatus::scheduled; }

void Maker::send_followup() {
  SendFollowUp c;
  c.followup = pick(m_.followups, "fup_none", is_scheduled);
  order_.command = c;
  const FollowUp* f = look(m_.followups, c.followup);
  if (f == nullptr) return;
  refused_if(!is_scheduled(*f), "it is over");
  refused_if(now_ < f->due_at, "it is not time");
  accept_rest();
}

void Maker::ask_followup() {
  RequestFollowUp c;
  c.ticket = pick(m_.tickets, "tkt_none",
                  [](const Ticket& t) { return t.status == TicketStatus::resolved; });
  if (how_ % 2 == 0) c.at = now_ + std::chrono::hours(how_ % 30);
  order_.command = c;
  const Ticket* t = look(m_.tickets, c.ticket);
  if (t == nullptr) return;
  refused_if(t->status != TicketStatus::resolved && t->status != TicketStatus::closed,
             "there is nothing to ask");
}

void Maker::cancel_followup() {
  CancelFollowUp c;
  c.followup = pick(m_.followups, "fup_none", is_scheduled);
  order_.command = c;
  const FollowUp* f = look(m_.followups, c.followup);
  if (f == nullptr) return;
  refused_if(!is_scheduled(*f), "it is over");
  accept_rest();
}

void Maker::answer_followup() {
  constexpr FollowUpAnswer kAnswers[] = {FollowUpAnswer::confirm, FollowUpAnswer::reject,
                                         FollowUpAnswer::partial};
  AnswerFollowUp c;
  c.followup = pick(m_.followups, "fup_none",
                    [](const FollowUp& f) { return f.status == FollowUpStatus::sent; });
  c.answer = kAnswers[how_ % 3];
  order_.command = c;
  const FollowUp* f = look(m_.followups, c.followup);
  if (f != nullptr) refused_if(f->status != FollowUpStatus::sent, "nobody asked");
}

void Maker::feedback() {
  SubmitFeedback c;
  c.ticket = pick(m_.tickets, "tkt_none",
                  [](const Ticket& t) { return t.status == TicketStatus::resolved; });
  c.confirmed = how_ % 2 == 0;
  if (how_ % 3 == 0) c.score = 1 + how_ % 6;
  order_.command = c;
  const Ticket* t = look(m_.tickets, c.ticket);
  if (t == nullptr) return;
  refused_if(t->status == TicketStatus::merged, "it was merged");
  if (!refused_if(c.score == 6, "there are five stars")) accept_rest();
}

void Maker::retract() {
  RetractFeedback c;
  c.feedback = pick(m_.feedback, "fbk_none", [](bool retracted) { return !retracted; });
  order_.command = c;
  const bool* retracted = look(m_.feedback, c.feedback);
  if (retracted == nullptr) return;
  refused_if(*retracted, "it was already");
  accept_rest();
}

void Maker::close_resolved() {
  CloseResolved c;
  c.ticket = pick(m_.tickets, "tkt_none",
                  [](const Ticket& t) { return t.status == TicketStatus::resolved; });
  order_.command = c;
  const Ticket* t = look(m_.tickets, c.ticket);
  if (t == nullptr) return;
  refused_if(t->status != TicketStatus::resolved, "it is not resolved");
  accept_rest();
}

const Clock* Maker::some_clock(TicketId& ticket, SlaClockName& name) {
  constexpr SlaClockName kNames[] = {SlaClockName::first_response, SlaClockName::next_response,
                                     SlaClockName::resolution};
  const std::string key = pick(m_.clocks, "tkt_none/resolution", [](const Clock& clock) {
    return clock.status == SlaStatus::running || clock.status == SlaStatus::paused;
  });
  ticket = TicketId(key.substr(0, key.find('/')));
  for (const SlaClockName one : kNames)
    if (key.ends_with(word(one))) name = one;
  return look(m_.clocks, key);
}

void Maker::breach() {
  BreachClock c;
  const Clock* clock = some_clock(c.ticket, c.clock);
  order_.command = c;
  if (clock == nullptr) return;
  refused_if(clock->status != SlaStatus::running || clock->breached, "it does not run");
  refused_if(now_ < clock->due_at, "it is not time");
  accept_rest();
}

void Maker::waive() {
  WaiveClock c;
  const Clock* clock = some_clock(c.ticket, c.clock);
  c.reason = reason();
  order_.command = c;
  if (clock == nullptr) return;
  refused_if(clock->status != SlaStatus::running && clock->status != SlaStatus::paused, "it ended");
  refused_if(!c.reason, "without a reason");
  accept_rest();
}

}  // namespace recourse::model
