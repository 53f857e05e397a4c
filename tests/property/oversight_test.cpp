#include <rapidcheck.h>

#include <cstdlib>

#include "tests/property/oversight/orders.h"
#include "tests/unit/engine/decision/story.h"

/// Thousands of sequences of everything that people, agents, customers and time can ask for, each
/// command followed by a comparison with the model. A longer run, or another one:
///   RECOURSE_MODEL_SEQUENCES=100000 RECOURSE_MODEL_SEED=7 build/tests/property/property

namespace recourse::model {
namespace {

long number(const char* name, long otherwise) {
  const char* const given = std::getenv(name);
  const long value = given != nullptr ? std::strtol(given, nullptr, 10) : 0;
  return value > 0 ? value : otherwise;
}

/// How often each kind of order was accepted and refused, over all sequences.
struct Tally {
  std::map<std::string, std::pair<std::size_t, std::size_t>> orders;
  std::map<std::string, std::size_t> events;
  std::size_t commands = 0, sequences = 0;
};

class Trial {
 public:
  explicit Trial(Tally& tally) : tally_(tally) {
    give({"activate_policy",
          kSystem,
          ActivatePolicy{"pol_first@1", policy_json(default_policy())},
          Expected::accepted,
          "",
          {}});
    give({"open_ticket", kPerson, first_ticket(), Expected::accepted, "", {}});
  }

  void take(const Numbers& numbers) {
    Order order = order_of(model_, numbers, story_.now);
    if (order.wait.count() > 0) return let_time_pass(order.wait);
    give(order);
    if (order.and_does_it && !story_.refused()) carry_out(order.by);
  }

  /// The log as it is stored tells the same as the state that was kept.
  void read_again() {
    Memory again;
    for (const RecordedEvent& event : story_.log) {
      RecordedEvent stored = event;
      stored.source = "origin";
      const auto read = read_leaf(write_leaf(stored));
      RC_ASSERT(read.ok());
      evolve(again.state, *read);
    }
    RC_ASSERT(again.same_as(story_.memory));
    for (const auto& [type, count] : model_.seen) tally_.events[type] += count;
    ++tally_.sequences;
  }

 private:
  static Command first_ticket() {
    OpenTicket open;
    open.requester = SubjectId("sub_customer");
    open.customer_email = "jane@example.com";
    return open;
  }

  void give(const Order& order) {
    model_.begin({order.name, order.by, story_.now});
    story_.when(order.by, order.command);
    ++tally_.commands;
    ++(story_.refused() ? tally_.orders[order.name].second : tally_.orders[order.name].first);
    told_ += told(order);
    for (std::size_t i = story_.first_new(); i < story_.log.size(); ++i) model_.see(story_.log[i]);
    model_.end();
    compare(order);
  }

  /// An executor that gets it all right.
  void carry_out(const Principal& by) {
    const ActionId id = story_.event<ActionProposed>().action;
    const ActionState& action = story_.action(id);
    const bool ready = action.status == ActionStatus::authorized && !action.connector;
    if (!ready) return;
    give({"lease_action", by, LeaseAction{id}, Expected::accepted, "", {}});
    if (story_.action(id).status != ActionStatus::dispatching) return;
    ReportAction report;
    report.action = id;
    report.outcome = EffectOutcome::succeeded;
    report.lease = story_.action(id).lease;
    give({"report_action", by, report, Expected::accepted, "", {}});
  }

  std::string told(const Order& order) const {
    std::string line = to_rfc3339(story_.now) + " " + order.name + " by " + order.by.id.value();
    if (story_.refused()) return line + ": " + story_.error()->message + "\n";
    for (std::size_t i = story_.first_new(); i < story_.log.size(); ++i)
      line += "\n    " + std::string(type_of(story_.log[i].data)) + " " + story_.log[i].stream;
    return line + "\n";
  }

  void compare(const Order& order) {
    if (!model_.faults.empty()) fail(model_.faults.front());
    if (order.expected == Expected::refused && !story_.refused())
      fail(order.name + " was to be refused: " + order.why);
    if (order.expected == Expected::accepted && story_.refused())
      fail(order.name + " was to be done, but: " + story_.error()->message);
    if (story_.refused() && story_.first_new() != story_.log.size())
      fail("a refusal leaves no events");
    compare_states();
  }

  void fail(const std::string& what) {
    RC_LOG(told_);
    RC_FAIL(what);
  }

  /// Both maps have the same keys and, under each, the same.
  template <class Row, class Mine, class Same>
  void compare_each(const std::map<Row, Mine>& mine, const auto& rows, const Same& same) {
    auto at = rows.begin();
    for (const auto& [id, one] : mine) {
      while (at != rows.end() && at->first < id) ++at;  // A row that only is referred to.
      if (at == rows.end() || at->first != id) fail(text(id) + " is missing");
      if (!same(one, at->second)) fail(text(id) + " is not as it should be");
      ++at;
    }
  }
  static const std::string& text(const std::string& id) { return id; }
  static const std::string& text(const auto& id) { return id.value(); }

