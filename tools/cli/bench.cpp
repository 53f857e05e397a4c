#include "tools/bench/bench.h"

#include <cstdio>
#include <filesystem>

#include "tools/cli/commands.h"
#include "tools/cli/complain.h"
#include "tools/cli/exit_code.h"
#include "tools/cli/print.h"

namespace recourse::cli {

int main_bench(const BenchFlags& flags) {
  bench::BenchOptions options;
  options.scratch_dir = flags.scratch_dir.empty() ? "./recourse-bench" : flags.scratch_dir;
  options.seconds = flags.seconds;
  options.only = flags.only;
  options.progress = [](const std::string& what) {
    std::fprintf(stderr, "recourse bench: %s ...\n", what.c_str());
  };
  if (std::filesystem::exists(options.scratch_dir))
    return complain("bench", options.scratch_dir + " is there already",
                    "name a directory that may be made and removed with --scratch", kWrongUsage);
  const auto figures = bench::run(options);
  if (!figures) return complain("bench", figures.error());
  print_line(flags.json ? bench::to_json(*figures) : bench::to_text(*figures));
  return kDone;
}

}  // namespace recourse::cli
