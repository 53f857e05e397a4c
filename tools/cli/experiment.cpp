#include "engine/event/parse_json.h"
#include "engine/policy/policy_units.h"
#include "tools/cli/commands.h"
#include "tools/cli/complain.h"
#include "tools/cli/guardrail.h"
#include "tools/cli/print.h"
#include "tools/cli/server_client.h"

namespace recourse::cli {
namespace {

/// `text` as a member of this name would be read in a policy.
Result<std::int64_t> number_in(const std::string& text, std::string_view member,
                               std::string_view option) {
  const auto read = read_written_number(text, false, unit_of(member));
  if (read) return read->value;
  return Error{ErrorCode::invalid, "--" + std::string(option) + ": " + read.error().message};
}

Result<Json> start_body(const ExperimentFlags& flags) {
  Json body = Json::object({{"key", flags.key}});
  RECOURSE_LET(const std::int64_t control, number_in(flags.control, "at_least_ppm", "control"));
  RECOURSE_LET(const std::int64_t treatment,
               number_in(flags.treatment, "at_least_ppm", "treatment"));
  RECOURSE_LET(const std::int64_t share, number_in(flags.share + '%', "share_ppm", "share"));
  RECOURSE_LET(const std::int64_t window, number_in(flags.window, "window_s", "window"));
  RECOURSE_LET(const std::int64_t alpha, number_in(flags.alpha, "alpha_ppm", "alpha"));
  if (share % 100 != 0)
    return Error{ErrorCode::invalid, "--share: a percentage with at most two decimals"};
  body.set("control_ppm", control).set("treatment_ppm", treatment).set("share_bp", share / 100);
  body.set("window_s", window).set("alpha_ppm", alpha);
  if (flags.least > 0) body.set("least", flags.least);
  if (!flags.reason.empty()) body.set("reason", flags.reason);
  Json types = Json::array();
  for (const std::string& type : flags.types) types.push_back(type);
  RECOURSE_LET(const auto guardrails, guardrails_of(flags.guardrails));
  return body.set("types", std::move(types)).set("guardrails", guardrails_json(guardrails));
}

std::int64_t integer_in(const Json& json, std::string_view name) {
  const Json* const found = json.find(name);
  return found != nullptr ? found->integer().value_or(0) : 0;
}

/// 851234 as 85.12 %, towards zero; nothing for null.
std::string percent(const Json& json, std::string_view name) {
  const Json* const found = json.find(name);
  if (found == nullptr || !found->integer()) return "-";
  const std::int64_t hundredths = *found->integer() / 100;
  const std::int64_t size = hundredths < 0 ? -hundredths : hundredths;
  const std::string digits = std::to_string(size % 100);
  return (hundredths < 0 ? "-" : "") + std::to_string(size / 100) + '.' +
         (digits.size() < 2 ? "0" : "") + digits + " %";
}

std::string verdict_text(const std::string& verdict) {
  if (verdict == "treatment_better") return "the treatment succeeds more often";
  if (verdict == "control_better") return "the control succeeds more often";
  if (verdict == "invalid")
    return "nothing can be learnt: the tickets are not split evenly (sample ratio mismatch)";
  return "undecided";
}

void print_figures(const Json& json) {
  std::vector<std::vector<std::string>> rows{{"arm", "confidence", "tickets", "alone", "rate",
                                              "settled", "succeeded", "rate", "executed", "errors",
                                              "rollbacks", "reopened"}};
  for (const Json& arm : *json.find("arms")->elements())
    rows.push_back({text_of(arm, "arm"), percent(arm, "at_least_ppm"), text_of(arm, "tickets"),
                    text_of(arm, "alone"), percent(arm, "alone_rate_ppm"), text_of(arm, "settled"),
                    text_of(arm, "succeeded"), percent(arm, "success_rate_ppm"),
                    text_of(arm, "executed"), text_of(arm, "errors"), text_of(arm, "rollbacks"),
                    text_of(arm, "reopenings")});
  print_table(rows);
  for (const Json& one : *json.find("differences")->elements())
    print_line("Treatment less control, " + text_of(one, "metric") + ": " +
               percent(one, "difference_ppm") + ", between " + percent(one, "low_ppm") + " and " +
               percent(one, "high_ppm") + " whenever it is looked at");
}

Status start(ServerClient& server, const ExperimentFlags& flags) {
  RECOURSE_LET(const Json body, start_body(flags));
  RECOURSE_LET(const auto answer, server.post("/v1/experiments", body));
  if (flags.json) return print_text(answer.body), Status();
  print_line("Started " + flags.key + ": of " + flags.share +
             " % of the tickets one half asks for a confidence of " + flags.control +
             ", the other for " + flags.treatment + ".");
  return {};
}

Status show(ServerClient& server, const ExperimentFlags& flags) {
  RECOURSE_LET(const auto answer, server.get("/v1/experiments/" + percent_encoded(flags.key)));
  if (flags.json) return print_text(answer.body), Status();
  RECOURSE_LET(const Json json, parse_json(answer.body));
  const std::string ended = text_of(json, "ended_at");
  print_line(flags.key + " runs since " + text_of(json, "started_at") +
             (ended.empty() ? std::string()
                            : " until " + ended + ", ended by " + text_of(json, "ended_by")) +
             ", as of event " + std::to_string(integer_in(json, "position")) + ".");
  print_figures(json);
  print_line("Verdict: " + verdict_text(text_of(json, "verdict")) +
             (ended.empty() ? " so far." : "."));
  return {};
}

Status list(ServerClient& server, const ExperimentFlags& flags) {
  RECOURSE_LET(const auto answer, server.get("/v1/experiments?limit=200"));
  RECOURSE_LET(const Json items, items_of(answer));
  if (flags.json) return print_json(items), Status();
  if (items.elements()->empty()) return print_line("There is no experiment."), Status();
  std::vector<std::vector<std::string>> rows{{"experiment", "status", "since", "verdict"}};
  for (const Json& one : *items.elements())
    rows.push_back({text_of(one, "key"), text_of(one, "status"), text_of(one, "started_at"),
                    text_of(one, "verdict")});
  print_table(rows);
  return {};
}

Status stop(ServerClient& server, const ExperimentFlags& flags) {
  Json body = Json::object();
  if (!flags.reason.empty()) body.set("reason", flags.reason);
  RECOURSE_LET(const auto answer,
               server.post("/v1/experiments/" + percent_encoded(flags.key) + "/stop", body));
  if (flags.json) return print_text(answer.body), Status();
  RECOURSE_LET(const Json json, parse_json(answer.body));
  print_line("Ended " + flags.key + ": " + verdict_text(text_of(json, "verdict")) +
             ". The policy's own threshold holds again.");
  return {};
}

}  // namespace

int main_experiment(const ExperimentFlags& flags) {
  const std::string command = "experiment " + flags.verb;
  if (flags.verb == "start")
    if (const auto body = start_body(flags); !body)
      return complain(command, body.error().message, "see `recourse " + command + " --help`",
                      kWrongUsage);
  auto server = ServerClient::open(flags);
  if (!server) return complain(command, server.error());
  const Status done = flags.verb == "start"  ? start(*server, flags)
                      : flags.verb == "show" ? show(*server, flags)
                      : flags.verb == "list" ? list(*server, flags)
                                             : stop(*server, flags);
  return done ? kDone : complain(command, done.error());
}

}  // namespace recourse::cli
