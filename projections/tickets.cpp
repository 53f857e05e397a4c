#include "projections/tickets.h"

#include <algorithm>

#include "projections/row_table.h"
#include "projections/rows.h"

namespace recourse {

std::string ticket_number_key(std::int64_t number) {
  const std::string digits = std::to_string(number);
  return std::string(16 - std::min<std::size_t>(16, digits.size()), '0') + digits;
}

namespace {

struct Nothing {};
BOOST_DESCRIBE_STRUCT(Nothing, (), ())

class Tickets final : public Projection {
 public:
  Tickets(const RowSource& source, Digest& digest)
      : tickets_("ticket/", source, digest),
        numbers_("number/", source, digest),
        by_status_("status/", source, digest),
        pending_("pending/", source, digest),
        sla_counts_("sla/", source, digest) {}

  void apply(const RecordedEvent& event) override {
    visit([&](const auto& data) { on(event, data); }, event.data);
    if (const TicketId* const ticket = ticket_of_clock(event.data)) note_clocks(event, *ticket);
  }

  std::vector<FlushedTable*> tables() override {
    return {&tickets_, &numbers_, &by_status_, &pending_, &sla_counts_};
  }

 private:
  /// The row of the ticket an event is about, moved on to that event.
  TicketRow& touch(const RecordedEvent& event, const TicketId& ticket) {
    TicketRow& row = tickets_.change(ticket.value());
    row.ticket = ticket;
    row.updated_at = event.time;
    row.last_position = static_cast<std::int64_t>(event.position.value());
    if (event.stream == ticket.value()) row.version = event.stream_version;
    return row;
  }

  template <class E>
  TicketRow& touch(const RecordedEvent& event, const E& data) requires requires {
    data.provenance;
  }
  {
    TicketRow& row = touch(event, data.ticket);
    // An absent time is less than any.
    row.last_occurred_at = std::max(row.last_occurred_at, data.provenance.occurred_at);
    return row;
  }

  void set_status(TicketRow& row, TicketStatus status, Timestamp at) {
    const std::string old = std::string(word(row.status)) + '/' + row.ticket.value();
    by_status_.erase(old);
    row.status = status;
    by_status_.change(std::string(word(status)) + '/' + row.ticket.value());
    if (status == TicketStatus::resolved) row.resolved_at = at;
    if (status == TicketStatus::closed) row.closed_at = at;
  }

  static Timestamp when(const RecordedEvent& event, const Provenance& provenance) {
    return provenance.occurred_at.value_or(event.time);
  }

  void on(const RecordedEvent& event, const TicketOpened& data) {
    TicketRow& row = touch(event, data);
    row.number = data.number;
    row.channel = data.channel;
    row.requester = data.requester;
    const auto ref = [&](const std::optional<Sealed>& sealed) {
      return sealed ? std::optional(ref_to(event, *sealed)) : std::nullopt;
    };
    row.title = ref(data.title);
    row.description = ref(data.description);
    row.customer_email = ref(data.customer_email);
    row.metadata = ref(data.metadata);
    row.issue_type = data.issue_type;
    row.category = data.category;
    row.priority = data.priority;
    row.impact = data.impact;
    row.urgency = data.urgency;
    row.external_ref = data.external_ref;
    row.source_status = data.source_status;
    row.opened_at = event.time;
    row.occurred_at = data.provenance.occurred_at;
    row.imported = data.provenance.imported;
    row.follows = data.follows;
    set_status(row, data.status, when(event, data.provenance));
    numbers_.change(ticket_number_key(data.number)) = data.ticket;
    if (data.follows) tickets_.change(data.follows->value()).followed_by = data.ticket;
  }

  /// What is absent on both sides did not change; what is absent after was cleared.
  template <class Value>
  static void replace(std::optional<Value>& field, const std::optional<Value>& before,
                      const std::optional<Value>& after) {
    if (before || after) field = after;
  }

  void on(const RecordedEvent& event, const TicketTriaged& data) {
    TicketRow& row = touch(event, data);
    replace(row.category, data.prev_category, data.category);
    replace(row.priority, data.prev_priority, data.priority);
    replace(row.impact, data.prev_impact, data.impact);
    replace(row.urgency, data.prev_urgency, data.urgency);
  }

  void on(const RecordedEvent& event, const TicketAssigned& data) {
    TicketRow& row = touch(event, data);
    replace(row.assignee, data.prev_assignee, data.assignee);
    replace(row.team, data.prev_team, data.team);
  }

  void on(const RecordedEvent& event, const TicketStatusChanged& data) {
    TicketRow& row = touch(event, data);
    if (data.source_to) row.source_status = data.source_to;
    set_status(row, data.to, when(event, data.provenance));
  }

  void on(const RecordedEvent& event, const TicketEscalated& data) {
    TicketRow& row = touch(event, data);
    row.handler = TicketHandler::human;
    row.escalated = true;
    if (data.to_team) row.team = data.to_team;
  }

  void on(const RecordedEvent& event, const TicketHandlerChanged& data) {
    TicketRow& row = touch(event, data.ticket);
    row.handler = data.to;
    row.escalated = false;
  }

