#include "tools/cli/guardrail.h"

#include "engine/policy/policy_units.h"

namespace recourse::cli {

Result<std::vector<GuardrailOrder>> guardrails_of(const std::vector<std::string>& texts) {
  std::vector<GuardrailOrder> guardrails;
  for (const std::string& text : texts) {
    const auto equals = text.find('=');
    const auto metric = from_word<Mishap>(text.substr(0, equals));
    if (equals == std::string::npos || !metric)
      return Error{ErrorCode::invalid,
                   "--guardrail: error, rollback, reopening or low_satisfaction, and =SHARE, such "
                   "as rollback=5%"};
    const auto most = read_written_number(text.substr(equals + 1), false, unit_of("max_ppm"));
    if (!most) return Error{ErrorCode::invalid, "--guardrail: " + most.error().message};
    guardrails.push_back({*metric, most->value});
  }
  return guardrails;
}

Json guardrails_json(const std::vector<GuardrailOrder>& guardrails) {
  Json list = Json::array();
  for (const GuardrailOrder& one : guardrails)
    list.push_back(
        Json::object({{"metric", std::string(word(one.metric))}, {"max_ppm", one.max_ppm}}));
  return list;
}

}  // namespace recourse::cli
