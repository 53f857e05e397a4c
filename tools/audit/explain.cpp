#include "tools/audit/explain.h"

#include <map>

#include "engine/decision/recorded_facts.h"
#include "engine/decision/state.h"
#include "engine/event/describe.h"
#include "projections/row_codec.h"
#include "tools/audit/locate.h"

namespace recourse {
namespace {

/// Whether the event is about this action.
bool is_about(const EventData& data, const ActionId& action) {
  return visit(
      [&](const auto& event) {
        if constexpr (requires { event.action == action; }) return event.action == action;
        return false;
      },
      data);
}

struct LinkOf {
  std::string_view role;
  std::optional<Clear> code = {};
};

/// What part an event about the action plays.
struct Part {
  LinkOf operator()(const ActionProposed&) const { return {"proposal"}; }
  LinkOf operator()(const PolicyDecided& decided) const {
    return {"verdict", Clear(word(decided.outcome))};
  }
  LinkOf operator()(const ApprovalRequested&) const { return {"approval"}; }
  LinkOf operator()(const ApprovalVoted& voted) const {
    return {"approval", Clear(word(voted.vote))};
  }
  LinkOf operator()(const ApprovalGranted&) const { return {"approval"}; }
  LinkOf operator()(const ApprovalRejected&) const { return {"approval"}; }
  LinkOf operator()(const ApprovalExpired&) const { return {"approval"}; }
  LinkOf operator()(const ApprovalStaled& staled) const { return {"approval", staled.cause}; }
  LinkOf operator()(const ApprovalClaimed&) const { return {"approval"}; }
  LinkOf operator()(const ApprovalReleased& e) const { return {"approval", e.cause}; }
  LinkOf operator()(const ApprovalEscalated& e) const { return {"approval", e.cause}; }
  LinkOf operator()(const ApprovalRevoked&) const { return {"approval"}; }
  LinkOf operator()(const ApprovalConsumed&) const { return {"approval"}; }
  LinkOf operator()(const EffectHeld&) const { return {"effect", "held"}; }
  LinkOf operator()(const EffectRecalled&) const { return {"effect", "recalled"}; }
  LinkOf operator()(const EffectHeartbeat&) const { return {"effect", "heartbeat"}; }
  LinkOf operator()(const EffectDispatched& dispatched) const {
    return {"effect", dispatched.connector};
  }
  LinkOf operator()(const EffectConfirmed&) const { return {"effect"}; }
  LinkOf operator()(const EffectRejected& rejected) const { return {"effect", rejected.code}; }
  LinkOf operator()(const EffectOutcomeUnknown& unknown) const { return {"effect", unknown.cause}; }
  LinkOf operator()(const EffectReconciled& reconciled) const {
    return {"effect", Clear(word(reconciled.verdict))};
  }
  template <class Other>
  LinkOf operator()(const Other& other) const {
    if constexpr (requires { Clear(other.code); }) return {"after", other.code};
    if constexpr (requires { Clear(other.reason_code); }) return {"after", other.reason_code};
    return {"after"};
  }
};

class Explainer {
 public:
  Explainer(const Ledger& ledger, const ViewStore* views, LedgerId id, const ActionId& action)
      : ledger_(ledger), views_(views), id_(id) {
    told_.action = action;
  }

  Result<Explanation> explain(const std::vector<Position>& positions) {
    for (const Position position : positions) {
      RECOURSE_LET(const std::string leaf, ledger_.leaf(id_, position));
      RECOURSE_LET(RecordedEvent event, read_leaf(leaf));
      events_.push_back(std::move(event));
    }
    RECOURSE_TRY(find_proposal());
    for (const RecordedEvent& event : events_) {
      if (event.position.value() < proposal_->position.value()) continue;
      if (!is_about(event.data, told_.action)) continue;
      link(event, visit(Part(), event.data));
      if (const auto* decided = get_if<PolicyDecided>(&event.data))
        RECOURSE_TRY(add_decision(event, *decided));
    }
    return std::move(told_);
  }

 private:
  Status find_proposal() {
    const RecordedEvent *opened = nullptr, *message = nullptr, *run = nullptr;
    for (const RecordedEvent& event : events_) {
      const auto* proposed = get_if<ActionProposed>(&event.data);
      if (proposed != nullptr && proposed->action == told_.action) {
        proposal_ = &event;
        break;
      }
      if (holds_alternative<TicketOpened>(event.data)) opened = &event;
      if (holds_alternative<MessageReceived>(event.data)) message = &event;
    }
    if (proposal_ == nullptr)
      return Error{ErrorCode::not_found, "no action " + told_.action.value()};
    const auto& proposed = get<ActionProposed>(proposal_->data);
    for (const RecordedEvent& event : events_)
      if (const auto* started = get_if<RunStarted>(&event.data))
        if (proposed.run && started->run == *proposed.run) run = &event;
    describe(proposed);
    std::map<std::uint64_t, const RecordedEvent*> before;
    for (const RecordedEvent* event : {opened, message, run})
      if (event != nullptr) before.emplace(event->position.value(), event);
    add_causes_of(*proposal_, before);
    for (const auto& [position, event] : before) link(*event, {"before"});
    return {};
  }

