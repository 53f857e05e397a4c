#include "api/routes/read.h"
#include "api/routes/resources.h"
#include "api/routes/ticket_write.h"

namespace recourse::routes {

void list_ticket_resolutions(CallPtr call) {
  when_reached(call, [call] {
    if (const Status good = only_query(*call, {"min_position", kOpen, kPurpose}); !good)
      return refuse(*call, good.error());
    then(call, ticket_parameter(*call), [&](const TicketId& ticket) {
      std::vector<std::string> rows;
      const Status read = call->app.views.each(
          view::resolutions(), call->ledger, "ticket/" + ticket.value() + '/', "",
          ViewStore::Order::forward, [&](std::string_view, std::string_view json) {
            rows.emplace_back(json);
            return rows.size() < call->app.options.max_page;
          });
      if (!read) return refuse(*call, read.error());
      if (rows.empty())
        if (const auto row = ticket_row(*call, ticket); !row) return refuse(*call, row.error());
      show(call, {ticket.value()}, [call, rows = std::move(rows)](const Shown& shown) {
        std::string body = R"({"items":[)";
        for (std::size_t i = 0; i < rows.size(); ++i) {
          if (i > 0) body += ',';
          if (const Status good = shown.append_row(body, rows[i]); !good)
            return refuse(*call, good.error());
        }
        respond(*call, http::json(body + "]}"));
      });
    });
  });
}

void show_resolution(CallPtr call) {
  when_reached(call, [call] {
    if (const Status good = only_query(*call, {"min_position", kOpen, kPurpose}); !good)
      return refuse(*call, good.error());
    const auto missing = [&](const Error& error) {
      refuse(*call, error.code == ErrorCode::not_found
                        ? Error{ErrorCode::not_found, "no such resolution"}
                        : error);
    };
    then(call, id_parameter(*call, "resolution"), [&](const std::string& id) {
      const auto ticket = id_row(*call, view::resolutions(), "id/" + id);
      if (!ticket) return missing(ticket.error());
      auto row =
          call->app.views.row(view::resolutions(), call->ledger, "ticket/" + *ticket + '/' + id);
      if (!row) return missing(row.error());
      show(call, {*ticket},
           [call, row = std::move(*row)](const Shown& shown) { answer_row(*call, shown, row); });
    });
  });
}

}  // namespace recourse::routes
