#include "tools/cli/privacy_flags.h"

namespace recourse::cli {
namespace {

struct PersonOptions {
  CLI::Option* subject;
  CLI::Option* email;
  CLI::Option* dsr;
};

PersonOptions person_options(CLI::App* sub, PersonFlags& flags) {
  place(sub, flags);
  sub->add_option("--tenant", flags.tenant, "Whose customer the person is")
      ->type_name("NAME")
      ->capture_default_str();
  PersonOptions options{};
  options.subject =
      sub->add_option("--subject", flags.subject, "The person (sub_...)")->type_name("ID");
  options.email =
      sub->add_option("--email", flags.email, "Or the address that the person is known by")
          ->type_name("ADDRESS")
          ->excludes(options.subject);
  options.dsr = sub->add_option("--dsr", flags.dsr, "Go on with this request in place of a new one")
                    ->type_name("ID");
  sub->add_option("--by", flags.by, "Who does it: a person's id (usr_...)")->type_name("ID");
  sub->add_option("--method", flags.method, "How the identity was verified, a code")
      ->capture_default_str();
  return options;
}

void backups_option(CLI::App* sub, std::string& directory, const char* about) {
  directory = from_environment("RECOURSE_BACKUP_DIR");
  sub->add_option("--backup-dir", directory, about)->type_name("DIR");
}

constexpr const char* kTold =
    "Backups that have to know of it (default: those that were made of this data directory)";

void erase_options(CLI::App* sub, EraseFlags& flags) {
  const PersonOptions person = person_options(sub, flags);
  backups_option(sub, flags.backup_dir, kTold);
  sub->add_flag("--certificate", flags.certificate,
                "Print the signed certificate of the request --dsr, and erase nothing")
      ->needs(person.dsr)
      ->excludes(person.subject)
      ->excludes(person.email);
  sub->add_flag("--json", flags.json, "Print JSON for programs");
}

void kek_rotate_options(CLI::App* sub, KekRotateFlags& flags) {
  place(sub, flags);
  backups_option(sub, flags.backup_dir,
                 "Make a backup here first: older ones cannot be restored any more (default: where "
                 "the last one was made)");
  sub->add_flag("!--no-backup", flags.backup,
                "Make none: then nothing can be restored until the next backup");
  sub->add_flag("--json", flags.json, "Print JSON for programs");
}

void retention_options(CLI::App* sub, RetentionFlags& flags) {
  place(sub, flags);
  sub->add_option("--tenant", flags.tenant, "Only this tenant (default: all)")->type_name("NAME");
  backups_option(sub, flags.backup_dir, kTold);
  sub->add_flag("--dry-run", flags.dry_run, "Say what would go, and destroy nothing");
  sub->add_flag("--json", flags.json, "Print JSON for programs");
}

void privacy_export_options(CLI::App* sub, PrivacyExportFlags& flags) {
  person_options(sub, flags);
  sub->add_option("--out", flags.out, "A new directory for subject.json and subject.html")
      ->required()
      ->type_name("DIR");
  sub->add_flag("--json", flags.json, "Print JSON for programs");
}

}  // namespace

OneCommand<EraseFlags> erase_command() {
  return {"erase", "Erase a person: what was said stays provable, and nobody can read it",
          "recourse erase --tenant default --email jane@example.com --data ./recourse-data",
          erase_options};
}

OneCommand<PrivacyExportFlags> privacy_export_command() {
  return {"export", "Write all that is stored about a person, with proofs, for the person",
          "recourse privacy export --email jane@example.com --out answer --data ./recourse-data",
          privacy_export_options};
}

OneCommand<KekRotateFlags> kek_rotate_command() {
  return {"rotate",
          "End the key epoch: what was destroyed cannot be read in any older copy from then on",
          "recourse kek rotate --data ./recourse-data --backup-dir /backups/recourse",
          kek_rotate_options};
}

OneCommand<RetentionFlags> retention_command() {
  return {"run", "Destroy values whose time is over",
          "recourse retention run --data ./recourse-data --dry-run", retention_options};
}

void privacy_rounds_options(CLI::App* sub, ServerFlags& flags) {
  sub->add_option("--kek-epoch", flags.kek_epoch,
                  "How long a key epoch lasts in which a key was destroyed, up to 7d; 0: only "
                  "`recourse kek rotate` ends one")
      ->type_name("TIME")
      ->capture_default_str();
  sub->add_option("--retention-every", flags.retention_every,
                  "How often values are destroyed whose time is over; 0: only `recourse retention "
                  "run` does it")
      ->type_name("TIME")
      ->capture_default_str();
}

void certificate_option(CLI::App* sub, VerifyFlags& flags,
                        std::initializer_list<CLI::Option*> others) {
  auto* const certificate = sub->add_option("--certificate", flags.certificate,
                                            "Only the certificate of an erasure in this file")
                                ->type_name("FILE");
  for (CLI::Option* const other : others) certificate->excludes(other);
}

}  // namespace recourse::cli
