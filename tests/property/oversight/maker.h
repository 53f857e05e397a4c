#pragma once

#include <algorithm>
#include <tuple>

#include "tests/property/oversight/orders.h"

namespace recourse::model {

/// From which role on people may: the desk, operators, managers, admins, nobody.
enum Least { desk, operators, managers, admins, nobody };

struct Proposal {
  const char* type;
  const char* args;
};
inline constexpr Proposal kProposals[] = {
    {"AUTO_RESOLVE", "{}"},
    {"ASSIGN_TO_TEAM", R"({"team":"Network"})"},
    {"process_refund", R"({"amount":10,"order_id":"O"})"},
    {"reset_password", R"({"user_email":"jane@example.com"})"},
    {"process_refund", R"({"amount":900,"order_id":"O"})"},
    {"create_bug_report", R"({"description":"d","title":"t"})"},
    {"create_bug_report", R"({"description":"e","title":"u"})"},
    {"reset_password", R"({"user_email":"joe@example.com"})"},
    {"ESCALATE", R"({"team":"Tier 2"})"},
    {"SCHEDULE_FOLLOWUP", R"({"delay_hours":3})"},
    {"send_reply", R"({"text":"hi"})"},
    {"REQUEST_CLARIFICATION", "{}"},
    {"check_order_status", R"({"order_id":"O"})"},
    {"ASSIGN_TO_TEAM", R"({"assignee":"usr_bob"})"},
    {"no_such_tool", "{}"},
    {"reset_password", "{}"}};

/// Everybody who appears.
const std::vector<Principal>& cast();

/// Makes one order out of numbers, with what the model says to it.
class Maker {
 public:
  Maker(const Model& model, const Numbers& numbers, Timestamp now)
      : m_(model),
        who_(numbers[1]),
        which_(numbers[2]),
        how_(numbers[3]),
        luck_(numbers[4]),
        spare_(numbers[5]),
        now_(now) {}

  struct Kind {
    const char* name;
    int weight;
    Least least;
    bool machine, customer, system;
    void (Maker::*make)();
  };
  static const std::vector<Kind>& kinds();
  /// What gives others something to do.
  Order make_proposal() {
    return make(*std::find_if(kinds().begin(), kinds().end(),
                              [](const Kind& kind) { return kind.make == &Maker::propose; }));
  }

  /// There was nothing that the order could have been about.
  bool idle() const { return idle_ && luck_ % 4 != 0; }

  Order make(const Kind& kind) {
    order_.name = kind.name;
    choose_who(kind);
    (this->*kind.make)();
    if (!may(kind, order_.by)) refuse("the role");
    return std::move(order_);
  }

 private:
  static bool may(const Kind& kind, const Principal& by) {
    if (by.kind == ActorType::agent) return kind.machine;
    if (by.kind == ActorType::customer) return kind.customer;
    if (by.kind == ActorType::system) return kind.system;
    const bool works = by.role != Role::viewer && by.role != Role::auditor;
    const int rank = by.role == Role::admin       ? admins
                     : by.role == Role::manager   ? managers
                     : by.role == Role::operator_ ? operators
                                                  : desk;
    return works && rank >= kind.least;
  }

  void choose_who(const Kind& kind) {
    std::vector<const Principal*> fitting;
    for (const Principal& one : cast())
      if (may(kind, one)) fitting.push_back(&one);
    const bool anybody = luck_ % 9 == 0 || fitting.empty();
    order_.by = anybody ? cast()[who_ % cast().size()] : *fitting[who_ % fitting.size()];
  }

  /// The model says no, and why.
  void refuse(const char* why) {
    order_.expected = Expected::refused;
    order_.why = why;
  }
  bool refused_if(bool condition, const char* why) {
    if (condition) refuse(why);
    return condition;
  }
  /// What nobody has spoken against must be done.
  void accept_rest() {
    if (order_.expected == Expected::either) order_.expected = Expected::accepted;
  }

