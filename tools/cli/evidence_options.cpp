#include "tools/cli/evidence_options.h"

#include "engine/reactor/reactor.h"
#include "engine/witness/time_stamp.h"
#include "tools/cli/outside_evidence.h"

namespace recourse::cli {

Status ask_others(const ExportFlags& flags, PostPort& port, Signer* keeper,
                  BundleOptions& options) {
  RECOURSE_LET(options.policy, kept_trust_policy(flags));
  if (flags.tsa.empty()) return {};
  options.stamp = [&flags, &port, keeper](const Checkpoint& head) -> Result<std::string> {
    SystemRandom random;
    auto response = ask_time_stamp(port, {flags.tsa, flags.tsa_ca}, head, random);
    if (!response)
      return Error{ErrorCode::unavailable, "no time stamp from " + flags.tsa + ": " +
                                               response.error().message +
                                               "; try again, or export without --tsa"};
    if (keeper != nullptr)
      RECOURSE_TRY(keeper->keep_time_stamp(LedgerId(0), {LogSize(head.size), *response}));
    return response;
  };
  return {};
}

Status anchor_now(Deployment& deployment) {
  RECOURSE_TRY(deployment.signer().sign_round());
  RECOURSE_TRY(anchor_heads(deployment.writer()));
  return deployment.signer().sign_round();
}

}  // namespace recourse::cli
