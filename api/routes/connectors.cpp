#include "api/routes/read.h"
#include "api/routes/resources.h"
#include "api/routes/state_rows.h"
#include "api/routes/write.h"
#include "projections/row_codec.h"

namespace recourse::routes {
namespace {

std::string connector_json(const ConnectorState& row) {
  JsonObject object;
  object.value("connector", row.connector)
      .value("url", row.url)
      .value("look_up_url", row.look_up_url)
      .value("types", row.types)
      .value("credential", row.credential)
      .number("timeout_s", row.timeout_s)
      .number("max_attempts", row.max_attempts);
  return std::move(object).take();
}

http::Response configured(const Committed& committed) {
  JsonObject object;
  if (const auto* connector = find_event<ConnectorConfigured>(committed))
    object.value("connector", connector->connector).value("types", connector->types);
  return accepted(committed, std::move(object), 200);
}

http::Response removed(const Committed& committed) {
  JsonObject object;
  if (const auto* connector = find_event<ConnectorRemoved>(committed))
    object.value("connector", connector->connector);
  return accepted(committed, std::move(object), 200);
}

}  // namespace

void list_connectors(CallPtr call) {
  when_reached(call, [call] {
    if (const Status good = only_query(*call, {"min_position"}); !good)
      return refuse(*call, good.error());
    then(call,
         state_rows<ConnectorState>(*call, call->ledger, "connector/", "a connector's row",
                                    connector_json),
         [&](const StateRows& rows) {
           JsonObject object;
           object.raw("items", '[' + rows.items + ']');
           respond(*call, http::json(std::move(object).take()));
         });
  });
}

void configure_connector(CallPtr call) {
  ConfigureConnector command;
  Body body;
  const bool good = with_body(*call, body, [&](BodyReader& reader) {
    command.connector = reader.code("connector");
    command.url = reader.text("url", {1, 1'024});
    command.look_up_url = reader.optional_text("look_up_url");
    command.types = reader.codes("types", 64);
    command.credential = reader.optional_code("credential");
    command.timeout_s = reader.optional_integer("timeout_s", 1, 300).value_or(command.timeout_s);
    command.max_attempts =
        reader.optional_integer("max_attempts", 1, 20).value_or(command.max_attempts);
  });
  if (good) submit(call, body.canonical, std::move(command), configured);
}

void remove_connector(CallPtr call) {
  then(call, id_parameter(*call, "connector"), [&](std::string name) {
    submit(call, "", RemoveConnector{std::move(name), {}}, removed);
  });
}

}  // namespace recourse::routes
