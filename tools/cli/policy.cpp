#include <fstream>
#include <iostream>
#include <iterator>

#include "engine/decision/state.h"
#include "engine/event/parse_json.h"
#include "engine/policy/policy_document.h"
#include "projections/row_codec.h"
#include "tools/cli/commands.h"
#include "tools/cli/complain.h"
#include "tools/cli/deployment.h"
#include "tools/cli/policy_file.h"
#include "tools/cli/print.h"
#include "tools/cli/server_client.h"

namespace recourse::cli {
namespace {

/// A fault in a file is told with the file's name before its line.
int complain_about(const std::string& command, const std::string& file, const Error& error) {
  if (error.code != ErrorCode::invalid) return complain(command, error);
  return complain(command, file + ": " + error.message, "mend the file; nothing has changed",
                  kFoundProblem);
}

Result<Json> list_here(const PolicyListFlags& flags) {
  RECOURSE_LET(const auto ledger, open_ledger_read_only(flags));
  RECOURSE_LET(const LedgerInfo info, find_ledger(*ledger, flags.tenant));
  RECOURSE_LET(const auto views, open_views_read_only(flags));
  TenantState tenant;
  RECOURSE_LET(const std::string row, views->row(kDecisionStateView, info.ledger, "tenant/"));
  if (!decode_row(row, tenant)) return Error{ErrorCode::corrupt, "the tenant's row"};
  Json list = Json::array();
  RECOURSE_TRY(views->each(kDecisionStateView, info.ledger, "policy/", "",
                           ViewStore::Order::forward, [&](std::string_view, std::string_view json) {
                             PolicyState policy;
                             if (!decode_row(json, policy)) return false;
                             Json one = Json::object({{"policy", policy.policy.text}});
                             one.set("status", standing_of(policy, tenant));
                             if (policy.drafted_by)
                               one.set("drafted_by", policy.drafted_by->value());
                             if (policy.activated_by)
                               one.set("activated_by", policy.activated_by->value());
                             if (policy.backtest) one.set("backtest", policy.backtest->text);
                             list.push_back(std::move(one));
                             return true;
                           }));
  return list;
}

Result<Json> ask_for_list(const PolicyListFlags& flags) {
  RECOURSE_LET(ServerClient server, ServerClient::open(flags));
  RECOURSE_LET(const auto answer, server.get("/v1/policies"));
  return items_of(answer);
}

template <class Flags>
Status post(const Flags& flags, const std::string& path, const Json& body) {
  RECOURSE_LET(ServerClient server, ServerClient::open(flags));
  RECOURSE_TRY(server.post(path, body));
  return {};
}

}  // namespace

Result<std::string> read_policy_file(const std::string& file) {
  if (file == "-")
    return std::string(std::istreambuf_iterator<char>(std::cin), std::istreambuf_iterator<char>());
  std::ifstream in(file, std::ios::binary);
  if (!in) return Error{ErrorCode::not_found, "there is no file " + file};
  return std::string(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
}

int main_policy_check(const PolicyCheckFlags& flags) {
  const auto text = read_policy_file(flags.file);
  if (!text) return complain("policy check", text.error());
  const auto policy = read_policy_document(*text);
  if (!policy) return complain_about("policy check", flags.file, policy.error());
  if (flags.json) return print_line(policy_json(*policy)), kDone;
  print_line(flags.file + " is a policy: " + std::to_string(policy->thresholds.size()) +
             " thresholds, " + std::to_string(policy->matrix.size()) + " rules, " +
             std::to_string(policy->all_limits().size()) + " limits.");
  return kDone;
}

int main_policy_draft(const PolicyDraftFlags& flags) {
  const auto text = read_policy_file(flags.file);
  if (!text) return complain("policy draft", text.error());
  // Looked at here as well, so that a fault is told before anything is sent.
  if (const auto policy = read_policy_document(*text); !policy)
    return complain_about("policy draft", flags.file, policy.error());
  const Json body = Json::object({{"policy", flags.policy}, {"document", *text}});
  if (const Status done = post(flags, "/v1/policies", body); !done)
    return complain("policy draft", done.error());
  print_line("Drafted " + flags.policy + ". Next: recourse policy backtest " + flags.policy);
  return kDone;
}

int main_policy_activate(const PolicyActivateFlags& flags) {
  const Json body =
      Json::object({{"mode", word(flags.shadow ? PolicyMode::shadow : PolicyMode::enforce)},
                    {"policy", flags.policy}});
  if (const Status done = post(flags, "/v1/policies/activate", body); !done)
    return complain("policy activate", done.error());
  print_line(flags.policy + (flags.shadow ? " is judged besides; nothing follows from it."
                                          : " decides from the next proposal on."));
  return kDone;
}

int main_policy_retire(const PolicyRetireFlags& flags) {
  Json body = Json::object({{"policy", flags.policy}});
  if (!flags.reason.empty()) body.set("reason", flags.reason);
  if (const Status done = post(flags, "/v1/policies/retire", body); !done)
    return complain("policy retire", done.error());
  print_line("Retired " + flags.policy + ".");
  return kDone;
}

int main_policy_revert(const PolicyRevertFlags& flags) {
  const Json body = Json::object({{"policy", flags.policy}, {"reason", flags.reason}});
  auto server = ServerClient::open(flags);
  if (!server) return complain("policy revert", server.error());
  const auto answer = server->post("/v1/policies/revert", body);
  if (!answer) return complain("policy revert", answer.error());
  const auto json = parse_json(answer->body);
  print_line((json ? text_of(*json, "policy") : "The policy before it") +
             " decides again from the next proposal on, in place of " + flags.policy + ".");
  return kDone;
}

int main_policy_list(const PolicyListFlags& flags) {
  const auto list = flags.url.empty() ? list_here(flags) : ask_for_list(flags);
  if (!list) return complain("policy list", list.error());
  if (flags.json) return print_json(*list), kDone;
  std::vector<std::vector<std::string>> rows{
      {"policy", "status", "drafted by", "activated by", "backtest"}};
  for (const Json& policy : *list->elements())
    rows.push_back({text_of(policy, "policy"), text_of(policy, "status"),
                    text_of(policy, "drafted_by"), text_of(policy, "activated_by"),
                    text_of(policy, "backtest")});
  print_table(rows);
  return kDone;
}

}  // namespace recourse::cli
