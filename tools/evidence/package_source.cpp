#include "tools/evidence/package_source.h"

#include "engine/event/canonical_json.h"
#include "engine/event/parse_json.h"

namespace recourse::soc2 {
namespace {

Json json_of(const std::vector<ClosedLog>& closed) {
  Json list = Json::array();
  for (const ClosedLog& log : closed)
    list.push_back(Json::object({{"origin", log.origin}, {"size", log.kept.size.value()}}));
  return list;
}

/// False when it is not such a list; there may be none.
bool read_closed(const Json& json, std::string_view name, std::vector<ClosedLog>& closed) {
  const Json* const list = json.find(name);
  if (list == nullptr) return true;
  if (list->elements() == nullptr) return false;
  for (const Json& one : *list->elements()) {
    const Json *const origin = one.find("origin"), *const size = one.find("size");
    const std::int64_t kept = size == nullptr ? -1 : size->integer().value_or(-1);
    if (origin == nullptr || origin->string() == nullptr || kept < 0) return false;
    closed.push_back({*origin->string(), {LogSize(static_cast<std::uint64_t>(kept)), {}}, {}});
  }
  return true;
}

}  // namespace

Source PackageSource::without_leaves() const {
  Source source;
  source.system = system;
  source.tenant = tenant;
  source.origin = origin;
  source.closed = closed;
  source.meta_origin = meta_origin;
  source.meta_closed = meta_closed;
  return source;
}

std::string PackageSource::text() const {
  Json json = Json::object({{"log_key", log_key},
                            {"meta_origin", meta_origin},
                            {"origin", origin},
                            {"system", system},
                            {"tenant", tenant.value()}});
  if (!closed.empty()) json.set("closed", json_of(closed));
  if (!meta_closed.empty()) json.set("meta_closed", json_of(meta_closed));
  return canonical_json(json) + "\n";
}

recourse::Result<PackageSource> PackageSource::parse(std::string_view text) {
  const Error bad{ErrorCode::invalid, "report/source.json is not that of a package"};
  const auto json = parse_json(text);
  if (!json) return bad;
  const auto member = [&](std::string_view name) -> const std::string* {
    const Json* const found = json->find(name);
    return found != nullptr ? found->string() : nullptr;
  };
  const std::string *system = member("system"), *tenant = member("tenant"),
                    *origin = member("origin"), *meta = member("meta_origin"),
                    *key = member("log_key");
  if (system == nullptr || tenant == nullptr || origin == nullptr || meta == nullptr ||
      key == nullptr)
    return bad;
  PackageSource source{*system, TenantId(*tenant), *origin, *meta, *key};
  if (!read_closed(*json, "closed", source.closed) ||
      !read_closed(*json, "meta_closed", source.meta_closed))
    return bad;
  return source;
}

}  // namespace recourse::soc2
