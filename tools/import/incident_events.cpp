#include "tools/import/incident_events.h"

#include "tools/import/incident_words.h"
#include "tools/import/record_identity.h"
#include "tools/import/storable_text.h"
#include "tools/import/wall_time.h"

namespace recourse {
namespace {

using Column = IncidentColumn;

/// What an incident log says of a missed promise: it has one flag, of no clock in particular.
constexpr std::string_view kSlaClock = "made_sla";
constexpr std::string_view kUnknownChannel = "unknown";

/// The time in an incident's id, for sorting only. Read as UTC whatever the zone of the import is.
Timestamp id_time(const IncidentChange& change) {
  const auto opened = parse_wall_time(change.row[Column::opened_at]);
  return opened ? TimeZone::utc().to_utc(*opened).utc : Timestamp{};
}

std::int64_t next_number(State& state) {
  const TenantState* tenant = state.tenant.find(TenantId());
  return tenant != nullptr ? tenant->next_ticket_number : 1;
}

}  // namespace

struct IncidentEvents::Making {
  DecisionStep& step;
  const IncidentChange& change;
  TicketId ticket;
  SubjectId requester;
  Actor actor;  ///< Of the row.
  std::vector<NewEvent> events;

  void add(EventData data) { add(std::move(data), actor); }
  void add(EventData data, const Actor& by) {
    events.push_back({ticket.value(), ticket.value(), by, "", "", std::move(data)});
  }
};

Result<std::vector<NewEvent>> IncidentEvents::decide(DecisionStep& step,
                                                     const IncidentChange& change,
                                                     const TicketId& ticket) {
  Making making{step, change, ticket, {}, {}, {}};
  const std::string_view caller = change.row[Column::caller_id];
  // An incident without a caller still is somebody's: whoever it is has one subject per incident.
  RECOURSE_LET(making.requester,
               actors_.subject(step, caller.empty() ? "incident " + std::string(change.number)
                                                    : std::string(caller)));
  RECOURSE_LET(making.actor, actors_.actor(step, ActorType::human, change.actor, making.events));
  const bool exists = step.state.tickets.find(making.ticket) != nullptr;
  if (!exists) {
    RECOURSE_TRY(open(making));
    if (change.first)
      for (const IncidentFact& fact : change.facts)
        RECOURSE_TRY(std::visit([&](const auto& one) { return on(making, one); }, fact));
  } else if (change.first) {
    update(making, nullptr);
  } else {
    for (const IncidentFact& fact : change.facts)
      RECOURSE_TRY(std::visit([&](const auto& one) { return on(making, one); }, fact));
  }
  return std::move(making.events);
}

Status IncidentEvents::open(Making& making) {
  const IncidentChange& change = making.change;
  TicketOpened opened;
  opened.ticket = making.ticket;
  opened.number = next_number(making.step.state);
  opened.status = status_of_state(change.row[Column::incident_state]);
  opened.source_status = known_word(change.row[Column::incident_state]);
  opened.channel = known_word(change.row[Column::contact_type]).value_or(kUnknownChannel);
  opened.requester = making.requester;
  opened.record = seal_json(rows_.record(change.row), {making.requester.value()});
  opened.category = known_word(change.row[Column::category]);
  opened.priority = known_word(change.row[Column::priority]);
  opened.impact = known_word(change.row[Column::impact]);
  opened.urgency = known_word(change.row[Column::urgency]);
  opened.external_ref = word(change.number);
  opened.provenance = provenance(change.opened_at.value_or(change.occurred_at));
  const std::string_view by = change.row[Column::opened_by];
  RECOURSE_LET(const Actor opener, actors_.actor(making.step, ActorType::human,
                                                 by.empty() ? change.actor : by, making.events));
  making.add(std::move(opened), opener);
  return {};
}

Status IncidentEvents::on(Making& making, const incident::Assigned& assigned) {
  TicketAssigned data;
  data.ticket = making.ticket;
  const auto person = [&](std::string_view name) -> Result<std::optional<PrincipalId>> {
    if (name.empty()) return std::optional<PrincipalId>();
    RECOURSE_LET(PrincipalId id, actors_.person(making.step, name, making.events));
    return std::optional(std::move(id));
  };
  RECOURSE_LET(data.assignee, person(assigned.person));
  RECOURSE_LET(data.prev_assignee, person(assigned.person_before));
  data.team = known_word(assigned.group);
  data.prev_team = known_word(assigned.group_before);
  data.at_opening = making.change.first;
  data.provenance = provenance(making.change.occurred_at);
  making.add(std::move(data));
  return {};
}

Status IncidentEvents::on(Making& making, const incident::StateChanged& changed) {
  TicketStatusChanged data;
  data.ticket = making.ticket;
  data.from = status_of_state(changed.from);
  data.to = status_of_state(changed.to);
  data.source_from = known_word(changed.from);
  data.source_to = known_word(changed.to);
  data.provenance = provenance(making.change.occurred_at);
  making.add(std::move(data));
  return {};
}

Status IncidentEvents::on(Making& making, const incident::Reopened&) {
  TicketReopened data;
  data.ticket = making.ticket;
  data.reason_code = "reopen_count";
  data.provenance = provenance(making.change.occurred_at);
  making.add(std::move(data));
  return {};
}

Status IncidentEvents::on(Making& making, const incident::Triaged& triaged) {
  TicketTriaged data;
  data.ticket = making.ticket;
  data.impact = known_word(triaged.impact);
  data.urgency = known_word(triaged.urgency);
  data.priority = known_word(triaged.priority);
  data.prev_impact = known_word(triaged.impact_before);
  data.prev_urgency = known_word(triaged.urgency_before);
  data.prev_priority = known_word(triaged.priority_before);
  data.provenance = provenance(making.change.occurred_at);
  making.add(std::move(data));
  return {};
}

Status IncidentEvents::on(Making& making, const incident::SlaBreached&) {
  making.add(
      SlaBreached{making.ticket, kSlaClock, std::nullopt, provenance(making.change.occurred_at)});
  return {};
}

Status IncidentEvents::on(Making& making, const incident::Updated&) {
  update(making, &*making.change.before);
  return {};
}

void IncidentEvents::update(Making& making, const IncidentRow* before) {
  TicketUpdated data;
  data.ticket = making.ticket;
  std::string values;
  if (before == nullptr) {
    values = rows_.record(making.change.row);
  } else {
    auto changed = rows_.changed(*before, making.change.row, target_);
    data.fields = std::move(changed.fields);
    values = std::move(changed.values);
  }
  data.record = seal_json(std::move(values), {making.requester.value()});
  data.provenance = provenance(making.change.occurred_at);
  making.add(std::move(data));
}

const TicketId& IncidentTickets::of(const IncidentChange& change) {
  const auto found = tickets_.find(change.number);
  if (found != tickets_.end()) return found->second;
  DerivedRandom random(target_.key, {"ticket", target_.source, change.number});
  TicketId id(make_ulid("tkt_", id_time(change), random));
  return tickets_.emplace(change.number, std::move(id)).first->second;
}

Clear IncidentEvents::word(std::string_view text) {
  const auto known = words_.find(std::string(text));
  if (known != words_.end()) return known->second;
  // Numbers of incidents are many and asked for once.
  constexpr std::size_t kKept = 10'000;
  if (words_.size() > kKept) words_.clear();
  return words_.emplace(text, clear_word(as_text(target_.key), text)).first->second;
}

std::optional<Clear> IncidentEvents::known_word(std::string_view text) {
  if (text.empty()) return std::nullopt;
  return word(text);
}

Provenance IncidentEvents::provenance(Timestamp occurred_at) const {
  return {true, target_.source, occurred_at};
}

}  // namespace recourse
