#include "tools/cli/witness_flags.h"

namespace recourse::cli {

void witness_options(CLI::App* sub, WitnessFlags& flags) {
  auto* const fresh = sub->add_option("--new-key", flags.new_key,
                                      "Write a new key to this file, print what logs and "
                                      "verifiers need of it, and stop")
                          ->type_name("FILE");
  sub->add_option("--name", flags.name, "Of the witness, such as witness.example.com/w1")
      ->type_name("NAME")
      ->needs(fresh);
  sub->add_option("--key", flags.key_file, "What it signs with, from --new-key")
      ->type_name("FILE")
      ->excludes(fresh);
  sub->add_option("--state", flags.state_file,
                  "What it cosigned last of each log: never to be lost or set back")
      ->type_name("FILE")
      ->excludes(fresh);
  sub->add_option("--log-key", flags.log_keys,
                  "Verifier key of a log to cosign: usually that of <deployment>/meta; may be "
                  "repeated")
      ->type_name("KEY")
      ->excludes(fresh);
  sub->add_option("--listen", flags.listen, "Address and port; port 0 takes a free one")
      ->type_name("ADDRESS:PORT")
      ->capture_default_str();
  sub->add_option("--log-format", flags.log_format, "Lines of text, or one JSON object a line")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
}

}  // namespace recourse::cli
