#include "tools/audit/bundle_contents.h"

#include <algorithm>
#include <array>
#include <set>

namespace recourse {
namespace {

constexpr std::array kKnown = {"checkpoint",         "checkpoint.start",
                               "leaves.ndjson",      "range.proof",
                               "disclosures.ndjson", "verify.py",
                               "VERIFY.md",          "trust/policy.txt",
                               "trust/report.key",   "meta/head.tlog-proof",
                               "meta/leaves.ndjson", "meta/range.proof",
                               "meta/checkpoint"};

bool is_number(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == text.npos;
}

bool is_of_time_stamp(std::string_view path) {
  constexpr std::string_view kFolder = "tsa/";
  if (!path.starts_with(kFolder)) return false;
  path.remove_prefix(kFolder.size());
  const std::size_t dot = path.find('.');
  return dot != path.npos && is_number(path.substr(0, dot)) &&
         (path.substr(dot) == ".tsr" || path.substr(dot) == ".tlog-proof");
}

/// `name` without the number of declared losses before it.
std::string_view first_name(std::string_view name) {
  const std::size_t last = name.rfind('/');
  if (last == name.npos || !is_number(name.substr(last + 1)) || name[last + 1] == '0') return name;
  const std::string_view before = name.substr(0, last);
  const std::size_t slash = before.rfind('/');
  if (slash == before.npos || slash + 1 == before.size()) return name;
  return before.substr(slash) == "/meta" || before.substr(0, slash).ends_with("/t") ? before : name;
}

}  // namespace

bool is_key_of(std::string_view name, std::string_view origin) {
  name = first_name(name);
  const std::string_view log = first_name(origin);
  const std::size_t tenant = log.rfind("/t/");
  return name == log ||
         name == std::string(log.substr(0, tenant == log.npos ? 0 : tenant)) + "/meta";
}

bool is_of_the_proof(std::string_view path) {
  return std::find(kKnown.begin(), kKnown.end(), path) != kKnown.end() || is_of_time_stamp(path) ||
         path.starts_with("continued/");
}

std::vector<std::string> others_in(std::span<const std::string> listed) {
  std::set<std::string> others;
  for (const std::string& path : listed) {
    if (is_of_the_proof(path)) continue;
    const std::string folder = path.substr(0, path.find('/') + 1);
    const bool mixed = folder == "meta/" || folder == "trust/" || folder == "tsa/";
    others.insert(folder.empty() || mixed ? path : folder);
  }
  return {others.begin(), others.end()};
}

}  // namespace recourse
