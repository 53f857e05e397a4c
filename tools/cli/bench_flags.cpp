#include "tools/cli/bench_flags.h"

namespace recourse::cli {

const ServerVerb& bench_about() {
  static const ServerVerb about{"bench", "Measure this machine: each figure beside its ceiling",
                                "recourse bench --only propose --seconds 5"};
  return about;
}

void bench_options(CLI::App* sub, BenchFlags& flags) {
  sub->add_option("--scratch", flags.scratch_dir,
                  "Directory on the disk to be measured; made, then removed "
                  "(default ./recourse-bench)");
  sub->add_option("--seconds", flags.seconds, "How long each measurement takes")
      ->check(CLI::Range(0.1, 600.0));
  sub->add_option("--only", flags.only, "append, propose, query or history; may be repeated")
      ->check(CLI::IsMember({"append", "propose", "query", "history"}));
  sub->add_flag("--json", flags.json, "Print JSON for programs");
}

}  // namespace recourse::cli