  /// What the records themselves name as the cause, back to where it began.
  void add_causes_of(const RecordedEvent& event,
                     std::map<std::uint64_t, const RecordedEvent*>& before) const {
    std::string cause = event.causation;
    for (auto at = events_.rbegin(); at != events_.rend() && !cause.empty(); ++at) {
      if (at->id.value() != cause) continue;
      before.emplace(at->position.value(), &*at);
      cause = at->causation;
    }
  }

  void describe(const ActionProposed& proposed) {
    told_.ticket = proposed.ticket;
    told_.action_type = proposed.type;
    told_.proposer = proposal_->actor.id;
    told_.proposer_type = proposal_->actor.type;
    told_.run = proposed.run;
    told_.confidence_ppm = proposed.confidence_ppm;
    told_.amount_minor = proposed.amount_minor;
    told_.currency = proposed.currency;
    told_.imported = proposed.provenance.imported;
  }

  void link(const RecordedEvent& event, const LinkOf& part) {
    std::string_view type = type_of(event.data);
    type = type.substr(0, type.rfind('.'));
    if (type.starts_with("recourse.")) type.remove_prefix(9);
    told_.causes.push_back({static_cast<std::int64_t>(event.position.value()), event.time, type,
                            event.actor.type, event.actor.id, part.role, part.code});
  }

  Status add_decision(const RecordedEvent& event, const PolicyDecided& decided) {
    ExplainedDecision told;
    told.position = static_cast<std::int64_t>(event.position.value());
    told.time = event.time;
    told.decision = decided.decision;
    told.at = decided.at;
    told.policy = decided.policy;
    told.shadow = decided.shadow;
    told.outcome = decided.outcome;
    told.problem = decided.problem;
    told.rules = decided.rules;
    told.required_approvals = decided.required_approvals;
    told.approver_roles = decided.approver_roles;
    RECOURSE_LET(const auto text, policy_text(decided.policy.text));
    ask_again(decided, text, told);
    told_.decisions.push_back(std::move(told));
    return {};
  }

  void ask_again(const PolicyDecided& decided, const std::optional<std::string>& text,
                 ExplainedDecision& told) const {
    if (!text) {
      told.not_reproduced = "the ledger does not hold the policy";
      return;
    }
    const auto policy = parse_policy(*text);
    if (!policy) {
      told.not_reproduced = "this version of the program cannot read the policy";
      return;
    }
    Facts facts = recorded_facts(get<ActionProposed>(proposal_->data), proposal_->actor, decided);
    add_recorded_windows(*policy, decided, facts);
    told.reproduced = same_verdict(judge(*policy, facts), decided);
    if (*told.reproduced) {
      told.what_if = what_if(*policy, facts);
    } else {
      told.not_reproduced = "this version of the program has other rules or action types";
    }
  }

  /// The text of a policy's version, which never changes.
  Result<std::optional<std::string>> policy_text(const std::string& name) {
    if (const auto known = texts_.find(name); known != texts_.end()) return known->second;
    std::optional<std::string> text;
    if (views_ != nullptr) {
      constexpr std::uint8_t kDecisionState = 0;
      PolicyState state;
      const auto row = views_->row(kDecisionState, id_, "policy/" + name);
      if (row && decode_row(*row, state)) text = state.text.text;
    }
    if (!text) {
      RECOURSE_LET(text, scan_for_policy(name));
    }
    return texts_[name] = text;
  }

  Result<std::optional<std::string>> scan_for_policy(const std::string& name) const {
    std::optional<std::string> text;
    Status status;
    RECOURSE_TRY(
        ledger_.scan(id_, Position(0), Position(UINT64_MAX), [&](Position, std::string_view leaf) {
          if (leaf.find(PolicyActivated::kType) == std::string_view::npos) return true;
          auto event = read_leaf(leaf);
          if (!event) {
            status = event.error();
            return false;
          }
          const auto* activated = get_if<PolicyActivated>(&event->data);
          if (activated != nullptr && activated->policy.text == name) text = activated->text.text;
          return !text.has_value();
        }));
    RECOURSE_TRY(status);
    return text;
  }

  const Ledger& ledger_;
  const ViewStore* views_;
  const LedgerId id_;
  std::vector<RecordedEvent> events_;
  const RecordedEvent* proposal_ = nullptr;
  std::map<std::string, std::optional<std::string>> texts_;
  Explanation told_;
};

}  // namespace

Result<Explanation> explain(const Ledger& ledger, const ViewStore* views, LedgerId id,
                            const TicketId& ticket, const ActionId& action) {
  RECOURSE_LET(const std::vector<Position> positions,
               positions_of_ticket(ledger, views, id, ticket));
  return Explainer(ledger, views, id, action).explain(positions);
}

}  // namespace recourse
