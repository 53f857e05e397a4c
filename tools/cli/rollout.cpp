#include <charconv>
#include <optional>

#include "tools/cli/commands.h"
#include "tools/cli/complain.h"
#include "tools/cli/deployment.h"
#include "tools/cli/print.h"
#include "tools/cli/server_client.h"

namespace recourse::cli {
namespace {

/// 12, 12.5 or 12.25 as hundredths of a percent.
std::optional<std::int64_t> basis_points(std::string_view text) {
  const auto dot = text.find('.');
  std::string digits(text.substr(0, dot));
  std::string fraction(dot == std::string_view::npos ? "" : text.substr(dot + 1));
  if (digits.empty() || digits.size() > 3 || fraction.size() > 2) return std::nullopt;
  if (dot != std::string_view::npos && fraction.empty()) return std::nullopt;
  fraction.resize(2, '0');
  digits += fraction;
  std::int64_t points = 0;
  const auto [end, fault] = std::from_chars(digits.data(), digits.data() + digits.size(), points);
  if (fault != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  if (points < 0 || points > 10'000) return std::nullopt;
  return points;
}

Status ramp_on_server(const RolloutFlags& flags, std::int64_t percent_bp) {
  RECOURSE_LET(ServerClient server, ServerClient::open(flags));
  Json body = Json::object({{"key", flags.key}, {"unit", flags.unit}, {"percent_bp", percent_bp}});
  if (!flags.include.empty()) {
    Json units = Json::array();
    for (const std::string& unit : flags.include) units.push_back(unit);
    body.set("include", std::move(units));
  }
  if (!flags.reason.empty()) body.set("reason", flags.reason);
  RECOURSE_TRY(server.post("/v1/rollouts", body));
  return {};
}

Status ramp_here(const RolloutFlags& flags, std::int64_t percent_bp) {
  DeploymentOptions options;
  options.place = flags;
  RECOURSE_LET(const auto deployment, Deployment::open(options));
  RampRollout command;
  command.key = flags.key;
  command.unit = from_word<RolloutUnit>(flags.unit).value_or(RolloutUnit::ticket);
  command.percent_bp = percent_bp;
  if (!flags.include.empty()) command.include = flags.include;
  if (!flags.reason.empty()) command.reason = flags.reason;
  const std::string tenant = command.unit == RolloutUnit::tenant ? "meta" : flags.tenant;
  RECOURSE_TRY(find_ledger(deployment->ledger(), tenant));
  const Principal operator_of_the_machine{
      PrincipalId("sys_recourse"), ActorType::system, Role::admin, {}};
  RECOURSE_TRY(deployment->writer().handle(
      command_request(TenantId(tenant), operator_of_the_machine, command)));
  return {};
}

}  // namespace

int main_rollout(const RolloutFlags& flags) {
  const auto percent_bp = basis_points(flags.percent);
  if (!percent_bp)
    return complain("rollout set", flags.percent + " is no percentage",
                    "give a number from 0 to 100 with at most two decimals", kWrongUsage);
  const Status done =
      flags.url.empty() ? ramp_here(flags, *percent_bp) : ramp_on_server(flags, *percent_bp);
  if (!done) return complain("rollout set", done.error());
  print_line("From the next decision on agents work without a person on " + flags.percent +
             " % of the " + flags.unit + "s (rollout " + flags.key + ").");
  return kDone;
}

}  // namespace recourse::cli
