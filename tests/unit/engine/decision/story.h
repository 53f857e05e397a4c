#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "engine/base/sha256.h"
#include "engine/decision/decide.h"
#include "engine/decision/state_tables.h"
#include "engine/decision/timers.h"
#include "engine/event/bind.h"
#include "engine/event/validate.h"
#include "engine/policy/policy.h"

namespace recourse {

template <class IdType, class Row>
class MapTable final : public StateTable<IdType, Row> {
 public:
  const Row* find(const IdType& id) override {
    const auto found = rows.find(id);
    return found != rows.end() ? &found->second : nullptr;
  }
  Row& change(const IdType& id) override { return rows[id]; }
  void erase(const IdType& id) override { rows.erase(id); }
  std::map<IdType, Row> rows;
};

/// A table that can only be looked at: what a decision is given, since evolve() alone changes
/// state.
template <class IdType, class Row>
class ReadOnlyTable final : public StateTable<IdType, Row> {
 public:
  void look_at(StateTable<IdType, Row>& table) { table_ = &table; }
  const Row* find(const IdType& id) override { return table_->find(id); }
  Row& change(const IdType& id) override {
    FAIL("a decision changed the state");
    return table_->change(id);
  }
  void erase(const IdType&) override { FAIL("a decision changed the state"); }

 private:
  StateTable<IdType, Row>* table_ = nullptr;
};

struct ReadOnlyState : StateTables<ReadOnlyTable> {
  explicit ReadOnlyState(State& of) {
    for_each_table(*this, of, [](const char*, auto& table, auto& other) { table.look_at(other); });
  }
};

/// Everything that decisions know, in memory.
struct Memory : StateTables<MapTable> {
  bool same_as(const Memory& other) const {
    bool same = true;
    for_each_table(*this, other, [&](const char*, const auto& one, const auto& two) {
      same = same && one.rows == two.rows;
    });
    return same;
  }
};

inline Principal person(Role role, const char* id = "usr_ada") {
  return {PrincipalId(id), ActorType::human, role, KeyId("key_ada")};
}
inline const Principal kAgent{PrincipalId("agt_helper"), ActorType::agent, Role::agent,
                              KeyId("key_agent")};
inline const Principal kSystem{PrincipalId("sys_recourse"), ActorType::system, Role::viewer,
                               KeyId()};
inline const Principal kCustomer{PrincipalId("sub_customer"), ActorType::customer, Role::viewer,
                                 KeyId()};
inline const Principal kAdmin = person(Role::admin, "usr_admin");
inline const Principal kManager = person(Role::manager, "usr_manager");
inline const Principal kPerson = person(Role::agent, "usr_desk");

/// Commands given one after the other to an empty tenant, each decided, recorded and folded as the
/// writer does it; sealing is a stand-in that draws a commitment and remembers the arguments.
class Story {
 public:
  Timestamp now = from_rfc3339("2026-01-05T09:30:00Z").value();
  std::int64_t admins = 2;
  bool erased = false;  ///< Arguments can no longer be opened.
  bool deployment_stopped = false;
  std::vector<RolloutState> deployment_rollouts;
  Memory memory;
  std::vector<RecordedEvent> log;

  /// Decides and records `command`; CHECKs nothing.
  Story& when(const Principal& principal, const Command& command) {
    DecisionContext context{now,
                            random_,
                            principal,
                            admins,
                            args_for(command),
                            rejected_args_for(command),
                            deployment_stopped};
    context.deployment_rollouts = deployment_rollouts;
    context.tenant = "acme";
    // Refused or not, a decision leaves the state alone.
    ReadOnlyState looked_at(memory.state);
    auto decided = decide(looked_at.state, command, context);
    first_new_ = log.size();
    error_.reset();
    if (!decided) {
      error_ = decided.error();
      return *this;
    }
    record(std::move(*decided));
    return *this;
  }

  /// As when(), for what must succeed.
  Story& given(const Principal& principal, const Command& command) {
    when(principal, command);
    REQUIRE_MESSAGE(!error_, error_->message);
    return *this;
  }

