#include "engine/event/parse_json.h"
#include "tools/cli/commands.h"
#include "tools/cli/complain.h"
#include "tools/cli/print.h"
#include "tools/cli/server_client.h"

namespace recourse::cli {
namespace {

std::string joined_types(const Json& connector) {
  std::string types;
  const Json* const list = connector.find("types");
  if (list == nullptr || list->elements() == nullptr) return types;
  for (const Json& type : *list->elements()) {
    if (!types.empty()) types += ", ";
    types += *type.string();
  }
  return types;
}

Status list_them(ServerClient& server, const ConnectorFlags& flags) {
  RECOURSE_LET(const auto answer, server.get("/v1/connectors"));
  RECOURSE_LET(const Json items, items_of(answer));
  if (flags.json) return print_json(items), Status();
  std::vector<std::vector<std::string>> rows{{"connector", "provider", "credential", "runs"}};
  for (const Json& one : *items.elements())
    rows.push_back({text_of(one, "connector"), text_of(one, "url"), text_of(one, "credential"),
                    joined_types(one)});
  if (rows.size() == 1) return print_line("There is no connector."), Status();
  print_table(rows);
  return {};
}

Status set_one(ServerClient& server, const ConnectorFlags& flags) {
  Json types = Json::array();
  for (const std::string& type : flags.types) types.push_back(type);
  Json body = Json::object({{"connector", flags.connector},
                            {"max_attempts", flags.max_attempts},
                            {"timeout_s", flags.timeout_s},
                            {"types", std::move(types)},
                            {"url", flags.provider}});
  if (!flags.look_up.empty()) body.set("look_up_url", flags.look_up);
  if (!flags.credential.empty()) body.set("credential", flags.credential);
  RECOURSE_LET(const auto answer, server.post("/v1/connectors", body));
  RECOURSE_LET(const Json json, parse_json(answer.body));
  print_line("Connector " + flags.connector + " runs " + joined_types(json) + " from now on.");
  return {};
}

Status remove_one(ServerClient& server, const ConnectorFlags& flags) {
  RECOURSE_TRY(server.remove("/v1/connectors/" + percent_encoded(flags.connector)));
  print_line("Nothing is sent to " + flags.connector +
             " any more. What it has not sent waits for an executor, or to be recalled.");
  return {};
}

}  // namespace

int main_connector(const ConnectorFlags& flags) {
  const std::string command = "connector " + flags.verb;
  auto server = ServerClient::open(flags);
  if (!server) return complain(command, server.error());
  const Status done = flags.verb == "list"  ? list_them(*server, flags)
                      : flags.verb == "set" ? set_one(*server, flags)
                                            : remove_one(*server, flags);
  return done ? kDone : complain(command, done.error());
}

int main_recall(const RecallFlags& flags) {
  auto server = ServerClient::open(flags);
  if (!server) return complain("recall", server.error());
  Json body = Json::object();
  if (!flags.reason.empty()) body.set("reason", flags.reason);
  const auto answer =
      server->post("/v1/actions/" + percent_encoded(flags.action) + "/recall", body);
  if (!answer) return complain("recall", answer.error());
  print_line("Action " + flags.action + " is recalled: nothing was sent, and nothing will be.");
  return kDone;
}

}  // namespace recourse::cli
