#include "tools/cli/upkeep_jobs.h"

#include <chrono>
#include <thread>

#include "engine/event/canonical_json.h"
#include "engine/event/parse_json.h"
#include "tools/cli/deployment.h"
#include "tools/cli/server_client.h"

extern char** environ;

namespace recourse::cli {
namespace {

using namespace std::chrono_literals;

constexpr auto kAskEvery = 300ms;
constexpr std::uint64_t kMiB = 1 << 20;

Json list_of(const std::vector<std::string>& texts) {
  Json list = Json::array();
  for (const std::string& text : texts) list.push_back(text);
  return list;
}

std::int64_t integer_of(const Json& json, std::string_view name) {
  const Json* const member = json.find(name);
  return member == nullptr ? 0 : member->integer().value_or(0);
}

std::string string_of(const Json& json, std::string_view name) {
  const Json* const member = json.find(name);
  return member == nullptr || member->string() == nullptr ? "" : *member->string();
}

}  // namespace

std::string drill_place(const PlaceFlags& place) {
  std::string path = place.data_dir;
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  return path + ".drill";
}

Json settings_of(const ServeFlags& flags) {
  // What the process was given; what it became in the log (policies, keys, connectors) is there.
  Json variables = Json::object();
  for (char** one = environ; *one != nullptr; ++one) {
    const std::string_view text(*one);
    const std::size_t equals = text.find('=');
    const std::string_view name = text.substr(0, equals);
    const bool ours = name.starts_with("RECOURSE_") || name.starts_with("MAX_AUTONOMOUS_");
    if (equals == text.npos || !ours || name.starts_with("RECOURSE_CREDENTIAL_")) continue;
    variables.set(name, text.substr(equals + 1));
  }
  return Json::object({{"backup_dir", flags.backup_dir},
                       {"backup_every_s", flags.backup_every_s},
                       {"backup_keep", std::uint64_t{flags.backup_keep}},
                       {"data", flags.data_dir},
                       {"deployment", flags.deployment},
                       {"drill_dir", flags.drill_dir},
                       {"drill_every_s", flags.drill_every_s},
                       {"include", list_of(flags.configuration)},
                       {"kek", flags.kek_file},
                       {"kek_epoch", flags.kek_epoch},
                       {"limits", list_of(flags.limits)},
                       {"listen", flags.listen},
                       {"log_format", flags.log_format},
                       {"log_level", flags.log_level},
                       {"retention_every", flags.retention_every},
                       {"scrub_every_s", flags.scrub_every_s},
                       {"scrub_mib_per_s", flags.scrub_mib_per_s},
                       {"signer", flags.signer},
                       {"threads", flags.threads},
                       {"trust_policy", flags.trust_policy},
                       {"trusted_keys", list_of(flags.trusted_keys)},
                       {"tsa", flags.tsa},
                       {"tsa_ca", flags.tsa_ca},
                       {"variables", std::move(variables)},
                       {"witness", list_of(flags.witnesses)}});
}

Result<UpkeepOptions> upkeep_options_of(const ServeFlags& flags) {
  if (flags.backup_dir.empty() && (flags.backup_every_s > 0 || flags.drill_every_s > 0))
    return Error{ErrorCode::invalid, "backups and drills need a place; name it with --backup-dir"};
  UpkeepOptions options;
  options.backup.data_dir = flags.data_dir;
  options.backup.kek_file = kek_path(flags);
  options.backup.to = flags.backup_dir;
  options.backup.keep = flags.backup_keep;
  options.backup.program = RECOURSE_VERSION;
  options.backup.settings = canonical_json(settings_of(flags));
  for (const std::string& file : flags.configuration)
    options.backup.configuration.emplace_back(file);
  options.scratch = flags.drill_dir.empty() ? drill_place(flags) : flags.drill_dir;
  RECOURSE_LET(options.signer, head_signer(flags));
  options.backup_every = std::chrono::seconds(flags.backup_every_s);
  options.drill_every = std::chrono::seconds(flags.drill_every_s);
  options.scrub_every = std::chrono::seconds(flags.scrub_every_s);
  options.scrub_bytes_per_s = flags.scrub_mib_per_s * kMiB;
  return options;
}

Result<Json> ask_server(const TargetFlags& flags, const std::string& path) {
  RECOURSE_LET(ServerClient server, ServerClient::open(flags));
  RECOURSE_LET(const auto asked, server.post(path, Json::object()));
  RECOURSE_LET(const Json run, parse_json(asked.body));
  const std::string job = string_of(run, "job");
  for (;;) {
    RECOURSE_LET(const auto answer, server.get("/v1/backups"));
    RECOURSE_LET(const Json state, parse_json(answer.body));
    const Json* const jobs = state.find("jobs");
    const Json* const now = jobs == nullptr ? nullptr : jobs->find(job);
    if (now == nullptr) return Error{ErrorCode::unsupported, "the server answers something else"};
    if (integer_of(*now, "runs") < integer_of(run, "run")) {
      std::this_thread::sleep_for(kAskEvery);
      continue;
    }
    if (now->find("failed_at") != nullptr)
      return Error{ErrorCode::io, "the " + job + " failed: " + string_of(*now, "told")};
    return state;
  }
}

}  // namespace recourse::cli
