#include "tools/cli/backup_flags.h"

#include "engine/policy/policy_units.h"

namespace recourse::cli {
namespace {

/// A time such as 24h, 30d, 90m or 45s; 0 for never.
void every_option(CLI::App* sub, const char* option, const char* variable, std::int64_t& seconds,
                  const char* about) {
  sub->add_option_function<std::string>(
         option,
         [&seconds, option](const std::string& text) {
           const auto read = read_written_number(text, false, PolicyUnit::seconds);
           if (!read || read->value < 0)
             throw CLI::ValidationError(option, "a time such as 24h, 30d or 90m");
           seconds = read->value;
         },
         about)
      ->type_name("TIME")
      ->envname(variable);
}

void include_option(CLI::App* sub, std::vector<std::string>& files) {
  sub->add_option("--include", files,
                  "A file of configuration that goes into the backup; may be repeated")
      ->type_name("FILE");
}

}  // namespace

const ServerVerb& backup_about() {
  static const ServerVerb about{
      "backup", "Copy the deployment, also while it is in use; list or check copies",
      "recourse backup --data ./recourse-data --to /backups/recourse --keep 14\n"
      "  recourse backup --url http://127.0.0.1:8080 --key-file admin.key\n"
      "  recourse backup --list --to /backups/recourse"};
  return about;
}

void backup_options(CLI::App* sub, BackupFlags& flags) {
  target(sub, flags);
  flags.to = from_environment("RECOURSE_BACKUP_DIR");
  sub->add_option("--to", flags.to, "Directory of the backups; made when it is not there")
      ->type_name("DIR");
  sub->add_option("--keep", flags.keep, "How many of the newest stay (default: all)")
      ->type_name("N");
  include_option(sub, flags.configuration);
  auto* const list = sub->add_flag("--list", flags.list, "Which backups there are");
  sub->add_option("--verify", flags.verify, "Compare every file of this backup with its hash")
      ->type_name("N")
      ->excludes(list);
  sub->add_flag("--json", flags.json, "Print JSON for programs");
}

const ServerVerb& restore_about() {
  static const ServerVerb about{
      "restore", "Make a data directory from a backup; what was erased since stays erased",
      "recourse restore --from /backups/recourse --data ./restored --kek recourse-data.kek "
      "--verify\n  recourse restore --from /backups/recourse --backup 12 --data ./restored --kek "
      "k.kek\n      --head newest-checkpoint.txt --erasures-from ./old-data"};
  return about;
}

void loss_options(CLI::App* sub, std::string& reason, std::string& by) {
  sub->add_option("--declare-loss", reason,
                  "Go on without what was signed and is lost for ever; the reason and what is lost "
                  "stay in the log, in clear")
      ->type_name("REASON");
  sub->add_option("--by", by,
                  "With --declare-loss: who declares it, as usr_... (default: os: and the login "
                  "name)")
      ->type_name("ID");
}

void restore_options(CLI::App* sub, RestoreFlags& flags) {
  place(sub, flags);
  flags.from = from_environment("RECOURSE_BACKUP_DIR");
  sub->add_option("--from", flags.from, "Directory of the backups")->type_name("DIR");
  sub->add_option("--backup", flags.backup, "Its number (default: the newest whole one)")
      ->type_name("N");
  sub->add_option("--head", flags.heads,
                  "A file with a signed head that was kept elsewhere: refused when the backup does "
                  "not reach it, unless --declare-loss is given; may be repeated")
      ->type_name("FILE");
  loss_options(sub, flags.declare_loss, flags.by);
  sub->add_option("--erasures-from", flags.erasures_from,
                  "What else knows of erasures: a newer data directory, a bundle, an export of "
                  "events or a journal; may be repeated")
      ->type_name("PATH");
  sub->add_flag("--verify", flags.verify, "Prove every byte before it can be served");
  sub->add_flag("--json", flags.json, "Print JSON for programs");
}

const ServerVerb& drill_about() {
  static const ServerVerb about{
      "drill", "Try the newest backup out: restore it elsewhere, time it, prove it",
      "recourse drill --data ./recourse-data --from /backups/recourse\n"
      "  recourse drill --url http://127.0.0.1:8080 --key-file admin.key"};
  return about;
}

void drill_options(CLI::App* sub, DrillFlags& flags) {
  target(sub, flags);
  flags.from = from_environment("RECOURSE_BACKUP_DIR");
  sub->add_option("--from", flags.from, "Directory of the backups")->type_name("DIR");
  sub->add_option("--scratch", flags.scratch,
                  "An empty place with room for it, removed afterwards (default: DATA.drill)")
      ->type_name("DIR");
  sub->add_flag("--json", flags.json, "Print JSON for programs");
}

const ServerVerb& scrub_about() {
  static const ServerVerb about{
      "scrub", "Read the whole log again, compare it with its hashes, record that",
      "recourse scrub --data ./recourse-data\n"
      "  recourse scrub --url http://127.0.0.1:8080 --key-file admin.key"};
  return about;
}

void scrub_options(CLI::App* sub, ScrubFlags& flags) {
  target(sub, flags);
  sub->add_option("--rate", flags.mib_per_s, "At most so many MiB a second (default: no limit)")
      ->type_name("MIB");
  sub->add_flag("--json", flags.json, "Print JSON for programs");
}

void upkeep_options(CLI::App* sub, UpkeepFlags& flags) {
  flags.backup_dir = from_environment("RECOURSE_BACKUP_DIR");
  sub->add_option("--backup-dir", flags.backup_dir, "Where backups are made")->type_name("DIR");
  sub->add_option("--backup-keep", flags.backup_keep, "How many of the newest stay (default: all)")
      ->type_name("N")
      ->envname("RECOURSE_BACKUP_KEEP");
  include_option(sub, flags.configuration);
  every_option(sub, "--backup-every", "RECOURSE_BACKUP_EVERY", flags.backup_every_s,
               "Make a backup that often, such as 24h");
  every_option(sub, "--drill-every", "RECOURSE_DRILL_EVERY", flags.drill_every_s,
               "Try the newest one out that often, such as 30d");
  every_option(sub, "--scrub-every", "RECOURSE_SCRUB_EVERY", flags.scrub_every_s,
               "Read the whole log again that often, such as 7d");
  sub->add_option("--drill-dir", flags.drill_dir,
                  "An empty place with room for a drill (default: DATA.drill)")
      ->type_name("DIR")
      ->envname("RECOURSE_DRILL_DIR");
  sub->add_option("--scrub-rate", flags.scrub_mib_per_s,
                  "At most so many MiB a second; 0: no limit")
      ->type_name("MIB")
      ->capture_default_str()
      ->envname("RECOURSE_SCRUB_RATE");
}

}  // namespace recourse::cli
