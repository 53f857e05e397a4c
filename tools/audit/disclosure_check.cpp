#include "tools/audit/disclosure_check.h"

#include "engine/base/bytes.h"
#include "engine/base/sha256.h"
#include "engine/event/canonical_json.h"
#include "engine/ledger/proof_text.h"

namespace recourse {
namespace {

constexpr JsonLimits kLineLimits{std::size_t{1} << 24, 512};

Error bad_disclosure(const char* what) { return {ErrorCode::invalid, what}; }

/// The member or element that the next name of a JSON pointer names; null when there is none.
const Json* step_into(const Json& place, std::string_view name) {
  if (const Json::Array* const elements = place.elements()) {
    const Result<std::uint64_t> index = parse_size(name);
    return index && *index < elements->size() ? &(*elements)[*index] : nullptr;
  }
  return place.find(name);
}

/// The commitment at the place. The pointer's names need no escapes: leaves have none that do.
Result<Hash> commitment_at(const Json& leaf, std::string_view pointer) {
  const Json* place = &leaf;
  while (place != nullptr && !pointer.empty()) {
    pointer.remove_prefix(1);
    const std::string_view name = pointer.substr(0, pointer.find('/'));
    pointer.remove_prefix(name.size());
    place = step_into(*place, name);
  }
  const Json* const sealed = place == nullptr ? nullptr : place->find("$sealed");
  const Json* const c = sealed == nullptr ? nullptr : sealed->find("c");
  if (c == nullptr || c->string() == nullptr) return bad_disclosure("a disclosure of no place");
  return hash_from_base64(*c->string());
}

}  // namespace

Result<std::uint64_t> disclosed_position(std::string_view line) {
  RECOURSE_LET(const Json opened, parse_json(line, kLineLimits));
  const Json* const index = opened.find("index");
  const auto position = index == nullptr ? std::nullopt : index->integer();
  if (!position || *position < 0) return bad_disclosure("a disclosure of no position");
  return static_cast<std::uint64_t>(*position);
}

Status check_disclosure(std::string_view line, const Json& leaf) {
  RECOURSE_LET(const std::uint64_t index, disclosed_position(line));
  RECOURSE_LET(const Json opened, parse_json(line, kLineLimits));
  const Json* const path = opened.find("path");
  const Json* const rho = opened.find("rho");
  const Json* const id = leaf.find("id");
  if (path == nullptr || path->string() == nullptr || !path->string()->starts_with('/') ||
      rho == nullptr || rho->string() == nullptr || id == nullptr || id->string() == nullptr)
    return bad_disclosure("a disclosure of another form");
  RECOURSE_LET(const Hash key, hash_from_base64(*rho->string()));

  // The value stands last in its line, so its canonical bytes are taken as they are.
  std::string before = "{\"index\":" + std::to_string(index) + ",\"path\":";
  append_canonical_string(before, *path->string());
  before.append(",\"rho\":\"").append(*rho->string()).append("\",\"value\":");
  if (!line.starts_with(before) || !line.ends_with('}') || line.size() == before.size())
    return bad_disclosure("a disclosure of another form");
  const std::string_view value = line.substr(before.size(), line.size() - before.size() - 1);
  RECOURSE_TRY(parse_json(value, kLineLimits));
  RECOURSE_LET(const Hash commitment, commitment_at(leaf, *path->string()));
  const std::string header = "recourse/seal/v1\n" + *id->string() + "\n" + *path->string() + "\n";
  if (hmac_sha256(as_text(key), {header, value}) != commitment)
    return bad_disclosure("a disclosed value is not the one committed to");
  return {};
}

}  // namespace recourse
