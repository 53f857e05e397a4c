#include "engine/ledger/ledger_info.h"

#include <algorithm>

namespace recourse {
namespace {

/// So that no tenant's 16 hex digits are taken for a number.
constexpr std::size_t kMostDigits = 4;

bool is_generation(std::string_view text) {
  return !text.empty() && text.size() <= kMostDigits && text[0] != '0' && text != "1" &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// Takes what follows the last slash off `path`.
std::string_view take_last(std::string_view& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == path.npos) return {};
  const std::string_view last = path.substr(slash + 1);
  path = path.substr(0, slash);
  return last;
}

}  // namespace

const std::string& LedgerInfo::origin_at(Position position) const {
  for (const ClosedLog& log : closed)
    if (position.value() < log.kept.size.value()) return log.origin;
  return origin;
}

const std::string& LedgerInfo::origin_of_head(LogSize size) const {
  for (const ClosedLog& log : closed)
    if (size <= log.kept.size) return log.origin;
  return origin;
}

std::vector<std::string> LedgerInfo::origins() const {
  std::vector<std::string> names{origin};
  for (auto log = closed.rbegin(); log != closed.rend(); ++log) names.push_back(log->origin);
  return names;
}

bool LedgerInfo::has_origin(std::string_view name) const {
  return name == origin || std::any_of(closed.begin(), closed.end(),
                                       [&](const ClosedLog& log) { return log.origin == name; });
}

LedgerInfo LedgerInfo::as_of(LogSize size) const {
  LedgerInfo then = *this;
  then.origin = origin_of_head(size);
  std::erase_if(then.closed, [&](const ClosedLog& log) { return log.kept.size >= size; });
  return then;
}

std::string deployment_of(const LedgerInfo& meta) {
  return meta.first_origin().substr(0, meta.first_origin().rfind('/'));
}

OriginName parse_origin_name(std::string_view origin) {
  std::string_view first = origin;
  const std::string_view number = take_last(first);
  if (!is_generation(number)) return {origin, 1};
  std::string_view before = first;
  if (take_last(before) != "meta" && take_last(before) != "t") return {origin, 1};
  std::uint64_t generation = 0;
  for (const char digit : number) generation = generation * 10 + static_cast<unsigned>(digit - '0');
  return {first, generation};
}

std::string origin_name(std::string_view first, std::uint64_t generation) {
  return std::string(first) + (generation > 1 ? "/" + std::to_string(generation) : "");
}

bool may_follow(std::string_view origin, std::string_view later) {
  const OriginName before = parse_origin_name(origin), after = parse_origin_name(later);
  return before.first == after.first && before.generation < after.generation;
}

}  // namespace recourse