  void on(const RecordedEvent& event, const TicketMerged& data) {
    TicketRow& row = touch(event, data.ticket);
    if (data.into) row.merged_into = data.into;
    if (data.from.empty()) return;
    if (!row.merged_from) row.merged_from.emplace();
    row.merged_from->insert(row.merged_from->end(), data.from.begin(), data.from.end());
  }

  void on(const RecordedEvent& event, const TicketReopened& data) {
    ++touch(event, data).reopenings;
  }
  void on(const RecordedEvent& event, const TicketUpdated& data) { touch(event, data); }
  void on(const RecordedEvent& event, const TicketNoted& data) { touch(event, data); }
  void on(const RecordedEvent& event, const TicketAutomationChanged& data) {
    touch(event, data.ticket).automation = data.to;
  }
  void on(const RecordedEvent& event, const SlaBreached& data) {
    ++touch(event, data).sla_breaches;
  }
  void on(const RecordedEvent& event, const MessageReceived& data) {
    ++touch(event, data).messages;
  }
  void on(const RecordedEvent& event, const MessageSent& data) {
    TicketRow& row = touch(event, data);
    ++row.messages;
    const bool answers =
        data.kind == MessageKind::reply || data.kind == MessageKind::agent_response;
    if (answers && !row.first_response_at) row.first_response_at = when(event, data.provenance);
  }
  void on(const RecordedEvent& event, const RunStarted& data) {
    if (data.ticket) touch(event, *data.ticket).run_status = RunStatus::active;
  }
  void on(const RecordedEvent& event, const RunFinished& data) {
    if (data.ticket) touch(event, *data.ticket).run_status = data.status;
  }
  void on(const RecordedEvent& event, const ActionProposed& data) {
    TicketRow& row = touch(event, data);
    ++row.actions;
    if (event.actor.type != ActorType::agent) return;
    row.agent = event.actor.id;
    row.agent_proposed = data.type;
  }
  /// The agent waits for approvals of its actions; one of a rollback holds nothing up.
  void on(const RecordedEvent& event, const ApprovalRequested& data) {
    if (!data.ticket) return;
    TicketRow& row = touch(event, *data.ticket);
    if (!data.action) return;
    ++row.pending_approvals;
    pending_.change(data.approval.value());
  }
  template <class E>
  void approval_ended(const RecordedEvent& event, const E& data) {
    if (!data.ticket) return;
    TicketRow& row = touch(event, *data.ticket);
    if (pending_.find(data.approval.value()) == nullptr) return;
    pending_.erase(data.approval.value());
    --row.pending_approvals;
  }
  void on(const RecordedEvent& event, const ApprovalGranted& data) { approval_ended(event, data); }
  void on(const RecordedEvent& event, const ApprovalRejected& data) { approval_ended(event, data); }
  void on(const RecordedEvent& event, const ApprovalExpired& data) { approval_ended(event, data); }
  void on(const RecordedEvent& event, const ApprovalStaled& data) { approval_ended(event, data); }
  void on(const RecordedEvent& event, const ApprovalRevoked& data) { approval_ended(event, data); }

  void note_clocks(const RecordedEvent& event, const TicketId& ticket) {
    TicketRow& row = tickets_.change(ticket.value());
    if (!row.sla) row.sla.emplace();
    if (!fold_clocks(*row.sla, event.data, event.time)) return;
    visit([&](const auto& data) { count(data); }, event.data);
  }
  SlaCounts& counts(SlaClockName clock) { return sla_counts_.change(std::string(word(clock))); }
  void count(const SlaApplied& data) {
    for (const SlaTarget& target : data.clocks) ++counts(target.clock).started;
  }
  void count(const SlaMet& data) {
    SlaCounts& counted = counts(data.clock);
    ++counted.met;
    if (data.left_ms < 0) ++counted.met_late;
  }
  void count(const SlaBreached& data) { ++sla_counts_.change(data.clock.text).breached; }
  void count(const SlaWaived& data) { ++counts(data.clock).waived; }
  template <class E>
  void count(const E&) {}

  /// Everything else about a ticket moves its row on; what is about none changes nothing.
  template <class E>
  void on(const RecordedEvent& event, const E& data) {
    if constexpr (requires { TicketId(data.ticket); }) {
      if constexpr (requires { data.provenance; }) {
        touch(event, data);
      } else {
        touch(event, data.ticket);
      }
    } else if constexpr (requires { TicketId(*data.ticket); }) {
      if (data.ticket) touch(event, *data.ticket);
    }
  }

  RowTable<TicketRow> tickets_;
  RowTable<TicketId> numbers_;
  RowTable<Nothing> by_status_;
  RowTable<Nothing> pending_;  // Approvals, because one that was granted can still become stale.
  RowTable<SlaCounts> sla_counts_;
};

}  // namespace

ProjectionKind tickets_kind() {
  return {1, "tickets", 4,
          [](const RowSource& source, Digest& digest) -> std::unique_ptr<Projection> {
            return std::make_unique<Tickets>(source, digest);
          }};
}

}  // namespace recourse
