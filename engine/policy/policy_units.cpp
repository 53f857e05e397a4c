#include "engine/policy/policy_units.h"

#include <charconv>

#include "engine/event/limits.h"
#include "engine/policy/money.h"

namespace recourse {
namespace {

Error wrong_number(std::string_view reason) { return {ErrorCode::invalid, std::string(reason)}; }

/// The integer that is all of `text`; nothing when it is none that JSON holds exactly.
std::optional<std::int64_t> whole_integer(std::string_view text) {
  std::int64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, problem] = std::from_chars(text.data(), end, number);
  const bool exact = number >= -kMaxSafeInteger && number <= kMaxSafeInteger;
  if (text.empty() || problem != std::errc() || stop != end || !exact) return std::nullopt;
  return number;
}

std::int64_t seconds_in(char unit) {
  switch (unit) {
    case 's':
      return 1;
    case 'm':
      return 60;
    case 'h':
      return 3'600;
    case 'd':
      return 86'400;
    default:
      return 0;
  }
}

Result<WrittenNumber> read_duration(std::string_view text) {
  const std::int64_t unit = text.empty() ? 0 : seconds_in(text.back());
  const auto count = text.empty() ? std::nullopt : whole_integer(text.substr(0, text.size() - 1));
  if (unit == 0 || !count || *count < 0)
    return wrong_number("seconds, or a duration such as 90s, 30m, 24h or 7d, were expected");
  if (*count > kMaxSafeInteger / unit) return wrong_number("the duration is too long");
  return WrittenNumber{*count * unit, {}};
}

/// 82.5% is 825000 ppm: ten thousand a percent, so at most four decimals.
Result<WrittenNumber> read_percentage(std::string_view text) {
  const Error wrong =
      wrong_number("parts per million, or a percentage such as 85% or 82.5%, were expected");
  if (!text.ends_with('%')) return wrong;
  text.remove_suffix(1);
  const auto point = text.find('.');
  const std::string_view whole = text.substr(0, point);
  std::string decimals(point == std::string_view::npos ? "" : text.substr(point + 1));
  if (decimals.size() > 4 || (point != std::string_view::npos && decimals.empty())) return wrong;
  decimals.resize(4, '0');
  const auto percent = whole_integer(whole), rest = whole_integer(decimals);
  if (!percent || !rest || *percent < 0 || *percent > 100 || *rest < 0) return wrong;
  return WrittenNumber{*percent * 10'000 + *rest, {}};
}

Result<WrittenNumber> read_amount(std::string_view text) {
  const auto space = text.find(' ');
  if (space == std::string_view::npos)
    return wrong_number("minor units, or an amount such as 50.00 USD, were expected");
  const std::string_view currency = text.substr(space + 1);
  if (!minor_digits(currency)) return wrong_number("there is no such currency in ISO 4217");
  RECOURSE_LET(const std::int64_t minor, minor_units(text.substr(0, space), currency));
  return WrittenNumber{minor, std::string(currency)};
}

}  // namespace

PolicyUnit unit_of(std::string_view member) {
  if (member.ends_with("_s")) return PolicyUnit::seconds;
  if (member.ends_with("_ppm")) return PolicyUnit::ppm;
  // Of a window over money these are amounts; of one over actions a plain count is written.
  const bool bound = member == "max" || member == "above";
  return member.ends_with("_minor") || bound ? PolicyUnit::money : PolicyUnit::none;
}

Result<WrittenNumber> read_written_number(std::string_view text, bool quoted, PolicyUnit unit) {
  if (!quoted)
    if (const auto integer = whole_integer(text)) return WrittenNumber{*integer, {}};
  switch (unit) {
    case PolicyUnit::seconds:
      return read_duration(text);
    case PolicyUnit::ppm:
      return read_percentage(text);
    case PolicyUnit::money:
      return read_amount(text);
    case PolicyUnit::none:
      break;
  }
  return wrong_number("an integer was expected");
}

std::string_view pattern_of(PolicyUnit unit) {
  switch (unit) {
    case PolicyUnit::seconds:
      return "^[0-9]{1,15}[smhd]$";
    case PolicyUnit::ppm:
      return "^[0-9]{1,3}(\\.[0-9]{1,4})?%$";
    case PolicyUnit::money:
      return "^[0-9]+(\\.[0-9]+)? [A-Z]{3}$";
    case PolicyUnit::none:
      break;
  }
  return "";
}

}  // namespace recourse
