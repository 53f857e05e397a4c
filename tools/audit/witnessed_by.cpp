#include "tools/audit/witnessed_by.h"

#include <algorithm>
#include <optional>

#include "engine/base/time.h"

namespace recourse {
namespace {

/// 10000-01-01, in POSIX seconds: a year has four digits.
constexpr std::uint64_t kEndOfTimes = 253'402'300'800;

}  // namespace

Result<std::vector<BundleReport::Witness>> witnessed_by(const VerifiedCheckpoint& head,
                                                        const TrustPolicy& policy) {
  std::vector<BundleReport::Witness> witnesses;
  for (const TrustPolicy::Witness& witness : policy.witnesses()) {
    std::optional<std::uint64_t> first;
    for (const VerifiedSignature& signature : head.cosignatures)
      if (signature.name == witness.key.name() && signature.key_id == witness.key.id())
        first = std::min(first.value_or(*signature.time_s), *signature.time_s);
    if (!first) continue;
    if (*first >= kEndOfTimes)
      return Error{ErrorCode::invalid, "a cosignature of a time that nobody writes"};
    const std::string time = to_rfc3339(Timestamp(std::chrono::seconds(*first)));
    witnesses.push_back({witness.key.name(), time.substr(0, 19) + "Z", witness.key});
  }
  return witnesses;
}

}  // namespace recourse
