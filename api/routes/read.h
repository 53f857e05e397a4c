#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/routes/call.h"
#include "api/routes/show.h"

namespace recourse::routes {

/// Numbers of the projections, as the views database knows them.
namespace view {
std::uint8_t decision_state();
std::uint8_t tickets();
std::uint8_t action_history();
std::uint8_t approvals();
std::uint8_t resolutions();
std::uint8_t resolution_analytics();
std::uint8_t agent_analytics();
std::uint8_t rollbacks();
}  // namespace view

/// Runs `use` once the rows cover `min_position`, at once when it is not given. Answers 504 with
/// the position reached when that takes too long, 400 when it cannot be read. No thread waits.
void when_reached(const CallPtr& call, std::function<void()> use);

/// The query parameter `as_of`: a position, or a time that means the last event recorded by then.
/// Errors: invalid; not_found when there was nothing yet.
Result<std::optional<Position>> as_of(const Call& call);

/// The ticket's row, as it is or as of `at`. Errors: not_found.
Result<std::string> ticket_row(const Call& call, const TicketId& ticket,
                               std::optional<Position> at = {});
/// An action's id from act_ or UUID text. Errors: not_found.
Result<ActionId> action_id(std::string_view text);
/// The ticket of an action. Errors: not_found.
Result<TicketId> ticket_of(const Call& call, const ActionId& action);
Result<std::string> action_row(const Call& call, const TicketId& ticket, const ActionId& action,
                               std::optional<Position> at = {});

/// A row that holds nothing but an id, such as an index's.
Result<std::string> id_row(const Call& call, std::uint8_t projection, std::string_view key);

/// Rows that one page with filters looks at; the cursor goes on from there.
inline constexpr std::size_t kMaxScannedRows = 5'000;

/// How much of a list to show, and from where.
struct PageRequest {
  std::size_t limit = 0;
  std::string from;  ///< The key after which it goes on; empty for the start.
  std::string scope;
};
/// `limit` and `cursor`; `list` names the list and its filters, outside of which a cursor is void.
/// Errors: invalid.
Result<PageRequest> page_request(const Call& call, std::string_view list);

/// {"items":[…],"next_cursor":…}; `last` is the key of the last row when there may be more.
http::Response page(const Call& call, const PageRequest& request, std::string items,
                    const std::optional<std::string>& last);

/// A row as an answer, with its texts as `shown` says.
void answer_row(const Call& call, const Shown& shown, std::string_view row);

/// The text of top-level member `name` in canonical row JSON; nothing when it is not there. Only
/// for names that no struct inside the row has.
bool has_member(std::string_view row, std::string_view name, std::string_view text);

}  // namespace recourse::routes