  /// Mostly one that fits, sometimes any, sometimes none.
  template <class Id, class Row, class Fits>
  Id pick(const std::map<Id, Row>& rows, const char* none, const Fits& fits) {
    idle_ = rows.empty();
    if (rows.empty() || luck_ % 41 == 1) return Id(none);
    std::vector<const Id*> fitting;
    if (luck_ % 7 != 2)
      for (const auto& [id, row] : rows)
        if (fits(row)) fitting.push_back(&id);
    if (fitting.empty()) {
      idle_ = luck_ % 7 != 2;
      for (const auto& [id, row] : rows) fitting.push_back(&id);
    }
    return *fitting[which_ % fitting.size()];
  }
  template <class Id, class Row>
  const Row* look(const std::map<Id, Row>& rows, const Id& id) {
    const auto found = rows.find(id);
    if (found == rows.end()) refuse("there is none");
    return found == rows.end() ? nullptr : &found->second;
  }
  TicketId some_ticket() {
    return pick(m_.tickets, "tkt_none", [](const Ticket& t) { return !t.over(); });
  }
  std::optional<std::string> reason() const {
    return spare_ % 8 == 0 ? std::nullopt : std::optional<std::string>("because");
  }
  EffectOutcome outcome() const {
    constexpr EffectOutcome kOutcomes[] = {EffectOutcome::succeeded, EffectOutcome::failed,
                                           EffectOutcome::unknown, EffectOutcome::succeeded};
    return kOutcomes[how_ % 4];
  }
  bool by_person_above_desk() const {
    return order_.by.kind == ActorType::human && order_.by.role != Role::agent;
  }

  // ---- Tickets

  void time();
  /// An executor's whole work: what the next three orders are about.
  void work();
  void open();
  void message();
  void assign();
  void escalate();
  void set_status();
  void reopen();
  void merge();
  void hand_back();
  void switch_automation();

  // ---- Actions

  void propose();
  static bool waits(const Action& a);
  bool not_theirs(const std::optional<std::string>& runs,
                  const std::optional<std::string>& takes) const;
  void lease();
  void recall();
  void report();
  void withdraw();
  void amend();
  void expire_lease();

  // ---- Approvals

  static bool is_pending(const Approval& a);
  /// Whether the voter has a say: what a vote and a claim have in common.
  void check_voter(const Approval& a);
  /// Somebody who has a say.
  void find_voter(const Approval& a);
  bool of_another(const Approval& a) const;
  void vote();
  void claim();
  void release();
  void escalate_approval();
  void revoke();
  void expire_approval();
  void expire_claim();

  // ---- Rollbacks

  void roll_back();
  void start();
  void abort();
  void pause();
  void go_on();
  /// Mostly a step that fits of a rollback that is under way, sometimes any of any.
  template <class Fits>
  const Step* some_step(RollbackId& id, std::int64_t& number, const Fits& fits) {
    std::vector<std::pair<RollbackId, std::int64_t>> found;
    const bool any = luck_ % 7 == 2;
    for (const auto& [rollback, r] : m_.rollbacks)
      for (std::size_t i = 0; i < r.steps.size(); ++i)
        if (any || (r.runs() && fits(rollback, r.steps[i])))
          found.emplace_back(rollback, static_cast<std::int64_t>(i));
    idle_ = found.empty();
    id = RollbackId("rbk_none");
    if (refused_if(found.empty(), "there is none")) return nullptr;
    std::tie(id, number) = found[which_ % found.size()];
    const Rollback& r = m_.rollbacks.at(id);
    refused_if(!r.runs(), "it is not under way");
    return &r.steps[static_cast<std::size_t>(number)];
  }
  bool comes_first(const RollbackId& id, const Step& s) const;
  bool may_be_undone(const RollbackId& id, const Action& a) const;
  /// Another rollback has undone it, or is at it.
  bool taken_by_another(const RollbackId& id, const Action& a) const;
  void lease_step();
  void report_step();
  void expire_step_lease();
  void retry_step();
  static bool needs_a_person(const Step& s);
  static bool needing_a_person(const RollbackId&, const Step& s);
  void skip_step();
  void record_step();
  void close_incident();

  // ---- Follow-ups, answers, clocks

  static bool is_scheduled(const FollowUp& f);
  void send_followup();
  void ask_followup();
  void cancel_followup();
  void answer_followup();
  void feedback();
  void retract();
  void close_resolved();
  const Clock* some_clock(TicketId& ticket, SlaClockName& name);
  void breach();
  void waive();

  // ---- Controls

  std::string scope() const;
  void configure();
  void remove();
  void engage();
  void release_killswitch();
  void breaker();
  void ramp();
  void draft();
  void activate();
  void retire();
  void revert();
  void start_experiment();
  void stop_experiment();

  const Model& m_;
  const int who_;
  const std::size_t which_;
  const int how_, luck_, spare_;
  const Timestamp now_;
  Order order_;
  bool idle_ = false;
};

}  // namespace recourse::model
