#include <algorithm>

#include "api/routes/read.h"
#include "api/routes/resources.h"
#include "api/routes/route_views.h"
#include "api/routes/ticket_write.h"
#include "projections/rows.h"
#include "tools/audit/locate.h"

namespace recourse::routes {
namespace {

struct ActionFilter {
  std::optional<std::string> type, status, from, to;
  std::optional<bool> rolled_back;
  std::optional<Position> begin, end;  ///< [begin, end) of action.proposed

  bool any() const { return type || status || rolled_back || begin || end; }
  bool passes(std::string_view json) const {
    ActionRow row;
    if (!decode_row(json, row)) return false;
    if (type && row.type.text != *type) return false;
    if (status && word(row.status) != *status) return false;
    if (rolled_back && row.rolled_back != *rolled_back) return false;
    const Position position(static_cast<std::uint64_t>(row.position));
    return (!begin || position >= *begin) && (!end || position < *end);
  }
  std::string name(const std::string& ticket) const {
    return "actions\n" + ticket + '\n' + type.value_or("") + '\n' + status.value_or("") + '\n' +
           from.value_or("") + '\n' + to.value_or("") + '\n' +
           (rolled_back ? (*rolled_back ? "true" : "false") : "");
  }
};

Result<std::optional<Position>> bound(const Call& call, const std::optional<std::string>& text) {
  if (!text) return std::optional<Position>();
  RECOURSE_LET(const Moment moment, parse_moment(*text));
  RECOURSE_LET(const Position position, first_from(call.app.ledger, call.ledger, moment));
  return std::optional(position);
}

Result<ActionFilter> filter_of(const Call& call) {
  RECOURSE_TRY(only_query(call, {"type", "status", "from", "to", "rolled_back", "limit", "cursor",
                                 "min_position", kOpen, kPurpose}));
  ActionFilter filter;
  RECOURSE_LET(filter.type, query_text(call, "type"));
  RECOURSE_LET(filter.status, query_text(call, "status"));
  RECOURSE_LET(filter.from, query_text(call, "from"));
  RECOURSE_LET(filter.to, query_text(call, "to"));
  if (call.has("rolled_back")) {
    RECOURSE_LET(filter.rolled_back, query_flag(call, "rolled_back"));
  }
  if (filter.status && !from_word<ActionStatus>(*filter.status))
    return Error{ErrorCode::invalid, "query parameter 'status' is no status of an action"};
  RECOURSE_LET(filter.begin, bound(call, filter.from));
  RECOURSE_LET(filter.end, bound(call, filter.to));
  return filter;
}

/// The rows in one text: this is the question that agents ask before every step, so nothing is
/// parsed and no row has a text of its own.
struct ActionPage {
  std::string text;
  std::vector<std::size_t> ends;  ///< Of each row in `text`.
  std::optional<std::string> last;
};

Result<ActionPage> read_page(const Call& call, const TicketId& ticket, const ActionFilter& filter,
                             const PageRequest& request) {
  ActionPage page;
  bool more = false;
  const bool all = !filter.any();
  const std::string prefix = "ticket/" + ticket.value() + '/';
  RECOURSE_TRY(call.app.views.each(view::action_history(), call.ledger, prefix, request.from,
                                   ViewStore::Order::forward,
                                   [&](std::string_view key, std::string_view json) {
                                     if (page.ends.size() == request.limit) {
                                       more = true;
                                       return false;
                                     }
                                     if (all || filter.passes(json)) {
                                       page.text += json;
                                       page.ends.push_back(page.text.size());
                                       page.last = key;
                                     }
                                     return true;
                                   }));
  if (!more) page.last.reset();
  if (page.ends.empty() && request.from.empty()) RECOURSE_TRY(ticket_row(call, ticket));
  return page;
}

bool is_pending(ActionStatus status) {
  return status == ActionStatus::proposed || status == ActionStatus::awaiting_approval ||
         status == ActionStatus::dispatching || status == ActionStatus::rollback_pending;
}

struct Found {
  TicketId ticket;
  ActionId action;
};

Result<Found> find_action(const Call& call) {
  RECOURSE_LET(ActionId action, action_id(call.request.parameter("action")));
  RECOURSE_LET(TicketId ticket, ticket_of(call, action));
  return Found{std::move(ticket), std::move(action)};
}

/// The row with every rule of its newest verdict: the row knows where that stands, and only who
/// looks at one action wants to read it all.
Result<std::string> with_rules(const Call& call, std::string row) {
  ActionRow action;
  if (!decode_row(row, action) || !action.decided_at) return row;
  RECOURSE_LET(
      const std::string leaf,
      call.app.ledger.leaf(call.ledger, Position(static_cast<std::uint64_t>(*action.decided_at))));
  RECOURSE_LET(const RecordedEvent event, read_leaf(leaf));
  const auto* const decided = get_if<PolicyDecided>(&event.data);
  RECOURSE_ASSERT(decided != nullptr, "an action's verdict stands where its row says");
  row.pop_back();
  row += ",\"rules\":";
  append_json(row, decided->rules);
  row += '}';
  return row;
}

void answer_action(const CallPtr& call, const Found& found, std::string bare) {
  auto told = with_rules(*call, std::move(bare));
  if (!told) return refuse(*call, told.error());
  std::string& row = *told;
  show(call, {found.ticket.value()},
       [call, row = std::move(row)](const Shown& shown) { answer_row(*call, shown, row); });
}

/// Answers once the action waits for nothing, at the latest at the deadline.
void wait_for(const CallPtr& call, const Found& found, Waiters::Time deadline) {
  // The size is read before the row, so that no commit in between is slept over.
  const LogSize seen = call->app.writer.commits().applied(call->ledger);
  const auto newest = shown_position(*call);
  auto row = action_row(*call, found.ticket, found.action);
  if (!row) return refuse(*call, row.error());
  ActionRow action;
  const bool pending = decode_row(*row, action) && is_pending(action.status);
  call->position = newest;
  if (!pending || std::chrono::steady_clock::now() >= deadline)
    return answer_action(call, found, std::move(*row));
  call->app.waiters.wait(call->ledger, LogSize(seen.value() + 1), deadline,
                         [call, found, deadline](bool grown) {
                           wait_for(call, found, grown ? deadline : Waiters::Time::min());
                         });
}

}  // namespace

void list_ticket_actions(CallPtr call) {
  when_reached(call, [call] {
    then(call, ticket_parameter(*call), [&](const TicketId& ticket) {
      then(call, filter_of(*call), [&](const ActionFilter& filter) {
        then(call, page_request(*call, filter.name(ticket.value())), [&](PageRequest request) {
          then(call, read_page(*call, ticket, filter, request), [&](ActionPage found) {
            show(
                call, {ticket.value()},
                [call, request = std::move(request), found = std::move(found)](const Shown& shown) {
                  std::string items;
                  items.reserve(found.text.size() + found.text.size() / 4);
                  std::size_t begin = 0;
                  for (const std::size_t end : found.ends) {
                    if (begin > 0) items += ',';
                    const auto row = std::string_view(found.text).substr(begin, end - begin);
                    if (const Status good = shown.append_row(items, row); !good)
                      return refuse(*call, good.error());
                    begin = end;
                  }
                  respond(*call, page(*call, request, std::move(items), found.last));
                });
          });
        });
      });
    });
  });
}

void show_action(CallPtr call) {
  when_reached(call, [call] {
    if (const Status good = only_query(*call, {"min_position", "as_of", "wait", kOpen, kPurpose});
        !good)
      return refuse(*call, good.error());
    then(call, query_duration(*call, "wait"), [&](std::optional<std::chrono::milliseconds> wait) {
      then(call, as_of(*call), [&](std::optional<Position> at) {
        then(call, find_action(*call), [&](const Found& found) {
          if (!at && wait)
            return wait_for(
                call, found,
                std::chrono::steady_clock::now() + std::min(*wait, call->app.options.max_wait));
          then(call, action_row(*call, found.ticket, found.action, at),
               [&](std::string row) { answer_action(call, found, std::move(row)); });
        });
      });
    });
  });
}

}  // namespace recourse::routes
