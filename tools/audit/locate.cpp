#include "tools/audit/locate.h"

#include <algorithm>
#include <charconv>
#include <chrono>

#include "projections/action_history.h"
#include "projections/audit_index.h"
#include "projections/rows.h"
#include "projections/tickets.h"
#include "tools/audit/leaf_tail.h"

namespace recourse {
namespace {

bool all_digits(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

Result<std::uint64_t> parse_number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size())
    return Error{ErrorCode::invalid, std::string(text) + " is no position"};
  return value;
}

/// The end of what a view has folded; everything when there is no view.
Position tail_of(const ViewStore* views, std::uint8_t projection, LedgerId id) {
  return Position(views == nullptr ? 0 : views->state(projection, id).applied.value());
}

/// The ticket that a look-up row holds, or none.
Result<std::optional<TicketId>> ticket_in_row(const ViewStore* views, std::uint8_t projection,
                                              LedgerId id, const std::string& key) {
  if (views == nullptr) return std::optional<TicketId>();
  const Result<std::string> json = views->row(projection, id, key);
  if (!json && json.error().code == ErrorCode::not_found) return std::optional<TicketId>();
  if (!json) return json.error();
  TicketId ticket;
  if (!decode_row(*json, ticket))
    return Error{ErrorCode::corrupt, "the row " + key + " is damaged: rebuild the views"};
  return std::optional(ticket);
}

/// The first event of type E in the ledger from `from` on that `is_it` accepts.
template <class E, class IsIt>
Result<std::optional<TicketId>> search(const Ledger& ledger, LedgerId id, Position from,
                                       const IsIt& is_it) {
  std::optional<TicketId> found;
  Status status;
  const Position end(ledger.head(id).size.value());
  RECOURSE_TRY(ledger.scan(id, from, end, [&](Position, std::string_view leaf) {
    const auto tail = leaf_tail(leaf);
    if (!tail || tail->type != E::kType) return true;
    const Result<RecordedEvent> event = read_leaf(leaf);
    if (!event) {
      status = event.error();
      return false;
    }
    const auto& data = get<E>(event->data);
    if (is_it(data)) found = data.ticket;
    return !found;
  }));
  if (!status) return status.error();
  return found;
}

Result<TicketId> only(Result<std::optional<TicketId>> found, const std::string& what) {
  if (!found) return found.error();
  if (!*found) return Error{ErrorCode::not_found, "there is no " + what};
  return **found;
}

}  // namespace

Result<std::vector<Position>> positions_of_ticket(const Ledger& ledger, const ViewStore* views,
                                                  LedgerId id, const TicketId& ticket) {
  const std::uint8_t index = audit_index_kind().number;
  const Position head(ledger.head(id).size.value());
  // Where the view stands is read first: rows that are newer then only repeat the scanned tail.
  const Position tail = tail_of(views, index, id);
  std::vector<Position> positions;
  if (views != nullptr) {
    bool good = true;
    RECOURSE_TRY(views->each(index, id, "list/ticket/" + ticket.value() + '/', "",
                             ViewStore::Order::forward,
                             [&](std::string_view, std::string_view json) {
                               PositionChunk chunk;
                               good = decode_row(json, chunk);
                               for (const std::int64_t position : chunk.positions) {
                                 const Position at(static_cast<std::uint64_t>(position));
                                 if (at < tail && at < head) positions.push_back(at);
                               }
                               return good;
                             }));
    if (!good) return Error{ErrorCode::corrupt, "the audit index is damaged: rebuild the views"};
  }
  if (tail < head) {
    RECOURSE_TRY(ledger.scan(id, tail, head, [&](Position position, std::string_view leaf) {
      const auto attributes = leaf_tail(leaf);
      if (attributes && attributes->subject == ticket.value()) positions.push_back(position);
      return true;
    }));
  }
  return positions;
}

Result<TicketId> ticket_of_number(const Ledger& ledger, const ViewStore* views, LedgerId id,
                                  std::int64_t number) {
  const std::uint8_t view = tickets_kind().number;
  const Position tail = tail_of(views, view, id);
  RECOURSE_LET(const std::optional<TicketId> known,
               ticket_in_row(views, view, id, "number/" + ticket_number_key(number)));
  if (known) return *known;
  return only(search<TicketOpened>(ledger, id, tail,
                                   [&](const TicketOpened& data) { return data.number == number; }),
              "ticket number " + std::to_string(number));
}

Result<TicketId> ticket_of_action(const Ledger& ledger, const ViewStore* views, LedgerId id,
                                  const ActionId& action) {
  const std::uint8_t view = action_history_kind().number;
  const Position tail = tail_of(views, view, id);
  RECOURSE_LET(const std::optional<TicketId> known,
               ticket_in_row(views, view, id, "id/" + action.value()));
  if (known) return *known;
  return only(
      search<ActionProposed>(ledger, id, tail,
                             [&](const ActionProposed& data) { return data.action == action; }),
      "action " + action.value());
}

Result<Target> find_target(const Ledger& ledger, const ViewStore* views, LedgerId id,
                           std::string_view text) {
  Target target;
  if (text == "all") return target;
  if (text.starts_with("tkt_")) {
    target.ticket = TicketId(std::string(text));
    RECOURSE_LET(const std::vector<Position> positions,
                 positions_of_ticket(ledger, views, id, *target.ticket));
    if (positions.empty())
      return Error{ErrorCode::not_found, "there is no ticket " + std::string(text)};
    return target;
  }
  std::string_view digits = text;
  if (digits.starts_with('#')) digits.remove_prefix(1);
  if (all_digits(digits)) {
    RECOURSE_LET(const std::uint64_t number, parse_number(digits));
    RECOURSE_LET(target.ticket,
                 ticket_of_number(ledger, views, id, static_cast<std::int64_t>(number)));
    return target;
  }
  if (text.starts_with("act_")) {
    target.action = ActionId(std::string(text));
  } else {
    const Result<ActionId> action = action_id_from_uuid(text);
    if (!action)
      return Error{ErrorCode::invalid,
                   "name a ticket (tkt_ id or number), an action (act_ id or UUID) or all"};
    target.action = *action;
  }
  RECOURSE_LET(target.ticket, ticket_of_action(ledger, views, id, *target.action));
  return target;
}

Result<Moment> parse_moment(std::string_view text) {
  if (all_digits(text)) {
    RECOURSE_LET(const std::uint64_t position, parse_number(text));
    return Moment(Position(position));
  }
  RECOURSE_LET(const Timestamp time, from_rfc3339(text));
  return Moment(time);
}

Result<Position> first_from(const Ledger& ledger, LedgerId id, const Moment& moment) {
  if (const auto* position = std::get_if<Position>(&moment)) return *position;
  return ledger.first_at_or_after(id, std::get<Timestamp>(moment));
}

Result<LogSize> size_at(const Ledger& ledger, LedgerId id, const Moment& moment) {
  if (const auto* position = std::get_if<Position>(&moment)) {
    if (position->value() >= ledger.head(id).size.value())
      return Error{ErrorCode::not_found,
                   "there is no position " + std::to_string(position->value()) + " yet"};
    return LogSize(position->value() + 1);
  }
  // Several events may share a microsecond, and all of them had happened by then.
  RECOURSE_LET(const Position next, ledger.first_at_or_after(id, std::get<Timestamp>(moment) +
                                                                     std::chrono::microseconds(1)));
  return LogSize(next.value());
}

}  // namespace recourse
