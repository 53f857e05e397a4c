#include "tools/report/csv.h"

#include <array>

namespace recourse::soc2 {
namespace {

bool looks_like_a_formula(std::string_view text) {
  static constexpr std::array<std::string_view, 11> kStarts = {
      "=", "+", "-", "@", "\t", "\r", "\n", "\uFF1D", "\uFF0B", "\uFF0D", "\uFF20"};
  for (const std::string_view start : kStarts) {
    if (text.starts_with(start)) return true;
  }
  return false;
}

}  // namespace

std::string csv_cell(std::string_view text) {
  std::string out = looks_like_a_formula(text) ? "'" : "";
  out += text;
  if (out.find_first_of(",\"\r\n") == out.npos) return out;
  std::string quoted = "\"";
  for (const char c : out) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + '"';
}

void Csv::row(const std::vector<std::string_view>& cells) {
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (i > 0) bytes_ += ',';
    bytes_ += csv_cell(cells[i]);
  }
  bytes_ += "\r\n";
}

}  // namespace recourse::soc2
