#include "tools/backup/scrub.h"

#include "tools/backup/meta_events.h"
#include "tools/cli/commands.h"
#include "tools/cli/complain.h"
#include "tools/cli/deployment.h"
#include "tools/cli/print.h"
#include "tools/cli/progress.h"
#include "tools/cli/upkeep_jobs.h"

namespace recourse::cli {
namespace {

constexpr std::uint64_t kScrubMiB = 1 << 20;
constexpr double kThousand = 1000;

int ask(const ScrubFlags& flags) {
  const auto state = ask_server(flags, "/v1/scrubs");
  if (!state) return complain("scrub", state.error());
  const Json& job = *state->find("jobs")->find("scrub");
  const std::int64_t findings = job.find("findings")->integer().value_or(0);
  if (flags.json) return print_json(job), findings == 0 ? kDone : kFoundProblem;
  if (findings > 0)
    return complain("scrub", std::to_string(findings) + " findings: " + text_of(job, "told"), "",
                    kFoundProblem);
  print_line("Every event and sealed value was read again and is what its hash says.");
  return kDone;
}

}  // namespace

int main_scrub(const ScrubFlags& flags) {
  if (!flags.url.empty()) return ask(flags);
  DeploymentOptions opening;
  opening.place = flags;
  const auto deployment = Deployment::open(opening);
  if (!deployment) return complain("scrub", deployment.error());
  Progress progress("scrub", flags.json);
  ScrubOptions options;
  options.bytes_per_s = flags.mib_per_s * kScrubMiB;
  options.progress = [&progress](double share) {
    progress.show(static_cast<std::uint64_t>(share * kThousand),
                  static_cast<std::uint64_t>(kThousand));
  };
  const auto scrubbed = scrub((*deployment)->ledger(), (*deployment)->signer(), options);
  progress.end();
  if (!scrubbed) return complain("scrub", scrubbed.error());
  std::vector<EventData> events(scrubbed->completed.begin(), scrubbed->completed.end());
  if (const Status recorded = record_in_meta((*deployment)->writer(), std::move(events)); !recorded)
    return complain("scrub", recorded.error());
  print_text(flags.json ? to_json(scrubbed->report) : to_text(scrubbed->report));
  return scrubbed->report.exit_code();
}

}  // namespace recourse::cli
