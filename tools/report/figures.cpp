#include "tools/report/figures.h"

#include "engine/base/bytes.h"

namespace recourse::soc2 {

std::string grouped(std::uint64_t number) {
  const std::string digits = std::to_string(number);
  std::string out;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) out += ',';
    out += digits[i];
  }
  return out;
}

std::string percent(std::uint64_t ppm, bool up) {
  // In hundredths of a percent, of which each is 100 ppm.
  if (ppm > 0 && ppm < 100 && !up) return "less than 0.01 %";
  const std::uint64_t hundredths = (ppm + (up ? 99 : 50)) / 100;
  const std::string cents = std::to_string(hundredths % 100);
  return grouped(hundredths / 100) + '.' + (cents.size() < 2 ? "0" : "") + cents + " %";
}

std::string moment(Timestamp time) {
  std::string text = to_rfc3339(time);
  const std::size_t fraction = text.find(".000000Z");
  if (fraction != text.npos) text.replace(fraction, text.npos, "Z");
  return text;
}

std::string day(Timestamp time) { return to_rfc3339(time).substr(0, 10); }

std::string period(const Scope& scope) {
  const auto is_midnight = [](Timestamp time) {
    return to_rfc3339(time).substr(10) == "T00:00:00.000000Z";
  };
  if (scope.from && scope.to && is_midnight(*scope.from) && is_midnight(*scope.to))
    return day(*scope.from) + " to " + day(*scope.to - std::chrono::microseconds(1)) +
           ", both days included, UTC";
  return (scope.from ? "from " + moment(*scope.from) : "from the start of the log") +
         (scope.to ? " until before " + moment(*scope.to) : " to the end of the log") + ", UTC";
}

std::string tally(const std::map<std::string, std::uint64_t>& counts) {
  std::string out;
  for (const auto& [name, count] : counts)
    out += (out.empty() ? "" : ", ") + name + ' ' + grouped(count);
  return out.empty() ? "none" : out;
}

std::string counted(std::uint64_t count, std::string_view one, std::string_view many) {
  return count == 1 ? "one " + std::string(one) : grouped(count) + ' ' + std::string(many);
}

std::string listed(const std::vector<std::string>& texts) {
  std::string out;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (i > 0) out += i + 1 == texts.size() ? " and " : ", ";
    out += texts[i];
  }
  return out;
}

std::string hex(const Hash& hash) { return to_hex(as_text(hash)); }

std::map<std::string, std::uint64_t> untested(const Chapter& chapter) {
  std::map<std::string, std::uint64_t> reasons;
  for (const Row& row : chapter.rows) {
    if (row.result == "not_tested") ++reasons[row.code.empty() ? "no reason given" : row.code];
  }
  return reasons;
}

bool has_tested(const Chapter& chapter) {
  for (const Row& row : chapter.rows) {
    if (row.result != "not_tested") return true;
  }
  return !chapter.exceptions.empty();
}

std::string leaf_name(Position index, bool meta) {
  return (meta ? "meta/" : "") + std::to_string(index.value());
}

std::string heading(std::string_view title) {
  if (title.ends_with('.')) title.remove_suffix(1);
  return std::string(title);
}

Result shown_result(const Chapter& chapter) {
  return has_tested(chapter) ? chapter.result : Result::no_population;
}

std::string spoken(const Chapter& chapter) {
  if (chapter.result == Result::no_population) return "no population";
  return has_tested(chapter) ? std::string(word(chapter.result)) : "not tested";
}

}  // namespace recourse::soc2
