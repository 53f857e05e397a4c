#include "tools/backup/drill.h"

#include "tools/backup/meta_events.h"
#include "tools/cli/commands.h"
#include "tools/cli/complain.h"
#include "tools/cli/deployment.h"
#include "tools/cli/print.h"
#include "tools/cli/upkeep_jobs.h"

namespace recourse::cli {
namespace {

std::string seconds(std::int64_t milliseconds) {
  return std::to_string(milliseconds / 1000) + '.' + std::to_string(milliseconds % 1000 / 100) +
         " s";
}

int ask(const DrillFlags& flags) {
  const auto state = ask_server(flags, "/v1/drills");
  if (!state) return complain("drill", state.error());
  if (flags.json) return print_json(*state->find("jobs")->find("drill")), kDone;
  print_line(
      "The newest backup can be restored, and is what the log says. How long it took stands "
      "in the event restore.tested of the deployment's own ledger.");
  return kDone;
}

}  // namespace

int main_drill(const DrillFlags& flags) {
  if (!flags.url.empty()) return ask(flags);
  if (flags.from.empty())
    return complain("drill", "no backups were given", "name their directory with --from",
                    kWrongUsage);
  DeploymentOptions opening;
  opening.place = flags;
  const auto deployment = Deployment::open(opening);
  if (!deployment) return complain("drill", deployment.error());
  DrillOptions options;
  options.from = flags.from;
  options.kek_file = kek_path(flags);
  options.scratch = flags.scratch.empty() ? drill_place(flags) : flags.scratch;
  const auto signer = head_signer(flags);
  if (!signer) return complain("drill", signer.error().message, "", kWrongUsage);
  options.signer = *signer;
  Writer& writer = (*deployment)->writer();
  const auto drilled = drill((*deployment)->ledger(), writer.clock(), options);
  if (!drilled) return complain("drill", drilled.error());
  if (const Status recorded = record_in_meta(writer, {drilled->tested}); !recorded)
    return complain("drill", recorded.error());
  const RestoreTested& tested = drilled->tested;
  if (flags.json) {
    print_json(Json::object({{"backup", tested.backup},
                             {"commit_number", tested.commit_number},
                             {"equal", tested.equal},
                             {"rto_ms", tested.rto_ms},
                             {"rpo_ms", tested.rpo_ms},
                             {"lost", tested.lost},
                             {"told", drilled->told}}));
    return tested.equal ? kDone : kFoundProblem;
  }
  if (!tested.equal)
    return complain("drill",
                    "the newest backup cannot take the place of the data: " + drilled->told,
                    "make another one now and drill again", kFoundProblem);
  print_line("Backup " + std::to_string(tested.backup) + " could serve after " +
             seconds(tested.rto_ms) + " and is what the log says. Its last event is " +
             seconds(tested.rpo_ms) + " old; " + std::to_string(tested.lost) +
             (tested.lost == 1 ? " commit" : " commits") + " came since.");
  return kDone;
}

}  // namespace recourse::cli
