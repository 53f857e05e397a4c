#include "tools/evidence/package_inputs.h"

#include <simdjson.h>

#include "engine/event/describe.h"

namespace recourse::soc2 {
namespace {

/// The file's members. Numbers of leaves are those of Parameters.
struct StoredHead {
  Clear note;
  std::vector<Clear> cosignatures, time_tokens;
};
BOOST_DESCRIBE_STRUCT(StoredHead, (), (note, cosignatures, time_tokens))

struct StoredInputs {
  Clear inputs = "recourse/soc2-inputs@v1";
  Clear system, tenant, origin, meta_origin;
  std::int64_t start = 0, end = 0, meta_end = 0;
  std::optional<Timestamp> from, to;
  std::vector<StoredHead> heads;
  std::optional<StoredHead> meta_head;
  Clear nonce;
  std::int64_t sample_size = 0;
  std::vector<Clear> criteria;
  Thresholds thresholds;
  Clear version;
};
BOOST_DESCRIBE_STRUCT(StoredInputs, (),
                      (inputs, system, tenant, origin, meta_origin, start, end, meta_end, from, to,
                       heads, meta_head, nonce, sample_size, criteria, thresholds, version))

std::vector<Clear> stored(const std::vector<std::string>& texts) {
  return {texts.begin(), texts.end()};
}
std::vector<std::string> restored(const std::vector<Clear>& texts) {
  std::vector<std::string> out;
  for (const Clear& text : texts) out.push_back(text.text);
  return out;
}

StoredHead stored(const KeptHead& head) {
  return {head.note, stored(head.cosignatures), stored(head.time_tokens)};
}
KeptHead restored(const StoredHead& head) {
  return {head.note.text, restored(head.cosignatures), restored(head.time_tokens)};
}

}  // namespace

std::string Inputs::text() const {
  StoredInputs all;
  all.system = system;
  all.tenant = tenant.value();
  all.origin = origin;
  all.meta_origin = meta_origin;
  all.start = static_cast<std::int64_t>(parameters.start.value());
  all.end = static_cast<std::int64_t>(parameters.end.value());
  all.meta_end = static_cast<std::int64_t>(parameters.meta_end.value());
  all.from = parameters.from;
  all.to = parameters.to;
  for (const KeptHead& head : parameters.heads) all.heads.push_back(stored(head));
  if (parameters.meta_head) all.meta_head = stored(*parameters.meta_head);
  all.nonce = parameters.nonce;
  all.sample_size = static_cast<std::int64_t>(parameters.sample_size);
  all.criteria = stored(parameters.criteria);
  all.thresholds = parameters.thresholds;
  all.version = parameters.version;
  return to_json(all);
}

recourse::Result<Inputs> Inputs::parse(std::string_view text) {
  simdjson::dom::parser parser;
  simdjson::dom::element json;
  StoredInputs all;
  const std::string expected = all.inputs.text;
  std::string_view where;
  const simdjson::padded_string padded(text);
  if (parser.parse(padded).get(json) || !read_json(json, all, where) ||
      all.inputs.text != expected || all.start < 0 || all.end < all.start || all.meta_end < 0 ||
      all.sample_size < 0)
    return Error{ErrorCode::invalid, "report/inputs.json is not that of a package" +
                                         (where.empty() ? "" : ": " + std::string(where))};
  Inputs inputs;
  inputs.system = all.system.text;
  inputs.tenant = TenantId(all.tenant.text);
  inputs.origin = all.origin.text;
  inputs.meta_origin = all.meta_origin.text;
  Parameters& out = inputs.parameters;
  out.start = LogSize(static_cast<std::uint64_t>(all.start));
  out.end = LogSize(static_cast<std::uint64_t>(all.end));
  out.meta_end = LogSize(static_cast<std::uint64_t>(all.meta_end));
  out.from = all.from;
  out.to = all.to;
  for (const StoredHead& head : all.heads) out.heads.push_back(restored(head));
  if (all.meta_head) out.meta_head = restored(*all.meta_head);
  out.nonce = all.nonce.text;
  out.sample_size = static_cast<std::uint64_t>(all.sample_size);
  out.criteria = restored(all.criteria);
  out.thresholds = all.thresholds;
  out.version = all.version.text;
  return inputs;
}

}  // namespace recourse::soc2
