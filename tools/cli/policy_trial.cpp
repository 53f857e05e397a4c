#include "engine/event/canonical_json.h"
#include "engine/event/parse_json.h"
#include "engine/policy/policy_units.h"
#include "projections/row_codec.h"
#include "tools/audit/backtest_ledger.h"
#include "tools/audit/locate.h"
#include "tools/cli/backtest_text.h"
#include "tools/cli/candidate_policy.h"
#include "tools/cli/commands.h"
#include "tools/cli/complain.h"
#include "tools/cli/deployment.h"
#include "tools/cli/print.h"
#include "tools/cli/server_client.h"

namespace recourse::cli {
namespace {

Status read_range(const Ledger& ledger, LedgerId id, const ProposalRangeFlags& flags,
                  Backtest::Options& options) {
  if (!flags.from.empty()) {
    RECOURSE_LET(const Moment moment, parse_moment(flags.from));
    RECOURSE_LET(options.from, first_from(ledger, id, moment));
  }
  if (!flags.to.empty()) {
    RECOURSE_LET(const Moment moment, parse_moment(flags.to));
    RECOURSE_LET(options.to, first_from(ledger, id, moment));
  }
  options.type = flags.type;
  return {};
}

void add_range(Json& body, const ProposalRangeFlags& flags) {
  if (!flags.from.empty()) body.set("from", flags.from);
  if (!flags.to.empty()) body.set("to", flags.to);
  if (!flags.type.empty()) body.set("type", flags.type);
}

/// A described struct out of an answer's member.
template <class T>
Result<T> member_as(const ServerClient::Answer& answer, std::string_view name) {
  RECOURSE_LET(const Json json, parse_json(answer.body));
  const Json* const member = json.find(name);
  T value{};
  if (member == nullptr || !decode_row(canonical_json(*member), value))
    return Error{ErrorCode::unsupported, "the server answers in a way that is not known here"};
  return value;
}

Result<BacktestReport> backtest_here(const PolicyBacktestFlags& flags) {
  RECOURSE_LET(const auto ledger, open_ledger_read_only(flags));
  RECOURSE_LET(const LedgerInfo info, find_ledger(*ledger, flags.tenant));
  BacktestRequest request;
  request.ledger = info.ledger;
  RECOURSE_TRY(read_range(*ledger, info.ledger, flags, request.options));
  RECOURSE_LET(Policy policy, candidate_policy(flags, info.ledger, flags.candidate));
  request.candidates = {std::make_shared<const Policy>(std::move(policy))};
  RECOURSE_LET(auto reports, backtest(*ledger, request));
  return std::move(reports.front());
}

Result<BacktestReport> ask_for_backtest(const PolicyBacktestFlags& flags) {
  if (!is_policy_version(flags.candidate))
    return Error{ErrorCode::invalid,
                 "a server tests what was drafted: draft the file and name its version"};
  RECOURSE_LET(ServerClient server, ServerClient::open(flags));
  Json body = Json::object({{"policy", flags.candidate}});
  add_range(body, flags);
  RECOURSE_LET(const auto answer, server.post("/v1/policies/backtest", body));
  BacktestReport report;
  RECOURSE_LET(report.figures, member_as<PolicyBacktested>(answer, "report"));
  RECOURSE_LET(report.changes, member_as<std::vector<BacktestChange>>(answer, "changes"));
  return report;
}

std::string count(std::int64_t number) { return grouped(static_cast<std::uint64_t>(number)); }

struct SimulatedThreshold {
  std::int64_t at_least_ppm = 0, would_run = 0, ran = 0, never_ran = 0;
  WrongCounts wrong;
};
BOOST_DESCRIBE_STRUCT(SimulatedThreshold, (), (at_least_ppm, would_run, ran, never_ran, wrong))

Result<std::vector<std::int64_t>> read_thresholds(const PolicySimulateFlags& flags) {
  std::vector<std::int64_t> thresholds;
  for (const std::string& text : flags.thresholds) {
    RECOURSE_LET(const WrittenNumber number, read_written_number(text, false, PolicyUnit::ppm));
    if (number.value < 0 || number.value > 1'000'000)
      return Error{ErrorCode::invalid, "a threshold is from 0% to 100%"};
    thresholds.push_back(number.value);
  }
  return thresholds;
}

Result<std::vector<SimulatedThreshold>> simulate_here(const PolicySimulateFlags& flags,
                                                      const std::vector<std::int64_t>& ppms) {
  RECOURSE_LET(const auto ledger, open_ledger_read_only(flags));
  RECOURSE_LET(const LedgerInfo info, find_ledger(*ledger, flags.tenant));
  BacktestRequest request;
  request.ledger = info.ledger;
  RECOURSE_TRY(read_range(*ledger, info.ledger, flags, request.options));
  request.options.own_thresholds = true;
  std::string name = flags.policy;
  RECOURSE_LET(const Policy base, recorded_policy(flags, info.ledger, name));
  for (const std::int64_t ppm : ppms) {
    RECOURSE_LET(Policy candidate, with_threshold(base, flags.rule, ppm));
    request.candidates.push_back(std::make_shared<const Policy>(std::move(candidate)));
  }
  RECOURSE_LET(const auto reports, backtest(*ledger, request));
  std::vector<SimulatedThreshold> simulated;
  for (std::size_t i = 0; i < reports.size(); ++i) {
    const WouldRun& would = reports[i].would_run;
    simulated.push_back(
        {ppms[i], would.actions, would.ran, would.actions - would.ran, would.wrong});
  }
  return simulated;
}

Result<std::vector<SimulatedThreshold>> ask_to_simulate(const PolicySimulateFlags& flags,
                                                        const std::vector<std::int64_t>& ppms) {
  RECOURSE_LET(ServerClient server, ServerClient::open(flags));
  Json list = Json::array();
  for (const std::int64_t ppm : ppms) list.push_back(Json::object({{"at_least_ppm", ppm}}));
  Json body = Json::object({{"thresholds", std::move(list)}});
  if (!flags.policy.empty()) body.set("policy", flags.policy);
  if (!flags.rule.empty()) body.set("rule", flags.rule);
  add_range(body, flags);
  RECOURSE_LET(const auto answer, server.post("/v1/policies/simulate", body));
  return member_as<std::vector<SimulatedThreshold>>(answer, "items");
}

}  // namespace

int main_policy_backtest(const PolicyBacktestFlags& flags) {
  const auto report = flags.url.empty() ? backtest_here(flags) : ask_for_backtest(flags);
  if (!report) return complain("policy backtest", report.error());
  if (!flags.json) return print_backtest(*report, flags.changes), kDone;
  std::string json = to_json(report->figures);
  if (flags.changes) json.insert(1, "\"changes\":" + to_json(report->changes) + ",");
  print_line(json);
  return kDone;
}

int main_policy_simulate(const PolicySimulateFlags& flags) {
  const auto ppms = read_thresholds(flags);
  if (!ppms)
    return complain("policy simulate", ppms.error().message, "give 85% or 850000", kWrongUsage);
  const auto done = flags.url.empty() ? simulate_here(flags, *ppms) : ask_to_simulate(flags, *ppms);
  if (!done) return complain("policy simulate", done.error());
  if (flags.json) return print_line(to_json(*done)), kDone;
  std::vector<std::vector<std::string>> rows{{"at least", "would run", "known", "went wrong",
                                              "failed", "rolled back", "reopened", "marked wrong"}};
  for (const SimulatedThreshold& one : *done)
    rows.push_back({count(one.at_least_ppm), count(one.would_run), count(one.ran),
                    count(one.wrong.any), count(one.wrong.failed), count(one.wrong.rolled_back),
                    count(one.wrong.reopened), count(one.wrong.marked_wrong)});
  print_table(rows);
  return kDone;
}

}  // namespace recourse::cli
