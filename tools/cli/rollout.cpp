#include <charconv>
#include <optional>

#include "tools/cli/commands.h"
#include "tools/cli/complain.h"
#include "tools/cli/deployment.h"
#include "tools/cli/guardrail.h"
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

/// What is to be set. Errors: invalid, by a flag.
Result<RampRollout> order_of(const RolloutFlags& flags) {
  RampRollout order;
  const auto percent_bp = basis_points(flags.percent);
  if (!percent_bp)
    return Error{ErrorCode::invalid, "--percent: a number from 0 to 100 with at most two decimals"};
  order.key = flags.key;
  order.unit = from_word<RolloutUnit>(flags.unit).value_or(RolloutUnit::ticket);
  order.percent_bp = *percent_bp;
  RECOURSE_LET(auto guardrails, guardrails_of(flags.guardrails));
  if (!guardrails.empty()) order.guardrails = std::move(guardrails);
  if (!flags.include.empty()) order.include = flags.include;
  if (!flags.types.empty()) order.types = flags.types;
  if (flags.least > 0) order.least = flags.least;
  if (!flags.reason.empty()) order.reason = flags.reason;
  return order;
}

Json array_of(const std::vector<std::string>& texts) {
  Json list = Json::array();
  for (const std::string& text : texts) list.push_back(text);
  return list;
}

Status ramp_on_server(const RolloutFlags& flags, const RampRollout& order) {
  RECOURSE_LET(ServerClient server, ServerClient::open(flags));
  Json body =
      Json::object({{"key", order.key}, {"unit", flags.unit}, {"percent_bp", order.percent_bp}});
  if (order.include) body.set("include", array_of(*order.include));
  if (order.types) body.set("types", array_of(*order.types));
  if (order.guardrails) body.set("guardrails", guardrails_json(*order.guardrails));
  if (order.least) body.set("least", *order.least);
  if (order.reason) body.set("reason", *order.reason);
  RECOURSE_TRY(server.post("/v1/rollouts", body));
  return {};
}

Status ramp_here(const RolloutFlags& flags, const RampRollout& command) {
  DeploymentOptions options;
  options.place = flags;
  RECOURSE_LET(const auto deployment, Deployment::open(options));
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
  const auto order = order_of(flags);
  if (!order)
    return complain("rollout set", order.error().message, "see `recourse rollout set --help`",
                    kWrongUsage);
  const Status done = flags.url.empty() ? ramp_here(flags, *order) : ramp_on_server(flags, *order);
  if (!done) return complain("rollout set", done.error());
  print_line("From the next decision on agents work without a person on " + flags.percent +
             " % of the " + flags.unit + "s (rollout " + flags.key + ").");
  return kDone;
}

}  // namespace recourse::cli
