#include "engine/event/parse_json.h"
#include "tools/cli/commands.h"
#include "tools/cli/complain.h"
#include "tools/cli/print.h"
#include "tools/cli/server_client.h"

namespace recourse::cli {
namespace {

std::string path_of(const ApprovalFlags& flags) {
  return "/v1/approvals/" + percent_encoded(flags.approval);
}

/// The command's path below the approval, and what it brings.
std::string order_of(const ApprovalFlags& flags, Json& body) {
  body = Json::object();
  const bool votes = flags.verb == "approve" || flags.verb == "reject";
  if (!flags.reason.empty()) body.set("reason", flags.reason);
  if (votes) body.set("vote", flags.verb).set("render_digest", flags.digest);
  if (flags.verb == "reject") body.set("retry", flags.never_again ? "forbid" : "revise");
  if (flags.verb == "reject" && !flags.reason_code.empty())
    body.set("reason_code", flags.reason_code);
  if (flags.verb == "claim") body.set("claim_s", flags.claim_s);
  return votes ? "votes" : flags.verb;
}

const Json& member(const Json& json, std::string_view name) {
  static const Json none;
  const Json* const found = json.find(name);
  return found != nullptr ? *found : none;
}

Status list(ServerClient& server, const ApprovalFlags& flags) {
  RECOURSE_LET(const auto answer,
               server.get("/v1/approvals?limit=200&status=" + percent_encoded(flags.status)));
  RECOURSE_LET(const Json items, items_of(answer));
  if (flags.json) return print_json(items), Status();
  std::vector<std::vector<std::string>> rows{
      {"approval", "what", "amount", "ticket", "until", "claimed by"}};
  for (const Json& one : *items.elements()) {
    const Json& summary = member(one, "summary");
    const std::string type = text_of(summary, "type");
    rows.push_back(
        {text_of(one, "approval"),
         type.empty() ? "rollback of " + text_of(summary, "step_count") + " steps" : type,
         text_of(summary, "amount"), text_of(one, "ticket"), text_of(one, "expires_at"),
         text_of(one, "claimed_by")});
  }
  if (rows.size() == 1) return print_line("Nothing is " + flags.status + '.'), Status();
  print_table(rows);
  return {};
}

/// The lines that the engine makes of it, and what a vote has to quote.
Status show(ServerClient& server, const ApprovalFlags& flags) {
  RECOURSE_LET(const auto answer, server.get(path_of(flags) + "?open=true"));
  RECOURSE_LET(const Json json, parse_json(answer.body));
  if (flags.json) return print_json(json), Status();
  const Json& render = member(json, "render");
  const Json& approval = member(json, "approval");
  print_line("Approval " + text_of(approval, "approval") + " is " + text_of(approval, "status") +
             ", until " + text_of(approval, "expires_at") + '.');
  if (const auto* const lines = member(render, "lines").elements())
    for (const Json& line : *lines) print_line("  " + one_line(*line.string()));
  const Json& summary = member(render, "summary");
  if (member(json, "rollback").members() != nullptr)
    print_line("  rollback " + text_of(summary, "rollback") + ": " +
               text_of(summary, "step_count") + " steps for " + text_of(summary, "customers") +
               " customers");
  const Json& claims = member(summary, "claims");
  if (!text_of(claims, "reasoning").empty())
    print_line("  " + text_of(claims, "by") + " claims: " + one_line(text_of(claims, "reasoning")));
  if (text_of(approval, "status") == "pending")
    print_line("Agree to it: recourse approval approve " + text_of(approval, "approval") +
               " --digest " + text_of(render, "digest"));
  return {};
}

Status receipt(ServerClient& server, const ApprovalFlags& flags) {
  RECOURSE_LET(const auto answer, server.get(path_of(flags) + "/receipt"));
  print_text(answer.body);
  return {};
}

Status give(ServerClient& server, const ApprovalFlags& flags) {
  Json body;
  const std::string order = order_of(flags, body);
  RECOURSE_LET(const auto answer, server.post(path_of(flags) + '/' + order, body));
  RECOURSE_LET(const Json json, parse_json(answer.body));
  if (flags.json) return print_json(json), Status();
  std::string line = "Approval " + text_of(json, "approval") + " is " + text_of(json, "status");
  if (flags.verb == "claim") line += ", claimed until " + text_of(json, "claimed_until");
  if (json.find("action_status") != nullptr)
    line += ", the action " + text_of(json, "action_status");
  if (json.find("rollback_status") != nullptr)
    line += ", the rollback " + text_of(json, "rollback_status");
  print_line(line + '.');
  return {};
}

}  // namespace

int main_approval(const ApprovalFlags& flags) {
  const std::string command = "approval " + flags.verb;
  auto server = ServerClient::open(flags);
  if (!server) return complain(command, server.error());
  const Status done = flags.verb == "list"      ? list(*server, flags)
                      : flags.verb == "show"    ? show(*server, flags)
                      : flags.verb == "receipt" ? receipt(*server, flags)
                                                : give(*server, flags);
  return done ? kDone : complain(command, done.error());
}

}  // namespace recourse::cli
