#include "tools/backup/backup_places.h"
#include "tools/cli/autonomy_limits.h"
#include "tools/cli/commands.h"
#include "tools/cli/complain.h"
#include "tools/cli/log_lines.h"
#include "tools/cli/print.h"
#include "tools/cli/run_server.h"
#include "tools/cli/upkeep_jobs.h"

namespace recourse::cli {

int main_serve(const ServeFlags& flags) {
  set_log(flags.log_format, flags.log_level);
  if (const Status good = check_flags(flags); !good)
    return complain("serve", good.error().message, "", kWrongUsage);
  const auto limits = autonomy_limits_in_environment();
  if (!limits) return complain("serve", limits.error().message, "", kWrongUsage);
  auto upkeep = upkeep_options_of(flags);
  if (!upkeep) return complain("serve", upkeep.error().message, "", kWrongUsage);
  StopSignals signals;
  DeploymentOptions options;
  options.place = flags;
  options.deployment = flags.deployment;
  options.create = true;
  options.park = flags.park;
  const auto deployment = Deployment::open(options);
  if (!deployment) return complain("serve", deployment.error());
  // Those that another version made there count too.
  std::error_code error;
  if (!flags.backup_dir.empty() && std::filesystem::exists(flags.backup_dir, error))
    if (const Status kept = remember_backups(flags.data_dir, flags.backup_dir); !kept)
      return complain("serve", kept.error());
  const auto first = bootstrap((*deployment)->writer());
  if (!first) return complain("serve", first.error());
  if (*first) {
    print_line("A new deployment in " + flags.data_dir +
               " with the tenant `default`. Its admin key "
               "is shown only now:");
    print_line((*first)->secret);
    print_line("Keep a copy of " + kek_path(flags) + " elsewhere: without it no text can be read.");
  }
  // After an upgrade the state that this is decided from may have to be made anew first.
  std::function<Status()> later;
  if (const Status set = apply_autonomy_limits((*deployment)->writer(), *limits); !set) {
    if (set.error().code != ErrorCode::unavailable) return complain("serve", set.error());
    later = [&] { return apply_autonomy_limits((*deployment)->writer(), *limits); };
  }
  const Status served = run_server(
      **deployment, flags, flags, std::move(upkeep).value(), signals, [](const std::string& url) {
        print_line("Recourse listens on " + url + ". Stop it with Ctrl-C.");
        std::fflush(stdout);
      },
      later);
  return served ? kDone : complain("serve", served.error());
}

}  // namespace recourse::cli
