#include "tools/audit/continued_check.h"

#include <charconv>

#include "engine/event/canonical_json.h"
#include "engine/ledger/merkle_tree.h"
#include "engine/ledger/range_proof.h"
#include "tools/audit/leaf_form.h"

namespace recourse {
namespace {

constexpr JsonLimits kLimits{kMaxLeafBytes, 512};
constexpr std::uint64_t kMostPosition = std::uint64_t{1} << 53;

Error unproven(const std::string& what) { return {ErrorCode::invalid, what}; }

std::string text_in(const Json& json, std::string_view name) {
  const Json* const member = json.find(name);
  return member != nullptr && member->string() != nullptr ? *member->string() : std::string();
}

std::optional<std::uint64_t> number_in(const Json& json, std::string_view name) {
  const Json* const member = json.find(name);
  const auto value = member == nullptr ? std::nullopt : member->integer();
  if (!value || *value < 0) return std::nullopt;
  return static_cast<std::uint64_t>(*value);
}

/// The sizes at which the bundle says that logs were closed, from its list of files.
std::vector<std::uint64_t> sizes_in(const std::set<std::string>& listed, const std::string& start) {
  std::set<std::uint64_t> sizes;
  constexpr std::string_view kEnd = ".proof";
  for (const std::string& path : listed) {
    if (!path.starts_with(start) || !path.ends_with(kEnd)) continue;
    const std::string digits = path.substr(start.size(), path.size() - start.size() - kEnd.size());
    std::uint64_t size = 0;
    const auto [end, fault] = std::from_chars(digits.data(), digits.data() + digits.size(), size);
    if (fault == std::errc() && end == digits.data() + digits.size() && size < kMostPosition &&
        std::to_string(size) == digits)
      sizes.insert(size);
  }
  return {sizes.begin(), sizes.end()};
}

/// The two leaves at most, each with its line feed.
Result<std::vector<std::string_view>> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    if (end == text.npos || lines.size() == kMostTellingLeaves)
      return unproven("a continuation is told in one or two leaves");
    lines.push_back(text.substr(0, end));
    text.remove_prefix(end + 1);
  }
  if (lines.empty()) return unproven("a continuation without its leaf");
  return lines;
}

Result<Json> leaf_of(std::string_view line, std::uint64_t position) {
  RECOURSE_LET(Json leaf, parse_json(line, kLimits));
  if (!leaf.is_object() || canonical_json(leaf) != line)
    return unproven("JSON that is not in its canonical form");
  if (!is_leaf_sequence(text_in(leaf, "sequence"), position))
    return unproven("position " + std::to_string(position) + " holds another leaf");
  return leaf;
}

struct Told {
  ToldContinuation continuation;
  std::string note, head_origin;
};

/// The proof's own bytes: that its leaves say it, and that they stand where they say.
Result<Told> told_by(std::string_view leaves, std::string_view proof_text, std::uint64_t size) {
  RECOURSE_LET(const RangeProof proof, parse_range_proof(proof_text));
  RECOURSE_LET(const auto lines, lines_of(leaves));
  if (proof.start != size || proof.end != size + lines.size())
    return unproven("a continuation of another place");
  RangeFold fold(proof);
  Told told{{}, proof.note, proof.head.origin};
  ClosedLog& closed = told.continuation.closed;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    RECOURSE_LET(const Json leaf, leaf_of(lines[i], size + i));
    fold.add(leaf_hash(lines[i]));
    const std::string source = text_in(leaf, "source"), type = text_in(leaf, "type");
    const Json* const data = leaf.find("data");
    if (data == nullptr) return unproven("a leaf without data");
    if (i == 0) {
      const auto kept = number_in(*data, "size"), lost_to = number_in(*data, "lost_to");
      if (type != LogContinued::kType || kept != size || !lost_to ||
          text_in(*data, "root") != to_base64(as_text(fold.root_at_start())))
        return unproven("position " + std::to_string(size) + " does not continue the log");
      closed = {text_in(*data, "origin"), {LogSize(size), fold.root_at_start()}, LogSize(*lost_to)};
      told.continuation.next = source;
      told.continuation.by = text_in(leaf, "actor");
    } else if (source != told.continuation.next || type != HeadAccepted::kType) {
      return unproven("position " + std::to_string(size + i) + " does not say why the log goes on");
    } else {
      told.continuation.reason = text_in(*data, "reason_code");
    }
  }
  RECOURSE_TRY(fold.finish());
  return told;
}

}  // namespace

Result<ProvenLine> check_continued(
    const std::set<std::string>& listed, const std::string& which, const std::string& first,
    std::optional<std::string> newest,
    const std::function<Result<std::string>(const std::string& path)>& read,
    const std::function<Result<Checkpoint>(const std::string& note, const std::string& origin)>&
        verified) {
  const std::string start = "continued/" + which + "-";
  ProvenLine line;
  line.info.origin = first;
  std::vector<Told> all;
  for (const std::uint64_t size : sizes_in(listed, start)) {
    RECOURSE_LET(const std::string proof, read(start + std::to_string(size) + ".proof"));
    RECOURSE_LET(const std::string leaves, read(start + std::to_string(size) + ".ndjson"));
    RECOURSE_LET(Told told, told_by(leaves, proof, size));
    const ToldContinuation& said = told.continuation;
    if (said.closed.origin != line.info.origin || !may_follow(line.info.origin, said.next))
      return unproven(said.next + " does not continue " + line.info.origin);
    line.info.closed.push_back(said.closed);
    line.info.origin = said.next;
    line.told.push_back(said);
    all.push_back(std::move(told));
  }
  if (!newest) newest = all.empty() ? first : all.back().head_origin;
  if (*newest != line.info.origin)
    return unproven(*newest + " goes on after a log that was lost, and nothing proves where");
  for (const Told& told : all) RECOURSE_TRY(verified(told.note, *newest));
  return line;
}

}  // namespace recourse
