#include "engine/policy/money.h"

#include <algorithm>
#include <charconv>
#include <string>

namespace recourse {
namespace {

constexpr std::string_view kTwoDecimals =
    "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD "
    "CAD CDF CHF CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD "
    "GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD "
    "MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP "
    "PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS "
    "TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD YER ZAR ZMW";
constexpr std::string_view kNoDecimals =
    "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF";
constexpr std::string_view kThreeDecimals = "BHD IQD JOD KWD LYD OMR TND";

constexpr std::int64_t kMaxMinor = (std::int64_t{1} << 53) - 1;

bool lists(std::string_view codes, std::string_view code) {
  return codes.find(code) != std::string_view::npos;
}

/// digits × 10^exponent
struct Decimal {
  std::string digits;
  int exponent = 0;
};

std::string take_digits(std::string_view& text) {
  const auto end =
      std::find_if_not(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
  std::string digits(text.begin(), end);
  text.remove_prefix(digits.size());
  return digits;
}

std::optional<Decimal> read_decimal(std::string_view text) {
  Decimal read;
  read.digits = take_digits(text);
  if (read.digits.empty()) return std::nullopt;
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    const std::string fraction = take_digits(text);
    if (fraction.empty()) return std::nullopt;
    read.digits += fraction;
    read.exponent = -static_cast<int>(fraction.size());
  }
  if (text.starts_with('e') || text.starts_with('E')) {
    text.remove_prefix(text.starts_with("e+") || text.starts_with("E+") ? 2 : 1);
    int exponent = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), exponent);
    if (error != std::errc() || exponent > 400 || exponent < -400) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    read.exponent += exponent;
  }
  if (!text.empty()) return std::nullopt;
  while (read.digits.size() > 1 && read.digits.back() == '0') {
    read.digits.pop_back();
    ++read.exponent;
  }
  read.digits.erase(0, std::min(read.digits.find_first_not_of('0'), read.digits.size() - 1));
  return read;
}

}  // namespace

std::optional<int> minor_digits(std::string_view currency) {
  const bool shaped =
      currency.size() == 3 &&
      std::all_of(currency.begin(), currency.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
  if (!shaped) return std::nullopt;
  if (lists(kTwoDecimals, currency)) return 2;
  if (lists(kNoDecimals, currency)) return 0;
  if (lists(kThreeDecimals, currency)) return 3;
  return std::nullopt;
}

Result<std::int64_t> minor_units(std::string_view decimal, std::string_view currency) {
  const auto digits_after_point = minor_digits(currency);
  if (!digits_after_point) return Error{ErrorCode::invalid, "the currency is not one of ISO 4217"};
  if (decimal.starts_with('-')) return Error{ErrorCode::invalid, "an amount is not negative"};
  if (decimal.size() > 64) return Error{ErrorCode::invalid, "the amount is too long"};
  const auto read = read_decimal(decimal);
  if (!read) return Error{ErrorCode::invalid, "the amount is not a decimal number"};
  if (read->digits == "0") return std::int64_t{0};
  const int zeros = read->exponent + *digits_after_point;
  if (zeros < 0) return Error{ErrorCode::invalid, "the amount has more decimals than its currency"};
  const Error too_large{ErrorCode::invalid, "the amount is too large"};
  if (read->digits.size() + static_cast<std::size_t>(zeros) > 16) return too_large;
  std::int64_t minor = 0;
  std::from_chars(read->digits.data(), read->digits.data() + read->digits.size(), minor);
  for (int i = 0; i < zeros; ++i) minor *= 10;
  if (minor > kMaxMinor) return too_large;
  return minor;
}

}  // namespace recourse
