#include "api/routes/read.h"
#include "api/routes/resources.h"
#include "api/routes/write.h"
#include "projections/rows.h"

namespace recourse::routes {
namespace {

std::vector<std::string> tickets_of(const std::string& json) {
  RollbackIncidentRow row;
  if (!decode_row(json, row) || !row.ticket) return {};
  return {row.ticket->value()};
}

}  // namespace

void list_incidents(CallPtr call) {
  when_reached(call, [call] {
    if (const Status good = only_query(*call, {"open", "limit", "cursor", "min_position"}); !good)
      return refuse(*call, good.error());
    const auto open = query_flag(*call, "open");
    if (!open) return refuse(*call, open.error());
    const std::string prefix = *open ? "open/" : "incident/";
    then(call, page_request(*call, "incidents\n" + prefix), [&](const PageRequest& request) {
      std::string items;
      std::size_t count = 0;
      std::optional<std::string> last;
      bool more = false;
      Status inner;
      const Status read = call->app.views.each(
          view::rollbacks(), call->ledger, prefix, request.from, ViewStore::Order::backward,
          [&](std::string_view key, std::string_view) {
            if (count == request.limit) {
              more = true;
              return false;
            }
            const std::string id(key.substr(prefix.size()));
            const auto row = call->app.views.row(view::rollbacks(), call->ledger, "incident/" + id);
            if (!row) inner = row.error();
            if (!row) return false;
            if (count++ > 0) items += ',';
            items += *row;
            last = std::string(key);
            return true;
          });
      if (!read) return refuse(*call, read.error());
      if (!inner) return refuse(*call, inner.error());
      if (!more) last.reset();
      respond(*call, page(*call, request, std::move(items), last));
    });
  });
}

void show_incident(CallPtr call) {
  when_reached(call, [call] {
    if (const Status good = only_query(*call, {"min_position", kOpen, kPurpose}); !good)
      return refuse(*call, good.error());
    then(call, id_parameter(*call, "incident"), [&](const std::string& id) {
      const auto row = call->app.views.row(view::rollbacks(), call->ledger, "incident/" + id);
      if (!row && row.error().code == ErrorCode::not_found)
        return refuse(*call, {ErrorCode::not_found, "no such incident"});
      if (!row) return refuse(*call, row.error());
      show(call, tickets_of(*row),
           [call, json = *row](const Shown& shown) { answer_row(*call, shown, json); });
    });
  });
}

void close_incident(CallPtr call) {
  auto id = id_parameter(*call, "incident");
  if (!id) return refuse(*call, id.error());
  CloseIncident command;
  command.incident = IncidentId(*id);
  Body body;
  const bool good = with_body(*call, body, [&](BodyReader& reader) {
    command.resolution = reader.code("resolution");
    command.reason = reader.optional_text("reason");
  });
  if (!good) return;
  submit(call, body.canonical, std::move(command),
         [incident = IncidentId(*id)](const Committed& committed) {
           JsonObject object;
           object.value("incident", incident).flag("open", false);
           return accepted(committed, std::move(object), 200);
         });
}

}  // namespace recourse::routes
