#include "tools/audit/as_of.h"

#include "tools/audit/state_fold.h"

namespace recourse {
namespace {

Result<std::string> row_as_of(const Ledger& ledger, LedgerId id, const std::string& entity,
                              std::span<const Position> positions, Position at) {
  StateFold fold;
  for (const Position position : positions) {
    if (position > at) break;
    RECOURSE_LET(const std::string leaf, ledger.leaf(id, position));
    RECOURSE_LET(const RecordedEvent event, read_leaf(leaf));
    fold.apply(event);
  }
  if (const std::string* row = fold.row(entity)) return *row;
  return Error{ErrorCode::not_found,
               entity + " was not there at position " + std::to_string(at.value())};
}

}  // namespace

Result<std::string> ticket_as_of(const Ledger& ledger, LedgerId id, const TicketId& ticket,
                                 std::span<const Position> positions, Position at) {
  return row_as_of(ledger, id, ticket.value(), positions, at);
}

Result<std::string> action_as_of(const Ledger& ledger, LedgerId id, const TicketId& ticket,
                                 const ActionId& action, std::span<const Position> positions,
                                 Position at) {
  RECOURSE_LET(std::string row, row_as_of(ledger, id, action.value(), positions, at));
  // The positions are the caller's word; that the action is this ticket's is checked by its row.
  if (row.find("\"ticket\":\"" + ticket.value() + '"') == row.npos)
    return Error{ErrorCode::not_found, action.value() + " is no action of " + ticket.value()};
  return row;
}

}  // namespace recourse
