#include "engine/event/sla_clocks.h"

namespace recourse {
namespace {

class Fold {
 public:
  Fold(std::vector<SlaClock>& clocks, Timestamp now) : clocks_(clocks), now_(now) {}

  template <class Other>
  bool operator()(const Other&) {
    return false;
  }

  bool operator()(const SlaApplied& e) {
    for (const SlaTarget& target : e.clocks) {
      SlaClock& clock = row(target.clock);
      clock = SlaClock{};
      clock.clock = target.clock;
      clock.target_s = target.target_s;
      clock.started_at = target.started_at;
      clock.due_at = target.due_at;
      clock.calendar = e.calendar;
    }
    return !e.clocks.empty();
  }
  bool operator()(const SlaPaused& e) {
    SlaClock& clock = row(e.clock);
    clock.status = SlaStatus::paused;
    clock.left_ms = e.left_ms;
    return true;
  }
  bool operator()(const SlaResumed& e) {
    SlaClock& clock = row(e.clock);
    clock.status = SlaStatus::running;
    clock.due_at = e.due_at;
    clock.left_ms.reset();
    clock.ended_at.reset();
    return true;
  }
  bool operator()(const SlaMet& e) {
    SlaClock& clock = row(e.clock);
    clock.status = SlaStatus::met;
    clock.left_ms = e.left_ms;
    clock.ended_at = now_;
    return true;
  }
  bool operator()(const SlaWaived& e) {
    SlaClock& clock = row(e.clock);
    clock.status = SlaStatus::waived;
    clock.ended_at = now_;
    return true;
  }
  bool operator()(const SlaBreached& e) {
    const auto name = from_word<SlaClockName>(e.clock.text);
    // An imported one is about a clock of another system.
    if (!name || find_clock(clocks_, *name) == nullptr) return false;
    row(*name).breached = true;
    return true;
  }

 private:
  SlaClock& row(SlaClockName name) {
    for (SlaClock& clock : clocks_)
      if (clock.clock == name) return clock;
    SlaClock& clock = clocks_.emplace_back();
    clock.clock = name;
    return clock;
  }

  std::vector<SlaClock>& clocks_;
  const Timestamp now_;
};

struct TicketOf {
  template <class Other>
  const TicketId* operator()(const Other&) const {
    return nullptr;
  }
  const TicketId* operator()(const SlaApplied& e) const { return &e.ticket; }
  const TicketId* operator()(const SlaPaused& e) const { return &e.ticket; }
  const TicketId* operator()(const SlaResumed& e) const { return &e.ticket; }
  const TicketId* operator()(const SlaMet& e) const { return &e.ticket; }
  const TicketId* operator()(const SlaWaived& e) const { return &e.ticket; }
  const TicketId* operator()(const SlaBreached& e) const {
    return e.provenance.imported ? nullptr : &e.ticket;
  }
};

}  // namespace

const SlaClock* find_clock(const std::vector<SlaClock>& clocks, SlaClockName name) {
  for (const SlaClock& clock : clocks)
    if (clock.clock == name) return &clock;
  return nullptr;
}

bool fold_clocks(std::vector<SlaClock>& clocks, const EventData& data, Timestamp now) {
  return visit(Fold(clocks, now), data);
}

const TicketId* ticket_of_clock(const EventData& data) { return visit(TicketOf(), data); }

}  // namespace recourse
