#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/routes/json_object.h"
#include "api/routes/read.h"
#include "projections/rows.h"

namespace recourse::routes::served {

/// show() for clients that know no `open=`: texts are opened for whoever may see them without
/// saying why, and are objects {"sealed":true,…} for everybody else. `open=false` leaves them shut.
void show_texts(const CallPtr& call, std::vector<std::string> tickets,
                std::function<void(const Shown&)> use);

/// The ticket that the path names by its number (or by our id). Answers itself, with 404 and the
/// owner's words, when there is none; `missing` is told first.
void with_ticket(const CallPtr& call, const std::function<void(const TicketRow&)>& use,
                 const std::function<void()>& missing = {});

/// The row of a ticket. Errors: not_found; corrupt when the stored row cannot be read.
Result<TicketRow> read_ticket(const Call& call, const TicketId& ticket);
Result<ActionRow> read_action(const Call& call, const TicketId& ticket, const ActionId& action);

/// Adds a sealed text for Shown to replace, or `none` (JSON) when there is none.
JsonObject& add_text(JsonObject& object, std::string_view name,
                     const std::optional<SealedRef>& text, std::string_view none = "null");
/// Adds a value, or null.
template <class T>
JsonObject& add_or_null(JsonObject& object, std::string_view name, const std::optional<T>& value) {
  return value ? object.value(name, *value) : object.raw(name, "null");
}

/// The objects with their texts as `shown` says, separated by commas. Errors: corrupt.
Result<std::string> shown_items(const Shown& shown, const std::vector<std::string>& objects);

/// The path of this request with another `cursor`, for the next page; null as JSON for no cursor.
std::string next_link_json(const Call& call, const PageRequest& request,
                           const std::optional<std::string>& last);

/// A time of a query parameter. Errors: invalid.
Result<std::optional<Timestamp>> query_time(const Call& call, std::string_view name);

}  // namespace recourse::routes::served
