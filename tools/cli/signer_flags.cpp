#include "tools/cli/signer_flags.h"

namespace recourse::cli {

void signer_options(CLI::App* sub, SignerFlags& flags) {
  sub->add_option("--state", flags.state_dir,
                  "Directory of the log key and of the memory of what it signed")
      ->required()
      ->type_name("DIR");
  auto* const listen =
      sub->add_option("--listen", flags.listen, "Socket, unix:PATH; only its owner may use it")
          ->type_name("unix:PATH");
  sub->add_option("--adopt", flags.data_dir,
                  "Take the log key and its memory out of this data directory for good, and stop")
      ->type_name("DIR")
      ->excludes(listen);
  flags.kek_file = from_environment("RECOURSE_KEK");
  sub->add_option("--kek", flags.kek_file, "With --adopt: its key encryption key")
      ->type_name("FILE");
  sub->add_option("--log-format", flags.log_format, "Lines of text, or one JSON object a line")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
}

void rotate_options(CLI::App* sub, KeyRotateFlags& flags) {
  place(sub, flags);
  sub->add_option("--purpose", flags.purpose, "log, reports or receipts")
      ->required()
      ->check(CLI::IsMember({"log", "reports", "receipts"}))
      ->type_name("PURPOSE");
  sub->add_flag("--json", flags.json, "Print JSON for programs");
}

}  // namespace recourse::cli
