#include "tools/cli/evidence_flags.h"

namespace recourse::cli {

void evidence_options(CLI::App* sub, EvidenceFlags& flags) {
  auto* const witnesses =
      sub->add_option("--witness", flags.witnesses,
                      "Show each head of the meta log to this witness: its URL, a plus, and its "
                      "verifier key; all that are named have to cosign; may be repeated")
          ->type_name("URL+KEY")
          ->envname("RECOURSE_WITNESSES")
          ->delimiter(',');
  sub->add_option("--trust-policy", flags.trust_policy,
                  "In its place: witnesses and their quorum, as in c2sp.org/tlog-policy")
      ->type_name("FILE")
      ->excludes(witnesses);
  time_stamp_options(sub, flags.tsa, flags.tsa_ca);
}

void time_stamp_options(CLI::App* sub, std::string& url, std::string& ca_file) {
  url = from_environment("RECOURSE_TSA");
  ca_file = from_environment("RECOURSE_TSA_CA");
  sub->add_option("--tsa", url, "Have heads of the meta log time-stamped there (RFC 3161)")
      ->type_name("URL");
  sub->add_option("--tsa-ca", ca_file, "Certificates that vouch for the authority, in PEM")
      ->type_name("FILE");
}

void outside_options(CLI::App* sub, CLI::Option* bundle, VerifyFlags& flags) {
  sub->add_option("--trust-policy", flags.trust_policy,
                  "Witnesses that you believe, and which of them have to have cosigned; goes with "
                  "--bundle")
      ->type_name("FILE")
      ->needs(bundle);
  sub->add_option("--tsa-ca", flags.tsa_ca,
                  "Certificates that vouch for time stamps, in PEM; goes with --bundle")
      ->type_name("FILE")
      ->needs(bundle);
}

}  // namespace recourse::cli
