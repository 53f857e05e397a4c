#include <algorithm>

#include "api/routes/served_errors.h"
#include "api/routes/served_rows.h"
#include "api/routes/served_systems.h"
#include "api/routes/served_words.h"
#include "engine/policy/action_types.h"
#include "tools/audit/as_of.h"
#include "tools/audit/locate.h"

namespace recourse::routes::served {
namespace {

struct HistoryFilter {
  std::optional<std::string> type;
  std::optional<Timestamp> from, to;
  std::optional<bool> rolled_back;
  bool all = false;  ///< Also what was refused or still waits.
  std::string name;

  bool passes(const ActionRow& row) const {
    if (!all && !row.executed_at) return false;
    if (type && row.type.text != *type) return false;
    if (rolled_back && row.rolled_back != *rolled_back) return false;
    const Timestamp at = row.executed_at.value_or(row.proposed_at);
    return (!from || at >= *from) && (!to || at < *to);
  }
};

Result<HistoryFilter> filter_of(const Call& call, const TicketRow& ticket) {
  RECOURSE_TRY(only_query(call, {"action_type", "from", "to", "rolled_back", "all", "limit",
                                 "cursor", "min_position", kOpen, kPurpose}));
  HistoryFilter filter;
  RECOURSE_LET(filter.type, query_text(call, "action_type"));
  RECOURSE_LET(filter.from, query_time(call, "from"));
  RECOURSE_LET(filter.to, query_time(call, "to"));
  RECOURSE_LET(filter.all, query_flag(call, "all"));
  if (call.has("rolled_back")) {
    RECOURSE_LET(filter.rolled_back, query_flag(call, "rolled_back"));
  }
  filter.name = "action-history\n" + ticket.ticket.value();
  for (const auto& [name, value] : call.request.query)
    if (name != "cursor" && name != "limit" && name != kOpen)
      filter.name += '\n' + name + '=' + value;
  return filter;
}

/// Newest first: by when it was executed, then by its id.
std::string order_key(const ActionRow& row) {
  return to_rfc3339(row.executed_at.value_or(row.proposed_at)) + '/' + row.action.value();
}

struct HistoryPage {
  std::vector<ActionRow> rows;
  std::size_t total = 0;
  std::optional<std::string> last;
};

Result<HistoryPage> read_page(const Call& call, const TicketRow& ticket,
                              const HistoryFilter& filter, const PageRequest& request) {
  HistoryPage page;
  bool readable = true;
  RECOURSE_TRY(call.app.views.each(
      view::action_history(), call.ledger, "ticket/" + ticket.ticket.value() + '/', "",
      ViewStore::Order::forward, [&](std::string_view, std::string_view json) {
        ActionRow row;
        readable = decode_row(json, row);
        if (readable && filter.passes(row)) page.rows.push_back(std::move(row));
        return readable;
      }));
  if (!readable) return Error{ErrorCode::corrupt, "a stored row cannot be read"};
  page.total = page.rows.size();
  std::sort(page.rows.begin(), page.rows.end(),
            [](const ActionRow& a, const ActionRow& b) { return order_key(a) > order_key(b); });
  if (!request.from.empty())
    std::erase_if(page.rows, [&](const ActionRow& row) { return order_key(row) >= request.from; });
  if (page.rows.size() > request.limit) {
    page.rows.resize(request.limit);
    page.last = order_key(page.rows.back());
  }
  return page;
}

/// What the agent decided is the agent's, whoever's key brought it; a person's own action, which
/// comes without confidence and reasoning, is that person's.
std::string executed_by(const ActionRow& row) {
  const bool own =
      row.proposed_by_type == ActorType::human && !row.confidence_ppm && !row.reasoning;
  return own ? row.proposed_by.value() : "autonomous_agent";
}

bool can_be_undone(const ActionRow& row) {
  const ActionType* const type = find_action_type(row.type.text);
  const Undo undo = undo_of(type);
  const bool there =
      row.status == ActionStatus::succeeded || row.status == ActionStatus::rollback_failed;
  return there && undo.problem.empty() && (undo.executor == "internal" || !row.imported);
}

std::string rollback_steps(const ActionRow& row) {
  const ActionType* const type = find_action_type(row.type.text);
  if (type == nullptr || (type->inverse == "none" && type->compensation.empty())) return "null";
  std::string handler = "rollback_" + row.type.text;
  std::transform(handler.begin(), handler.end(), handler.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  JsonObject steps;
  steps.text("handler", handler)
      .text("inverse", type->inverse == "none" ? type->compensation : type->inverse)
      .value("reversibility", type->reversibility);
  return std::move(steps).take();
}

/// The ticket's fields that an action may change, as they were at a position.
class Snapshots {
 public:
  static Result<Snapshots> of(const Call& call, const TicketId& ticket) {
    RECOURSE_LET(auto positions,
                 positions_of_ticket(call.app.ledger, &call.app.views, call.ledger, ticket));
    return Snapshots(call, ticket, std::move(positions));
  }

  std::string at(std::int64_t position) const {
    if (position < 0) return "null";
    const auto json = ticket_as_of(call_.app.ledger, call_.ledger, ticket_, positions_,
                                   Position(static_cast<std::uint64_t>(position)));
    TicketRow row;
    if (!json || !decode_row(*json, row)) return "null";
    JsonObject state;
    state.text("status", help_desk_status(row));
    add_or_null(state, "assigned_to_id", row.assignee);
    add_or_null(state, "team", row.team);
    return std::move(state).take();
  }

 private:
  Snapshots(const Call& call, TicketId ticket, std::vector<Position> positions)
      : call_(call), ticket_(std::move(ticket)), positions_(std::move(positions)) {}

  const Call& call_;
  TicketId ticket_;
  std::vector<Position> positions_;
};

/// Where an action began and ended to change its ticket; -1 for one that did neither.
struct Span {
  std::int64_t before = -1, after = -1;
};
Span span_of(const ActionRow& row) {
  Span span;
  for (const ActionStep& step : row.steps) {
    if (step.status == ActionStatus::dispatching) span.before = step.position - 1;
    const bool ended = step.status == ActionStatus::succeeded ||
                       step.status == ActionStatus::failed ||
                       step.status == ActionStatus::outcome_unknown;
    if (!ended) continue;
    span.after = step.position;
    // A client's executor runs elsewhere; what people did to the ticket meanwhile is not its doing.
    const ActionType* const type = find_action_type(row.type.text);
    if (type == nullptr || type->executor != Executor::internal) span.before = span.after - 1;
  }
  return span;
}

std::string action_object(const ActionRow& row, const Snapshots& snapshots) {
  const Span span = span_of(row);
  JsonObject out;
  out.text("id", to_uuid(row.action)).value("action_type", row.type);
  if (row.unknown_type) out.value("unknown_type", *row.unknown_type);
  out.value("action_params", row.args);
  add_or_null(out, "executed_at", row.executed_at);
  out.text("executed_by", executed_by(row))
      .raw("confidence_score", confidence_json(row.confidence_ppm));
  add_text(out, "agent_reasoning", row.reasoning, "\"\"");
  out.flag("rollback_possible", can_be_undone(row))
      .raw("rollback_steps", rollback_steps(row))
      .flag("rolled_back", row.rolled_back);
  add_or_null(out, "rolled_back_at", row.rolled_back_at);
  add_or_null(out, "rolled_back_by", row.rolled_back_by);
  add_text(out, "rollback_reason",
           row.rolled_back ? row.rollback_reason : std::optional<SealedRef>(), "\"\"");
  out.raw("before_state", snapshots.at(span.before)).raw("after_state", snapshots.at(span.after));
  out.value("status", row.status)
      .value("proposed_by", row.proposed_by)
      .value("proposed_at", row.proposed_at);
  add_or_null(out, "outcome", row.outcome);
  add_or_null(out, "problem", row.problem);
  out.value("changes", row.changes);
  return std::move(out).take();
}

void answer(const Call& call, const TicketRow& ticket, const HistoryPage& page,
            const PageRequest& request, const Shown& shown) {
  const auto snapshots = Snapshots::of(call, ticket.ticket);
  if (!snapshots) return refuse(call, snapshots.error());
  std::vector<std::string> objects;
  for (const ActionRow& row : page.rows) objects.push_back(action_object(row, *snapshots));
  auto items = shown_items(shown, objects);
  if (!items) return refuse(call, items.error());
  JsonObject out;
  out.number("ticket_id", ticket.number)
      .raw("action_history", '[' + *items + ']')
      .number("total_actions", static_cast<std::uint64_t>(page.total))
      .raw("next", next_link_json(call, request, page.last));
  respond(call, http::json(std::move(out).take()));
}

}  // namespace

void show_action_history(CallPtr call) {
  when_reached(call, [call] {
    with_ticket(call, [&](const TicketRow& ticket) {
      then(call, filter_of(*call, ticket), [&](const HistoryFilter& filter) {
        then(call, page_request(*call, filter.name), [&](const PageRequest& request) {
          then(call, read_page(*call, ticket, filter, request), [&](const HistoryPage& page) {
            show_texts(call, {ticket.ticket.value()},
                       [call, ticket, page, request](const Shown& shown) {
                         answer(*call, ticket, page, request, shown);
                       });
          });
        });
      });
    });
  });
}

}  // namespace recourse::routes::served