  /// The new events, without `recourse.` and `.v1`.
  std::vector<std::string> what_happened() const {
    std::vector<std::string> types;
    for (std::size_t i = first_new_; i < log.size(); ++i) {
      std::string type(type_of(log[i].data));
      types.push_back(type.substr(9, type.rfind('.') - 9));
    }
    return types;
  }

  void then(const std::vector<std::string>& types) const {
    INFO((error_ ? error_->message : std::string("decided")));
    CHECK(joined(what_happened()) == joined(types));
  }

  void then_refused(ErrorCode code) const {
    INFO("happened: " << joined(what_happened()));
    REQUIRE(error_.has_value());
    CHECK(name(error_->code) == name(code));
    CHECK(first_new_ == log.size());
  }

  bool refused() const { return error_.has_value(); }
  /// Where the events of the last command begin in the log.
  std::size_t first_new() const { return first_new_; }
  const std::optional<Error>& error() const { return error_; }

  std::size_t count(std::string_view type) const {
    const auto types = what_happened();
    return static_cast<std::size_t>(std::count(types.begin(), types.end(), type));
  }

  /// The latest event of a type among those of the last command.
  template <class Event>
  const Event& event() const {
    for (std::size_t i = log.size(); i-- > first_new_;)
      if (const auto* found = get_if<Event>(&log[i].data)) return *found;
    FAIL("the last command made no " << Event::kType);
    throw 0;
  }
  template <class Event>
  bool has() const {
    for (std::size_t i = first_new_; i < log.size(); ++i)
      if (holds_alternative<Event>(log[i].data)) return true;
    return false;
  }

  /// Records what no command makes, such as an imported event.
  void record(std::vector<NewEvent> events) {
    for (NewEvent& event : events)
      for_each_sealed(event.data, [&](const auto&, Sealed& sealed) {
        sealed.commitment = sha256(sealed.json + std::to_string(++sealings_));
      });
    std::vector<EventData*> data;
    for (NewEvent& event : events) data.push_back(&event.data);
    bind_commitments(data);
    for (NewEvent& event : events) {
      const Status valid = validate(event);
      REQUIRE_MESSAGE(valid.ok(), (valid ? std::string() : valid.error().message));
      if (const auto* proposed = get_if<ActionProposed>(&event.data))
        args_[proposed->action] = proposed->args.json;
      RecordedEvent recorded;
      recorded.id = EventId("evt_" + std::to_string(log.size()));
      recorded.position = Position(log.size());
      recorded.time = now;
      recorded.actor = event.actor;
      recorded.stream = event.stream;
      recorded.stream_version = next_version(memory.state, event.stream);
      recorded.subject = event.subject;
      recorded.correlation = event.correlation;
      recorded.data = std::move(event.data);
      evolve(memory.state, recorded);
      log.push_back(std::move(recorded));
    }
  }

  /// What the reactor does: fires every timer whose moment has passed, oldest first, each once.
  /// Gives the rows that fired.
  std::vector<std::string> fire_due() {
    std::vector<std::string> fired;
    while (!memory.due.rows.empty() && memory.due.rows.begin()->second.due_at <= now &&
           !is_outbox(memory.due.rows.begin()->second)) {
      const auto [key, timer] = *memory.due.rows.begin();
      given(kSystem, command_of(timer));
      REQUIRE_MESSAGE(!memory.due.rows.contains(key), "a timer that fired is set no more: " << key);
      fired.push_back(key);
    }
    return fired;
  }
  bool has_timer(TimerKind kind, std::string_view id) const {
    return memory.timers.rows.contains(timer_key(kind, id));
  }

  const TicketState& ticket(const TicketId& id) const { return memory.tickets.rows.at(id); }
  const ActionState& action(const ActionId& id) const { return memory.actions.rows.at(id); }
  const FollowUpState& followup(const FollowUpId& id) const { return memory.followups.rows.at(id); }
  const ApprovalState& approval(const ApprovalId& id) const { return memory.approvals.rows.at(id); }

  // ---- Short forms ---------------------------------------------------------------------------

  TicketId open_ticket() {
    OpenTicket open;
    open.requester = SubjectId("sub_customer");
    open.title = "VPN";
    given(kPerson, open);
    return event<TicketOpened>().ticket;
  }

