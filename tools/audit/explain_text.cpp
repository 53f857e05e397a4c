#include "engine/event/describe.h"
#include "tools/audit/explain.h"

namespace recourse {
namespace {

std::string inputs_of(const RuleResult& rule) {
  std::string text;
  for (const RuleInput& input : rule.inputs)
    text += (text.empty() ? "" : ", ") + input.name.text + " " + input.value.text;
  return text;
}

std::string column(std::string text, std::size_t width) {
  if (text.size() < width) text.resize(width, ' ');
  return text;
}

void tell(const ExplainedDecision& decision, std::string& out) {
  out += "\nAt " + decision.at.text + ", event " + std::to_string(decision.position) + ", " +
         to_rfc3339(decision.time) + ": policy " + decision.policy.text + " said " +
         std::string(word(decision.outcome));
  if (decision.problem) out += " because of " + decision.problem->text;
  out += decision.shadow ? " (recorded, not enforced)\n" : "\n";
  if (decision.required_approvals > 0) {
    out += "  approvals needed: " + std::to_string(decision.required_approvals) + ", from";
    for (const Clear& role : decision.approver_roles) out += " " + role.text;
    out += '\n';
  }
  for (const RuleResult& rule : decision.rules) {
    const std::string inputs = inputs_of(rule);
    if (rule.result.text == "not_matched" && inputs.empty()) continue;
    out += "  " + column(rule.rule.text, 32) + " " + column(rule.effect.text, 16) + " " +
           column(rule.result.text, 11) + " " + inputs + '\n';
  }
  std::size_t silent = 0;
  for (const RuleResult& rule : decision.rules)
    silent += rule.result.text == "not_matched" && rule.inputs.empty() ? 1 : 0;
  if (silent > 0) out += "  and " + std::to_string(silent) + " rules that were not about it\n";
  out +=
      decision.reproduced.value_or(false)
          ? "  Asked again with these inputs, the policy says the same.\n"
          : "  Not reproduced: " + (decision.not_reproduced ? decision.not_reproduced->text : "") +
                ".\n";
  if (!decision.what_if.empty()) out += "  It would have been otherwise with\n";
  for (const WhatIf& other : decision.what_if)
    out += "    " + column(other.change.text, 32) + " " + other.from.text + " -> " + other.to.text +
           ": " + std::string(word(other.outcome)) + '\n';
}

}  // namespace

std::string to_text(const Explanation& explanation) {
  std::string out = explanation.action.value() + " " + explanation.action_type.text + " on " +
                    explanation.ticket.value() + ", proposed by " +
                    std::string(word(explanation.proposer_type)) + " " +
                    explanation.proposer.value() + '\n';
  if (explanation.confidence_ppm)
    out += "confidence " + std::to_string(*explanation.confidence_ppm) + " ppm\n";
  if (explanation.amount_minor)
    out += "amount " + std::to_string(*explanation.amount_minor) + " minor units" +
           (explanation.currency ? " of " + explanation.currency->text : "") + '\n';
  if (explanation.imported) out += "recorded elsewhere and imported: nothing was enforced here\n";
  for (const ExplainedDecision& decision : explanation.decisions) tell(decision, out);
  out += "\nChain of causes\n";
  for (const CauseLink& link : explanation.causes)
    out += "  " + column(std::to_string(link.position), 8) + " " + to_rfc3339(link.time) + "  " +
           column(link.role.text, 9) + " " + column(link.type.text, 24) + " " + link.actor.value() +
           (link.code ? "  " + link.code->text : "") + '\n';
  return out;
}

}  // namespace recourse
