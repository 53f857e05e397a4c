#include "tools/cli/shared_flags.h"

#include <cstdlib>

#include "tools/cli/evidence_flags.h"

namespace recourse::cli {
namespace {

constexpr const char* kDefaultDataDir = "./recourse-data";

}  // namespace

std::string from_environment(const char* name, const char* otherwise) {
  const char* const value = std::getenv(name);
  return value != nullptr && *value != '\0' ? value : otherwise;
}

CLI::Option* place(CLI::App* sub, PlaceFlags& flags) {
  flags.data_dir = from_environment("RECOURSE_DATA", kDefaultDataDir);
  flags.kek_file = from_environment("RECOURSE_KEK");
  auto* const data = sub->add_option("--data", flags.data_dir, "Data directory")
                         ->type_name("DIR")
                         ->capture_default_str();
  sub->add_option("--kek", flags.kek_file, "Key encryption key (default: DIR.kek)")
      ->type_name("FILE");
  flags.signer = from_environment("RECOURSE_SIGNER");
  sub->add_option("--signer", flags.signer,
                  "Whoever holds the log key (default: the data directory)")
      ->type_name("unix:PATH");
  return data;
}

void target(CLI::App* sub, TargetFlags& flags) {
  CLI::Option* const data = place(sub, flags);
  flags.key_file = from_environment("RECOURSE_KEY_FILE");
  auto* const url =
      sub->add_option("--url", flags.url, "Ask this running server instead of opening --data")
          ->type_name("URL");
  url->excludes(data);
  sub->add_option("--key-file", flags.key_file, "File with the API key for --url")
      ->type_name("FILE");
}

void server_target(CLI::App* sub, TargetFlags& flags) {
  flags.url = "http://127.0.0.1:8080";
  flags.key_file = from_environment("RECOURSE_KEY_FILE");
  sub->add_option("--url", flags.url, "The running server")
      ->type_name("URL")
      ->capture_default_str();
  sub->add_option("--key-file", flags.key_file, "File with the API key")->type_name("FILE");
}

void server(CLI::App* sub, ServerFlags& flags) {
  flags.listen = from_environment("RECOURSE_LISTEN", "127.0.0.1:8080");
  flags.log_format = from_environment("RECOURSE_LOG_FORMAT", "text");
  flags.log_level = from_environment("RECOURSE_LOG_LEVEL", "info");
  auto* const listen =
      sub->add_option("--listen", flags.listen, "Address and port; port 0 takes a free one")
          ->type_name("ADDRESS:PORT")
          ->capture_default_str();
  sub->add_option_function<std::uint16_t>(
         "--port",
         [&flags](const std::uint16_t& port) {
           flags.listen = "127.0.0.1:" + std::to_string(port);
         },
         "Short for --listen 127.0.0.1:PORT")
      ->type_name("PORT")
      ->excludes(listen);
  sub->add_option("--log-format", flags.log_format, "Lines of text, or one JSON object a line")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
  sub->add_option("--log-level", flags.log_level)
      ->check(CLI::IsMember({"trace", "debug", "info", "warn", "error", "off"}))
      ->capture_default_str();
  sub->add_option("--threads", flags.threads, "Threads for connections")
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
  sub->add_option("--limit", flags.limits,
                  "Requests of the served paths: anon, user, process or rollback, such as "
                  "user=1000/h, tenant:acme/process=200/m or key:key_01J.../user=0/h (0: no "
                  "limit); may be repeated")
      ->type_name("LIMIT")
      ->envname("RECOURSE_LIMITS")
      ->delimiter(',');
  sub->add_option("--trusted-key", flags.trusted_keys,
                  "Id of a key that none of these limits holds for; may be repeated")
      ->type_name("ID")
      ->envname("RECOURSE_TRUSTED_KEYS")
      ->delimiter(',');
  evidence_options(sub, flags);
}

void park_option(CLI::App* sub, std::vector<std::string>& types) {
  sub->add_option("--park", types,
                  "Type of events that a projection leaves out when it cannot fold one, instead of "
                  "stopping; kept from then on; may be repeated")
      ->type_name("TYPE");
}

void server_only(CLI::App* sub, TargetFlags& flags) {
  flags.key_file = from_environment("RECOURSE_KEY_FILE");
  sub->add_option("--url", flags.url, "The running server")->required()->type_name("URL");
  sub->add_option("--key-file", flags.key_file, "File with your API key")->type_name("FILE");
}

}  // namespace recourse::cli