  /// What both keep about the same things; what is to happen, and when, included.
  void compare_states() {
    const Memory& memory = story_.memory;
    const auto status = [](const auto& one, const auto& row) { return one.status == row.status; };
    compare_each(model_.actions, memory.actions.rows, status);
    compare_each(model_.approvals, memory.approvals.rows, [](const auto& one, const auto& row) {
      return one.status == row.status && one.votes.size() == row.votes.size();
    });
    compare_each(model_.rollbacks, memory.rollbacks.rows, [](const auto& one, const auto& row) {
      return one.status == row.status && one.paused == row.paused;
    });
    compare_each(model_.tickets, memory.tickets.rows, status);
    compare_each(model_.followups, memory.followups.rows, status);
    std::size_t set = 0;
    for (const auto& [key, timer] : memory.timers.rows)
      if (!is_outbox(timer))
        ++set;
      else
        check_outbox(timer);
    if (set != model_.timers.size()) fail("a timer is set in vain");
    compare_each(model_.timers, memory.timers.rows,
                 [](const Timestamp& at, const TimerState& row) { return at == row.due_at; });
  }

  /// A connector has something to do about what is held for it, or what it lost sight of.
  void check_outbox(const TimerState& timer) {
    const auto found = model_.actions.find(ActionId(timer.id.text));
    if (found == model_.actions.end()) return check_step(timer);
    const bool sends = timer.kind == TimerKind::dispatch;
    if (found->second.status != (sends ? ActionStatus::held : ActionStatus::outcome_unknown))
      fail("a connector waits for " + timer.id.text + " in vain");
  }

  void check_step(const TimerState& timer) {
    const std::string& id = timer.id.text;
    const auto slash = id.find('/');
    const model::Step& step = model_.rollbacks.at(RollbackId(id.substr(0, slash)))
                                  .steps.at(std::stoull(id.substr(slash + 1)));
    const bool looks = step.status == StepStatus::outcome_unknown && step.look_up_at.has_value();
    if ((timer.kind == TimerKind::look_up) != looks)
      fail("a connector waits for step " + id + " in vain");
  }

  /// Timers fire in the order of their moments, each at its own or, after a standstill, all late.
  void let_time_pass(std::chrono::seconds wait) {
    const Timestamp end = story_.now + wait;
    const bool standstill = wait > std::chrono::hours(48);
    Timestamp last{};
    while (!story_.memory.due.rows.empty()) {
      const auto [key, timer] = *story_.memory.due.rows.begin();
      if (timer.due_at > end || is_outbox(timer)) break;
      if (timer.due_at < last) fail("a timer fires before an earlier one");
      story_.now = standstill ? end : std::max(story_.now, timer.due_at);
      const Command command = command_of(timer);
      give({std::string(name(command)), kSystem, command, Expected::accepted, "", {}});
      if (story_.memory.due.rows.contains(key)) fail(key + " fired and is set still");
      last = timer.due_at;
    }
    story_.now = end;
  }

  Story story_;
  Model model_;
  Tally& tally_;
  std::string told_;
};

TEST_CASE("whatever is asked in whatever order, the engine and a small model of it agree") {
  Tally tally;
  rc::detail::TestParams params;
  params.seed = static_cast<std::uint64_t>(number("RECOURSE_MODEL_SEED", 20'260'105));
  params.maxSuccess = static_cast<int>(number("RECOURSE_MODEL_SEQUENCES", 2'000));
  params.disableShrinking = std::getenv("RECOURSE_MODEL_NO_SHRINKING") != nullptr;
  const auto byte = rc::gen::resize(100, rc::gen::inRange<std::uint8_t>(0, 255));
  const auto steps = rc::gen::resize(
      130, rc::gen::container<std::vector<Numbers>>(rc::gen::container<Numbers>(byte)));
  const auto result = rc::detail::checkTestable(
      [&] {
        const std::vector<Numbers> sequence = *steps;
        Trial trial(tally);
        for (const Numbers& numbers : sequence) trial.take(numbers);
        trial.read_again();
      },
      rc::detail::TestMetadata(), params);
  if (!result.is<rc::detail::SuccessResult>()) {
    rc::detail::printResultMessage(result, std::cerr);
    std::cerr << std::endl;
  }
  CHECK(result.is<rc::detail::SuccessResult>());
  MESSAGE(tally.sequences << " sequences, " << tally.commands << " commands");
  if (std::getenv("RECOURSE_MODEL_TALLY") != nullptr) {
    for (const auto& [order, counts] : tally.orders)
      MESSAGE(order << ": " << counts.first << " done, " << counts.second << " refused");
    for (const auto& [type, count] : tally.events) MESSAGE(type << ": " << count);
  }
  // The sequences were about something: every order was given, and nearly all of them both ways.
  for (const std::string& kind : order_names())
    CHECK_MESSAGE(tally.orders.contains(kind), "never asked: " << kind);
}

}  // namespace
}  // namespace recourse::model
