#pragma once

#include <memory>
#include <vector>

#include "api/http/metrics.h"
#include "api/routes/health_part.h"
#include "engine/witness/time_stamping.h"
#include "engine/witness/witnessing.h"
#include "tools/cli/deployment.h"

namespace recourse::cli {

/// The policy that the flags name; nothing is asked for without any. Errors: invalid, not_found,
/// io.
Result<TrustPolicy> trust_policy(const EvidenceFlags& flags);

/// The policy of the server that ran last in this data directory, for those who export beside it.
Result<TrustPolicy> kept_trust_policy(const PlaceFlags& place);

/// The witnesses and the time-stamping authority of a server. Threads: those of its parts.
class OutsideEvidence {
 public:
  /// `deployment` outlives it. Errors: those of trust_policy; io.
  static Result<std::unique_ptr<OutsideEvidence>> start(Deployment& deployment,
                                                        const PlaceFlags& place,
                                                        const EvidenceFlags& flags);

  std::vector<routes::HealthPart> health() const;
  LogSize witnessed(LedgerId ledger) const;
  /// `this` outlives the registry's last text.
  void add_metrics(http::MetricRegistry& registry) const;

 private:
  OutsideEvidence();
  SystemRandom random_;
  SystemClock clock_;
  std::unique_ptr<PostPort> to_witnesses_, to_authority_;
  std::unique_ptr<Witnessing> witnessing_;  ///< Null without witnesses.
  std::unique_ptr<TimeStamping> stamping_;  ///< Null without an authority.
};

}  // namespace recourse::cli
