#include "engine/erasure/kek_epochs.h"
#include "tools/cli/commands.h"
#include "tools/cli/complain.h"
#include "tools/cli/deployment.h"
#include "tools/cli/print.h"

namespace recourse::cli {

int main_kek_rotate(const KekRotateFlags& flags) {
  DeploymentOptions options;
  options.place = flags;
  const auto deployment = Deployment::open(options);
  if (!deployment) return complain("kek rotate", deployment.error());
  const auto change = retire_kek((*deployment)->writer(), (*deployment)->signer(), kek_path(flags));
  if (!change) return complain("kek rotate", change.error());
  if (flags.json) {
    print_json(Json::object({{"retired_epoch", change->retired},
                             {"rewrapped", change->rewrapped},
                             {"certified", change->certified},
                             {"assurance", "best_effort"}}));
  } else {
    print_line("Key epoch " + std::to_string(change->retired) +
               " is over: " + grouped(change->rewrapped) + " keys live on under the new key in " +
               kek_path(flags) + ", the old one was overwritten (best effort).");
    print_line("Erasures certified: " + grouped(change->certified) + '.');
    print_line(
        "Copies of the old key file elsewhere have to be destroyed as well; keep a copy of "
        "the new one.");
  }
  if (change->uncertified.empty()) return kDone;
  std::string why;
  for (const std::string& one : change->uncertified) why += (why.empty() ? "" : ", ") + one;
  return complain("kek rotate", "some erasures could not be certified: " + why,
                  "run `recourse verify`", kFoundProblem);
}

}  // namespace recourse::cli
