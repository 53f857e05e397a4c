#include "api/routes/approval_summary.h"

#include "api/routes/json_object.h"
#include "engine/event/canonical_json.h"
#include "engine/event/parse_json.h"
#include "engine/policy/action_types.h"
#include "engine/policy/money.h"

namespace recourse::routes {
namespace {

constexpr std::size_t kLongestValue = 200;

/// 4250 USD is 42.50 USD.
std::string amount_text(std::int64_t minor, const std::string& currency) {
  const int decimals = minor_digits(currency).value_or(0);
  const bool negative = minor < 0;
  std::string digits = std::to_string(negative ? -minor : minor);
  const auto least = static_cast<std::size_t>(decimals) + 1;
  if (digits.size() < least) digits.insert(0, least - digits.size(), '0');
  if (decimals > 0) digits.insert(digits.size() - static_cast<std::size_t>(decimals), ".");
  return (negative ? "-" : "") + digits + ' ' + currency;
}

std::optional<std::string> amount_of(const ActionRow& action) {
  if (!action.amount_minor || !action.currency) return std::nullopt;
  return amount_text(*action.amount_minor, action.currency->text);
}

/// What could be done about it afterwards, by the manifest.
std::string undo_text(const ActionType* type) {
  const Undo undo = undo_of(type);
  if (undo.kind.empty())
    return undo.problem == "nothing_to_undo" ? "changes nothing" : "cannot be undone";
  if (undo.kind == "restore") return "can be undone exactly";
  std::string how;
  if (!undo.type.empty()) how += ": " + std::string(undo.type);
  if (undo.executor == "person") how += how.empty() ? ": by a person" : ", by a person";
  return (undo.kind == "inverse" ? "can be undone" : "cannot be undone, only made up for") + how;
}

/// Whether nothing brings back what was before.
bool cannot_undo(const ActionType* type) {
  const Undo undo = undo_of(type);
  return undo.kind == "compensate" || (undo.kind.empty() && undo.problem != "nothing_to_undo");
}

std::string claims_of(const ActionRow& action) {
  JsonObject claims;
  claims.text("note", "Said by the proposer; nobody has checked it.")
      .value("by", action.proposed_by)
      .value("by_type", action.proposed_by_type)
      .value("confidence_ppm", action.confidence_ppm)
      .value("reasoning", action.reasoning);
  return std::move(claims).take();
}

/// Text of one argument, cut where it would fill a screen.
std::string value_text(const Json& value) {
  std::string text = value.string() != nullptr ? *value.string() : canonical_json(value);
  if (text.size() <= kLongestValue) return text;
  std::size_t end = kLongestValue;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end) + "…";
}

}  // namespace

std::string approval_summary(const ActionRow& action) {
  const ActionType* type = find_action_type(action.type.text);
  JsonObject object;
  object.value("action", action.action)
      .value("ticket", action.ticket)
      .value("type", action.type)
      .number("type_version", action.type_version)
      .text("description", type != nullptr ? type->description : "unknown to this program")
      .value("reversibility", type != nullptr ? type->reversibility : Reversibility::R4)
      .text("undo", undo_text(type))
      .flag("cannot_undo", cannot_undo(type))
      .value("amount_minor", action.amount_minor)
      .value("currency", action.currency);
  if (const auto amount = amount_of(action)) object.text("amount", *amount);
  object.value("args", action.args).value("amends", action.amends).raw("claims", claims_of(action));
  return std::move(object).take();
}

std::string approval_summary(const RollbackRow& rollback) {
  JsonObject object;
  object.value("rollback", rollback.rollback)
      .value("mode", rollback.mode)
      .value("action", rollback.action)
      .value("ticket", rollback.ticket)
      .value("run", rollback.run)
      .number("step_count", rollback.step_count)
      .number("customers", rollback.customers)
      .value("money_delta", rollback.money_delta)
      .value("cannot_undo", rollback.cannot_undo)
      .value("conflicts", rollback.conflicts)
      .value("requested_by", rollback.requested_by)
      .value("reason_code", rollback.reason_code);
  return std::move(object).take();
}

Result<std::vector<std::string>> approval_lines(const ActionRow& action, const Shown& shown) {
  const ActionType* type = find_action_type(action.type.text);
  std::vector<std::string> lines{
      action.type.text + ": " +
          std::string(type != nullptr ? type->description : "unknown to this program"),
      "ticket: " + action.ticket.value()};
  if (const auto amount = amount_of(action)) lines.push_back("amount: " + *amount);
  lines.push_back("afterwards: " + undo_text(type));
  if (!shown.opened()) {
    lines.emplace_back("arguments: sealed; ask with open=true");
    return lines;
  }
  JsonObject holder;
  holder.value("args", action.args);
  RECOURSE_LET(const std::string text, shown.row(std::move(holder).take()));
  const auto json = parse_json(text);
  const Json* const args = json ? json->find("args") : nullptr;
  const auto* const members = args != nullptr ? args->members() : nullptr;
  if (members == nullptr) {
    lines.emplace_back("arguments: erased, or not JSON");
    return lines;
  }
  for (const Json::Member& member : *members)
    lines.push_back("argument " + member.name + ": " + value_text(member.value));
  return lines;
}

}  // namespace recourse::routes