  Story& propose(const TicketId& ticket, const std::string& type, const std::string& args = "{}",
                 std::optional<std::int64_t> confidence = 900'000) {
    ProposeAction command;
    command.ticket = ticket;
    command.type = type;
    command.args_json = args;
    command.confidence_ppm = confidence;
    return when(kAgent, command);
  }
  /// Proposes and gives the action's id.
  ActionId proposed(const TicketId& ticket, const std::string& type, const std::string& args = "{}",
                    std::optional<std::int64_t> confidence = 900'000) {
    propose(ticket, type, args, confidence);
    REQUIRE_MESSAGE(!error_, error_->message);
    return event<ActionProposed>().action;
  }

  Story& vote(const Principal& voter, const ApprovalId& approval, Vote vote = Vote::approve) {
    return when(voter, ballot(approval, vote));
  }
  CastVote ballot(const ApprovalId& id, Vote vote = Vote::approve) const {
    CastVote command;
    command.approval = id;
    command.vote = vote;
    if (vote == Vote::reject) command.reason = "not this one";
    command.render_digest = to_base64(as_text(approval(id).render_digest));
    return command;
  }

  /// As soon as it is held no longer.
  Story& lease(const ActionId& id) {
    const ActionState* const waiting = memory.actions.find(id);
    if (waiting != nullptr && waiting->status == ActionStatus::held)
      now = std::max(now, *waiting->hold_until);
    LeaseAction command;
    command.action = id;
    return when(kAgent, command);
  }
  Story& report(const ActionId& id, EffectOutcome outcome) {
    ReportAction command;
    command.action = id;
    command.outcome = outcome;
    command.lease = action(id).lease;
    return when(kAgent, command);
  }

  Story& roll_back(const ActionId& id, const Principal& by = kManager) {
    RollBack command;
    command.action = id;
    command.reason = "wrong";
    return when(by, command);
  }

  Story& set_status(const TicketId& id, TicketStatus status, const Principal& by = kPerson) {
    SetTicketStatus command;
    command.ticket = id;
    command.status = status;
    return when(by, command);
  }

  Story& customer_writes(const TicketId& id) {
    AddMessage command;
    command.ticket = id;
    command.body = "any news?";
    return when(kCustomer, command);
  }

 private:
  static std::string joined(const std::vector<std::string>& words) {
    std::string text;
    for (const std::string& word : words) text += word + " ";
    return text;
  }

  std::optional<std::string> args_for(const Command& command) {
    ActionId id;
    if (const auto* leased = std::get_if<LeaseAction>(&command)) id = leased->action;
    if (const auto* amended = std::get_if<AmendAction>(&command)) id = amended->action;
    if (const auto* leased = std::get_if<LeaseStep>(&command))
      if (const auto* step = memory.steps.find(step_key(leased->rollback, leased->step)))
        id = step->plan.action;
    if (const auto* cast = std::get_if<CastVote>(&command))
      if (const auto* asked = memory.approvals.find(cast->approval)) id = asked->action;
    const auto found = args_.find(id);
    if (erased || found == args_.end()) return std::nullopt;
    return found->second;
  }

  std::vector<std::string> rejected_args_for(const Command& command) {
    std::vector<std::string> same_type;
    TicketId about;
    std::string type;
    if (const auto* propose = std::get_if<ProposeAction>(&command)) {
      about = propose->ticket;
      type = propose->type;
    } else if (const auto* amend = std::get_if<AmendAction>(&command)) {
      const ActionState* old = memory.actions.find(amend->action);
      if (old != nullptr) about = old->ticket;
      if (old != nullptr) type = old->type.text;
    }
    const TicketState* ticket = memory.tickets.find(about);
    if (ticket == nullptr || erased) return same_type;
    for (const ActionId& id : ticket->rejected_actions)
      if (action(id).type.text == type) same_type.push_back(args_.at(id));
    return same_type;
  }

  SeededRandom random_{7};
  std::map<ActionId, std::string> args_;
  std::optional<Error> error_;
  std::size_t first_new_ = 0;
  int sealings_ = 0;
};

}  // namespace recourse
