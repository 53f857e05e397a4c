#include "tools/cli/export_flags.h"

#include "tools/cli/evidence_flags.h"

namespace recourse::cli {

void export_options(CLI::App* sub, ExportFlags& flags) {
  place(sub, flags);
  sub->add_option("--tenant", flags.tenant, "Whose events")
      ->type_name("NAME")
      ->capture_default_str();
  sub->add_option("--format", flags.format,
                  "ndjson: the events, one a line; bundle: with proofs and a verifier; soc2: a "
                  "bundle with the tests of all controls")
      ->required()
      ->check(CLI::IsMember({"ndjson", "bundle", "soc2"}))
      ->type_name("FORMAT");
  sub->add_option("--out", flags.out, "A new file (- for standard output) or directory")
      ->required()
      ->type_name("PATH");
  sub->add_option("--from", flags.from, "From this position or time on")->type_name("MOMENT");
  sub->add_option("--to", flags.to, "What is before it")->type_name("MOMENT");
  sub->add_option("--type", flags.types,
                  "ndjson: only such as action.proposed, or all of a noun: action")
      ->type_name("TYPE");
  auto* const open = sub->add_flag(
      "--open", flags.open, "bundle: sealed texts too; takes the directory's lock and is recorded");
  sub->add_option("--field", flags.fields,
                  "With --open: only such as /data/title or message.received:/data/body; may be "
                  "repeated")
      ->type_name("POINTER")
      ->needs(open);
  time_stamp_options(sub, flags.tsa, flags.tsa_ca);
  sub->add_option("--nonce", flags.nonce,
                  "soc2: the auditor's own text, drawn after the period's head was signed; it "
                  "chooses the sample")
      ->type_name("TEXT");
  sub->add_option("--sample", flags.sample, "soc2: how many of each population")
      ->capture_default_str()
      ->check(CLI::Range(1, 10'000));
  sub->add_option("--criteria", flags.criteria, "soc2: only controls of such as CC6 or CC6.1")
      ->type_name("CRITERION");
  sub->add_flag("--deployment", flags.deployment,
                "soc2: the deployment's own events too (keys, backups, checks); they name every "
                "tenant");
  auto* const owner = sub->add_option("--owner", flags.owner,
                                      "soc2: who answers for the exceptions that are found, an "
                                      "opaque name; recorded")
                          ->type_name("PRINCIPAL");
  auto* const due =
      sub->add_option("--due", flags.due, "soc2: until when; recorded")->type_name("TIME");
  owner->needs(due);
  due->needs(owner);
  sub->add_option("--purpose", flags.purpose, "Why it leaves the house, a code; recorded")
      ->type_name("CODE");
  sub->add_option("--recipient", flags.recipient, "Who gets it, an opaque name; recorded")
      ->type_name("NAME");
  sub->add_flag("--json", flags.json, "Print JSON for programs");
}

}  // namespace recourse::cli
