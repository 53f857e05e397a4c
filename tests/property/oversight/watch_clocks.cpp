#include "tests/property/oversight/watch.h"

namespace recourse::model {
namespace {

struct WatchClocks : Watch {
  template <class Other>
  void operator()(const Other&) {}

  static std::string id(const TicketId& ticket, std::string_view clock) {
    return ticket.value() + "/" + std::string(clock);
  }
  Clock& clock(const TicketId& ticket, std::string_view name) {
    must(m.clocks.contains(id(ticket, name)), "a clock was promised before");
    return m.clocks[id(ticket, name)];
  }
  void run(const TicketId& ticket, SlaClockName name, Timestamp due_at) {
    Clock& c = m.clocks[id(ticket, word(name))];
    c.status = SlaStatus::running;
    c.due_at = due_at;
    if (c.breached)
      clear("sla", id(ticket, word(name)));
    else
      set("sla", id(ticket, word(name)), due_at);
  }
  void stop(const TicketId& ticket, SlaClockName name, SlaStatus to) {
    clock(ticket, word(name)).status = to;
    clear("sla", id(ticket, word(name)));
  }

  void operator()(const SlaApplied& e) {
    for (const SlaTarget& target : e.clocks) {
      m.clocks[id(e.ticket, word(target.clock))] = {};
      run(e.ticket, target.clock, target.due_at);
    }
  }
  void operator()(const SlaResumed& e) {
    must(clock(e.ticket, word(e.clock)).status != SlaStatus::waived, "what is waived stays waived");
    run(e.ticket, e.clock, e.due_at);
  }
  void operator()(const SlaPaused& e) { stop(e.ticket, e.clock, SlaStatus::paused); }
  void operator()(const SlaMet& e) { stop(e.ticket, e.clock, SlaStatus::met); }
  void operator()(const SlaWaived& e) { stop(e.ticket, e.clock, SlaStatus::waived); }
  void operator()(const SlaBreached& e) {
    Clock& c = clock(e.ticket, e.clock.text);
    must(!c.breached, "a promise is broken once");
    must(c.status == SlaStatus::running, "a clock that stands still breaks nothing");
    must(m.given.now >= c.due_at, "nothing is broken before its time");
    c.breached = true;
    clear("sla", id(e.ticket, e.clock.text));
  }
};

}  // namespace

void watch_clocks(Model& model, const RecordedEvent& event) {
  visit(WatchClocks{{model, event}}, event.data);
}

}  // namespace recourse::model
