#include "tools/evidence/package_source.h"

#include "engine/event/canonical_json.h"
#include "engine/event/parse_json.h"

namespace recourse::soc2 {

Source PackageSource::without_leaves() const {
  Source source;
  source.system = system;
  source.tenant = tenant;
  source.origin = origin;
  source.meta_origin = meta_origin;
  return source;
}

std::string PackageSource::text() const {
  return canonical_json(Json::object({{"log_key", log_key},
                                      {"meta_origin", meta_origin},
                                      {"origin", origin},
                                      {"system", system},
                                      {"tenant", tenant.value()}})) +
         "\n";
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
  return PackageSource{*system, TenantId(*tenant), *origin, *meta, *key};
}

}  // namespace recourse::soc2
