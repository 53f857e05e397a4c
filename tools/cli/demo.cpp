#include <errno.h>

#include <filesystem>
#include <fstream>

#include "tools/cli/commands.h"
#include "tools/cli/complain.h"
#include "tools/cli/demo_story.h"
#include "tools/cli/log_lines.h"
#include "tools/cli/print.h"
#include "tools/cli/progress.h"
#include "tools/cli/run_server.h"

namespace recourse::cli {
namespace {

namespace fs = std::filesystem;

/// A little earlier than the first ticket.
constexpr auto kStoryLength = std::chrono::hours(165);

/// The demo's keys lie beside the data, so that the commands it prints can be pasted; those of a
/// real deployment are shown once and kept nowhere.
fs::path keys_directory(const DemoFlags& flags) {
  return fs::path(kek_path(flags)).replace_extension(".keys");
}

Status write_keys(const fs::path& directory, const DemoPeople& people) {
  std::error_code error;
  fs::create_directories(directory, error);
  fs::permissions(directory, fs::perms::owner_all, error);
  const std::pair<const char*, const Writer::NewKey*> files[] = {{"admin", &people.admin},
                                                                 {"manager", &people.manager},
                                                                 {"operator", &people.operator_},
                                                                 {"agent", &people.agent}};
  for (const auto& [name, key] : files) {
    std::ofstream file(directory / name, std::ios::trunc);
    fs::permissions(directory / name, fs::perms::owner_read | fs::perms::owner_write, error);
    file << key->secret << '\n';
    if (!file.flush())
      return Error{ErrorCode::io,
                   "cannot write " + (directory / name).string() + "; make its directory writable"};
  }
  return {};
}

struct Made {
  DemoPeople people;
  DemoOutcome outcome;
};

Result<Made> make_demo(const DemoFlags& flags, Timestamp until) {
  // With a seed everything is drawn from it, so that two runs give the same log; without one the
  // story is the same and nobody can guess a key.
  SystemRandom system;
  PooledRandom unguessable(system);
  SeededRandom seeded(flags.seed.value_or(0));
  SeededRandom story(flags.seed.value_or(1));
  ManualClock clock(until - kStoryLength);
  DeploymentOptions options;
  options.place = flags;
  options.create = true;
  options.clock = &clock;
  options.random = flags.seed ? static_cast<Random*>(&seeded) : &unguessable;
  // The desk sleeps at night: one heartbeat after such a pause tells enough.
  options.writer.quiet = std::chrono::hours(6);
  Made made;
  RECOURSE_LET(const auto deployment, Deployment::open(options));
  RECOURSE_LET(made.people, make_demo_people(deployment->writer()));
  RECOURSE_LET(made.outcome, tell_demo_story(*deployment, made.people, clock, story, until));
  RECOURSE_TRY(write_keys(keys_directory(flags), made.people));
  return made;
}

bool is_there(const DemoFlags& flags) {
  std::error_code error;
  return fs::exists(fs::path(flags.data_dir) / "HEAD", error) ||
         fs::exists(fs::path(flags.data_dir) / "ledger", error);
}

void print_made(const DemoFlags& flags, const Made& made, Timestamp until) {
  print_line("Made " + flags.data_dir + ": " + std::to_string(made.outcome.tickets) + " tickets, " +
             grouped(made.outcome.events) + " events of a help desk's week until " +
             to_rfc3339(until).substr(0, 16) + "Z.");
  print_line("The admin key is shown only now (the demo also keeps its four keys in " +
             keys_directory(flags).string() + "):");
  print_line(made.people.admin.secret);
  if (flags.seed)
    print_line("Everything was drawn from the seed, the keys too: let nobody else reach it.");
}

void print_things_to_try(const DemoFlags& flags, const DemoOutcome& outcome,
                         const std::string& url) {
  const std::string program = program_invocation_name;
  const std::string data = " --data " + flags.data_dir;
  const std::string post = "curl -sS -X POST -H \"Authorization: Bearer $(cat " +
                           keys_directory(flags).string() + "/manager)\" ";
  print_line("");
  print_line("Three things to try" + std::string(url.empty() ? ":" : ", in another terminal:"));
  print_line("");
  print_line("1. What did the agent do to ticket " + std::to_string(outcome.resolved_number) +
             ", and why was it allowed?");
  print_line("  $ " + program + " replay " + std::to_string(outcome.resolved_number) + data);
  print_line("");
  if (url.empty()) {
    print_line("2. Do the rows say what the log says?");
    print_line("  $ " + program + " rebuild --check" + data);
  } else {
    print_line("2. Take it back, as the manager:");
    print_line("  $ " + post +
               "-H 'Content-Type: application/json' -H 'Idempotency-Key: try-2' -d "
               "'{\"target\":\"" +
               outcome.resolved.value() +
               "\",\"mode\":\"restrict\",\"reason\":\"trying it out\"}' " + url + "/v1/rollbacks");
  }
  print_line("");
  print_line("3. Is every event where it was put, and nothing missing?");
  print_line("  $ " + program + " verify" + data);
  print_line("");
}

int serve_demo(const DemoFlags& flags, const DemoOutcome* outcome, StopSignals& signals) {
  DeploymentOptions options;
  options.place = flags;
  const auto deployment = Deployment::open(options);
  if (!deployment) return complain("demo", deployment.error());
  UpkeepOptions upkeep;
  upkeep.backup.data_dir = flags.data_dir;
  const Status served = run_server(
      **deployment, flags, flags, std::move(upkeep), signals, [&](const std::string& url) {
        print_line("Recourse listens on " + url + ". Stop it with Ctrl-C.");
        if (outcome != nullptr) print_things_to_try(flags, *outcome, url);
        std::fflush(stdout);
      });
  return served ? kDone : complain("demo", served.error());
}

}  // namespace

int main_demo(const DemoFlags& flags) {
  set_log(flags.log_format, flags.log_level);
  if (const Status good = check_flags(flags); !good)
    return complain("demo", good.error().message, "", kWrongUsage);
  const Timestamp now = SystemClock().now();
  const auto until = flags.until.empty() ? Result<Timestamp>(now) : from_rfc3339(flags.until);
  if (!until || *until > now)
    return complain("demo", "--until " + flags.until + " is no time up to now",
                    "write it like 2026-01-30T16:00:00Z", kWrongUsage);
  StopSignals signals;
  if (is_there(flags)) {
    print_line(flags.data_dir + " holds a deployment already; nothing was added to it.");
    return flags.serve ? serve_demo(flags, nullptr, signals) : kDone;
  }
  const auto made = make_demo(flags, *until);
  if (!made)
    return complain("demo",
                    made.error().message + "; mend this, remove " + flags.data_dir + " and " +
                        kek_path(flags) + ", then start again",
                    "", kCouldNotTell);
  print_made(flags, *made, *until);
  if (!flags.serve) return print_things_to_try(flags, made->outcome, ""), kDone;
  return serve_demo(flags, &made->outcome, signals);
}

}  // namespace recourse::cli
