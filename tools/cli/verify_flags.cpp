#include "tools/cli/verify_flags.h"

#include "tools/cli/evidence_flags.h"
#include "tools/cli/privacy_flags.h"

namespace recourse::cli {

void verify_options(CLI::App* sub, VerifyFlags& flags) {
  place(sub, flags);
  sub->add_option("--tenant", flags.tenant, "Only this tenant (default: all)")->type_name("NAME");
  sub->add_option("--log-key", flags.log_keys,
                  "Verifier key of the log, as an auditor has it; may be repeated for one that was "
                  "replaced")
      ->type_name("KEY");
  auto* const receipt =
      sub->add_option("--receipt", flags.receipt, "Only the receipt of an approval in this file")
          ->type_name("FILE");
  sub->add_option("--receipt-key", flags.receipt_key,
                  "Verifier key of receipts; then no data directory is needed")
      ->type_name("KEY")
      ->needs(receipt);
  auto* const bundle =
      sub->add_option("--bundle", flags.bundle, "Only the evidence bundle in this directory")
          ->type_name("DIR")
          ->excludes(receipt);
  sub->add_flag("--rerun", flags.rerun,
                "Also make the report of an evidence package again, from its own files")
      ->needs(bundle);
  certificate_option(sub, flags, {receipt, bundle});
  sub->add_option("--report-key", flags.report_key,
                  "Verifier key of reports, as an auditor has it; goes with --bundle and "
                  "--certificate")
      ->type_name("KEY");
  outside_options(sub, bundle, flags);
  sub->add_flag("--strict", flags.strict, "Also the canonical form and schema of every event");
  sub->add_flag("!--no-sealed", flags.sealed, "Leave sealed values out");
  sub->add_flag("!--no-projections", flags.projections, "Leave the rows out");
  sub->add_option("--threads", flags.threads, "0: one for each processor")
      ->check(CLI::Range(0, 256));
  sub->add_flag("--json", flags.json, "Print JSON for programs");
}

}  // namespace recourse::cli
