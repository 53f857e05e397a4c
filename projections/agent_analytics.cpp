#include "projections/agent_analytics.h"

#include "projections/row_table.h"
#include "projections/rows.h"

namespace recourse {
namespace {

/// Under which type and day an action's later events count: those of its proposal, so that rates of
/// a day are over the actions of that day.
struct CountedAction {
  Clear type, day;
  bool withdrawn = false;  ///< Before it ran: then nothing is rolled back.
};
BOOST_DESCRIBE_STRUCT(CountedAction, (), (type, day, withdrawn))

struct CountedTicket {
  Clear day;
  bool has_actions = false;
};
BOOST_DESCRIBE_STRUCT(CountedTicket, (), (day, has_actions))

std::string day_of(Timestamp time) { return to_rfc3339(time).substr(0, 10); }

class AgentAnalytics final : public Projection {
 public:
  AgentAnalytics(const RowSource& source, Digest& digest)
      : counts_("actions/", source, digest),
        ticket_counts_("tickets/", source, digest),
        actions_("action/", source, digest),
        tickets_("ticket/", source, digest) {}

  void apply(const RecordedEvent& event) override {
    visit([&](const auto& data) { on(event, data); }, event.data);
  }

  std::vector<FlushedTable*> tables() override {
    return {&counts_, &ticket_counts_, &actions_, &tickets_};
  }

 private:
  using Field = std::int64_t ActionCounts::*;

  /// Of all actions, those of its type, of its day, and of its type on that day.
  template <class Change>
  void change_counts(const CountedAction& action, Change change) {
    change(counts_.change("all"));
    change(counts_.change("type/" + action.type.text));
    std::string day = "day/" + action.day.text;
    change(counts_.change(day));
    change(counts_.change(day.append(1, '/').append(action.type.text)));
  }

  void add(const CountedAction& action, Field field) {
    change_counts(action, [&](ActionCounts& counts) { ++(counts.*field); });
  }

  void add(const ActionId& action, Field field) {
    const CountedAction* const counted = actions_.find(action.value());
    if (counted != nullptr) add(*counted, field);
  }

  void add_ticket(const TicketId& ticket, std::int64_t TicketCounts::*field) {
    ++(ticket_counts_.change("all").*field);
    if (const CountedTicket* const counted = tickets_.find(ticket.value()))
      ++(ticket_counts_.change("day/" + counted->day.text).*field);
  }

  void on(const RecordedEvent& event, const TicketOpened& data) {
    tickets_.change(data.ticket.value()).day =
        day_of(data.provenance.occurred_at.value_or(event.time));
    add_ticket(data.ticket, &TicketCounts::opened);
  }
  void on(const RecordedEvent&, const TicketEscalated& data) {
    add_ticket(data.ticket, &TicketCounts::escalated);
  }
  void on(const RecordedEvent&, const TicketReopened& data) {
    add_ticket(data.ticket, &TicketCounts::reopened);
  }
  void on(const RecordedEvent&, const TicketStatusChanged& data) {
    if (data.to == TicketStatus::resolved) add_ticket(data.ticket, &TicketCounts::resolved);
    if (data.to == TicketStatus::closed) add_ticket(data.ticket, &TicketCounts::closed);
  }

  void on(const RecordedEvent& event, const ActionProposed& data) {
    CountedAction& action = actions_.change(data.action.value());
    action.type = data.type;
    action.day = day_of(data.provenance.occurred_at.value_or(event.time));
    change_counts(action, [&](ActionCounts& counts) {
      ++counts.proposed;
      if (!data.confidence_ppm) return;
      ++counts.with_confidence;
      counts.confidence_sum_ppm += *data.confidence_ppm;
    });
    const CountedTicket* const ticket = tickets_.find(data.ticket.value());
    if (ticket != nullptr && !ticket->has_actions) {
      tickets_.change(data.ticket.value()).has_actions = true;
      add_ticket(data.ticket, &TicketCounts::with_actions);
    }
  }
  void on(const RecordedEvent&, const PolicyDecided& data) {
    if (data.shadow || data.at.text != "propose") return;
    switch (data.outcome) {
      case PolicyOutcome::allow:
        return add(data.action, &ActionCounts::allowed);
      case PolicyOutcome::deny:
        return add(data.action, &ActionCounts::denied);
      case PolicyOutcome::shadow:
        return add(data.action, &ActionCounts::shadowed);
      case PolicyOutcome::require_approval:
        return add(data.action, &ActionCounts::awaiting);
      case PolicyOutcome::defer:
        return;
    }
  }
  void on(const RecordedEvent&, const ApprovalGranted& data) {
    if (data.action) add(*data.action, &ActionCounts::approvals_granted);
  }
  void on(const RecordedEvent&, const ApprovalRejected& data) {
    if (data.action) add(*data.action, &ActionCounts::approvals_rejected);
  }
  void on(const RecordedEvent&, const ActionWithdrawn& data) { taken_back(data.action); }
  void on(const RecordedEvent&, const EffectRecalled& data) { taken_back(data.action); }
  void taken_back(const ActionId& action) {
    add(action, &ActionCounts::withdrawn);
    if (actions_.find(action.value()) != nullptr) actions_.change(action.value()).withdrawn = true;
  }
  void on(const RecordedEvent&, const EffectDispatched& data) {
    add(data.action, &ActionCounts::dispatched);
  }
  void on(const RecordedEvent&, const EffectConfirmed& data) {
    add(data.action, &ActionCounts::succeeded);
  }
  void on(const RecordedEvent&, const EffectRejected& data) {
    if (data.retry_at) return;  // It is not over yet.
    add(data.action, &ActionCounts::failed);
  }
  void on(const RecordedEvent&, const EffectOutcomeUnknown& data) {
    add(data.action, &ActionCounts::outcome_unknown);
  }
  void on(const RecordedEvent&, const EffectReconciled& data) {
    if (data.verdict == EffectOutcome::succeeded) add(data.action, &ActionCounts::succeeded);
    if (data.verdict == EffectOutcome::failed) add(data.action, &ActionCounts::failed);
  }
  void on(const RecordedEvent&, const CompensationSucceeded& data) { undone(data.action); }
  void on(const RecordedEvent&, const CompensationRecordedManually& data) { undone(data.action); }
  void undone(const ActionId& action) {
    const CountedAction* const counted = actions_.find(action.value());
    if (counted != nullptr && !counted->withdrawn) add(*counted, &ActionCounts::rolled_back);
  }
  void on(const RecordedEvent&, const RollbackRefused& data) {
    if (data.action) add(*data.action, &ActionCounts::rollbacks_refused);
  }
  template <class E>
  void on(const RecordedEvent&, const E&) {}

  RowTable<ActionCounts> counts_;
  RowTable<TicketCounts> ticket_counts_;
  RowTable<CountedAction> actions_;
  RowTable<CountedTicket> tickets_;
};

}  // namespace

ProjectionKind agent_analytics_kind() {
  return {6, "agent_analytics", 3,
          [](const RowSource& source, Digest& digest) -> std::unique_ptr<Projection> {
            return std::make_unique<AgentAnalytics>(source, digest);
          }};
}

}  // namespace recourse
