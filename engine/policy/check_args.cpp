#include "engine/policy/check_args.h"

#include <algorithm>

#include "engine/event/canonical_json.h"
#include "engine/event/clear_names.h"
#include "engine/policy/money.h"

namespace recourse {
namespace {

bool all_texts(const Json& list) {
  return std::all_of(list.elements()->begin(), list.elements()->end(),
                     [](const Json& element) { return element.is_string(); });
}

bool has_type(const Json& value, ArgType type) {
  switch (type) {
    case ArgType::text:
      return value.is_string();
    case ArgType::label:
      return value.is_string() && is_label(*value.string());
    case ArgType::code:
      return value.is_string() && is_code(*value.string());
    case ArgType::hours:
      return value.is_integer() && *value.integer() >= 1 && *value.integer() <= 2160;
    case ArgType::integer:
      return value.is_integer();
    case ArgType::decimal:
      return value.is_number() || value.is_string();
    case ArgType::boolean:
      return value.is_boolean();
    case ArgType::list:
      return value.is_array();
    case ArgType::object:
      return value.is_object();
    case ArgType::text_or_list:
      return value.is_string() || (value.is_array() && all_texts(value));
  }
  return false;
}

bool given(const Json& args, std::string_view name) {
  const Json* value = args.find(name);
  return value != nullptr && !value->is_null();
}

void check_arg(const ArgSpec& arg, const Json& args, CheckedArgs& checked) {
  if (!given(args, arg.name)) {
    if (arg.required) checked.faults.push_back({std::string(arg.name), "missing"});
    return;
  }
  const Json& value = *args.find(arg.name);
  if (!has_type(value, arg.type)) {
    checked.faults.push_back({std::string(arg.name), "not_" + std::string(word(arg.type))});
  } else if (arg.required && value.is_string() && value.string()->empty()) {
    checked.faults.push_back({std::string(arg.name), "empty"});
  }
}

void read_money(const ActionType& type, const Json& args, std::string_view default_currency,
                CheckedArgs& checked) {
  const Json* amount = args.find(type.money_path);
  if (amount == nullptr || !has_type(*amount, ArgType::decimal)) return;  // A fault already.
  std::string currency(default_currency);
  if (const Json* named = args.find("currency"); named != nullptr && named->is_string())
    currency = *named->string();
  if (!minor_digits(currency)) {
    checked.faults.push_back({"currency", "unknown"});
    return;
  }
  const std::string decimal = amount->is_string() ? *amount->string() : canonical_json(*amount);
  const auto minor = minor_units(decimal, currency);
  if (!minor || *minor == 0) {
    checked.faults.push_back({std::string(type.money_path), "not_an_amount"});
    return;
  }
  checked.amount_minor = *minor;
  checked.currency = currency;
}

}  // namespace

CheckedArgs check_args(const ActionType& type, const Json& args,
                       std::string_view default_currency) {
  CheckedArgs checked;
  if (!args.is_object()) {
    checked.faults.push_back({"", "not_an_object"});
    return checked;
  }
  for (const ArgSpec& arg : type.args) check_arg(arg, args, checked);
  const bool some = std::any_of(type.one_of.begin(), type.one_of.end(),
                                [&](std::string_view name) { return given(args, name); });
  if (!type.one_of.empty() && !some)
    checked.faults.push_back({std::string(type.one_of.front()), "missing"});
  if (!type.money_path.empty()) read_money(type, args, default_currency, checked);
  return checked;
}

}  // namespace recourse
