#pragma once

#include <functional>
#include <map>
#include <queue>
#include <random>

#include "tests/simulation/office.h"
#include "tests/simulation/provider.h"

namespace recourse::simulation {

struct Scale {
  std::uint64_t seed = 1;
  int days = 90;
  int tickets_a_day = 40;
};

/// What there was of everything, for the summary.
struct Counts {
  std::size_t tickets = 0, proposals = 0, votes = 0, leases = 0, lost = 0, late = 0, answers = 0,
              rollbacks = 0, crashes = 0, power_losses = 0, stops = 0;
};

/// Everybody who has to do with the desk, each by their own habits: customers, two agents, their
/// executors, people who decide or forget to, managers who undo. Nothing is hurried: who has
/// something to do puts it into the calendar of the simulation.
class Life {
 public:
  /// Both outlive it.
  Life(Office& office, Provider& provider, const Scale& scale);
  /// Until the last day, and then until nothing is due any more.
  void live();

  Counts counts;

 private:
  using Work = std::function<void()>;
  struct Entry {
    Timestamp at;
    std::uint64_t number;
    Work work;
    bool operator>(const Entry& other) const {
      return std::tie(at, number) > std::tie(other.at, other.number);
    }
  };

  // ---- Time
  void in(std::chrono::seconds from, std::chrono::seconds to, Work work);
  bool chance(int percent) { return draw(100) < static_cast<std::uint64_t>(percent); }
  std::uint64_t draw(std::uint64_t below) { return random_() % below; }
  void work_until(Timestamp end);
  /// A connector has something to do then.
  void wake_at(Timestamp at) {
    calendar_.push({std::max(at, office_.now()), entries_++, [] {}});
  }
  void ask(const Principal& by, Command command,
           std::function<void(const Committed&)> then = nullptr);

  // ---- Customers
  void plan_day(Timestamp midnight);
  void open_ticket();
  void come_back(const TicketId& ticket);

  // ---- Agents and their executors
  void propose(const TicketId& ticket, bool again);
  void run(const ActionId& action);
  void carry_out(const ActionId& action, const LeaseId& lease);
  bool waits_for_executor(const ActionId& action) const;
  void find_out(const ActionId& action);
  void change_mind(const ActionId& action);
  void report(const ActionId& action, const LeaseId& lease, EffectOutcome outcome);

  // ---- People
  void decide(const ApprovalId& approval);
  void undo_something();
  void undo_a_day();
  void look_after(const RollbackId& rollback);
  void take_step(const RollbackId& rollback, std::int64_t step);
  void settle_step(const RollbackId& rollback, std::int64_t step);
  void stop_for_hours();
  void connect(const std::string& connector);
  void disconnect_for_hours();
  void close_breaker(const BreakerTransitioned& open);

  void happened(const RecordedEvent& event);
  std::string thing(const ActionId& action) const { return "thing of " + action.value(); }

  Office& office_;
  Provider& provider;
  Scale scale_;
  std::mt19937_64 random_;
  Timestamp start_, end_;
  std::priority_queue<Entry, std::vector<Entry>, std::greater<>> calendar_;
  std::uint64_t entries_ = 0;
  std::vector<Office::Call> waiting_;
  std::vector<ActionId> executed_;  ///< The latest.
  std::vector<TicketId> recent_;
  std::uint64_t keys_ = 0;
};

}  // namespace recourse::simulation
