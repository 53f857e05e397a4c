#include "tools/cli/print.h"

#include <algorithm>

#include "engine/event/canonical_json.h"

namespace recourse::cli {

bool print_line(std::string_view line) {
  std::fwrite(line.data(), 1, line.size(), stdout);
  std::fputc('\n', stdout);
  return std::ferror(stdout) == 0;
}

bool print_text(std::string_view text) {
  if (text.ends_with('\n')) text.remove_suffix(1);
  return print_line(text);
}

bool print_json(const Json& json) { return print_line(canonical_json(json)); }

std::string text_of(const Json& json, std::string_view name) {
  const Json* const member = json.find(name);
  if (member == nullptr || member->is_null()) return "";
  if (member->string() != nullptr) return *member->string();
  if (const auto number = member->integer(); number && *number >= 0)
    return grouped(static_cast<std::uint64_t>(*number));
  return canonical_json(*member);
}

void print_table(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths;
  for (const auto& row : rows) {
    if (widths.size() < row.size()) widths.resize(row.size());
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      line += row[i];
      if (i + 1 < row.size()) line.append(widths[i] - row[i].size() + 2, ' ');
    }
    while (!line.empty() && line.back() == ' ') line.pop_back();
    print_line(line);
  }
}

std::string grouped(std::uint64_t number) {
  std::string digits = std::to_string(number);
  for (std::size_t at = digits.size(); at > 3;) digits.insert(at -= 3, 1, ',');
  return digits;
}

}  // namespace recourse::cli
