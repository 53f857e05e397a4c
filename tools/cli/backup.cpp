#include <chrono>

#include "engine/event/canonical_json.h"
#include "engine/event/parse_json.h"
#include "tools/backup/make_backup.h"
#include "tools/backup/meta_events.h"
#include "tools/cli/commands.h"
#include "tools/cli/complain.h"
#include "tools/cli/deployment.h"
#include "tools/cli/print.h"
#include "tools/cli/server_client.h"
#include "tools/cli/upkeep_jobs.h"

namespace recourse::cli {
namespace {

using std::chrono::steady_clock;

Json json_of(const BackupManifest& manifest) {
  Json left_out = Json::array();
  for (const std::string& one : manifest.left_out) left_out.push_back(one);
  return Json::object({{"backup", manifest.backup},
                       {"started_at", to_rfc3339(manifest.started)},
                       {"commit_number", manifest.anchor.number},
                       {"epoch", manifest.anchor.epoch},
                       {"kek_epoch", manifest.kek_epoch},
                       {"ledgers", std::uint64_t{manifest.heads.size()}},
                       {"files", std::uint64_t{manifest.files.size()}},
                       {"bytes", manifest.bytes()},
                       {"left_out", std::move(left_out)}});
}

void print_made(const MadeBackup& made, const BackupFlags& flags) {
  if (flags.json) {
    Json json = json_of(made.manifest);
    json.set("new_bytes", made.new_bytes).set("manifest", to_base64(as_text(made.digest)));
    print_json(json);
    return;
  }
  const BackupManifest& manifest = made.manifest;
  print_line("Backup " + std::to_string(manifest.backup) + " of " + manifest.deployment +
             " is whole: " + grouped(manifest.files.size()) + " files, " +
             grouped(manifest.bytes()) + " bytes, " + grouped(made.new_bytes) +
             " of them new, up to commit " + grouped(manifest.anchor.number) + '.');
  for (const std::string& one : manifest.left_out) print_line("Not in it: " + one + '.');
  for (const std::string& one : made.told) print_line("Look at this: " + one + '.');
}

int make(const BackupFlags& flags) {
  DeploymentOptions opening;
  opening.place = flags;
  const auto deployment = Deployment::open(opening);
  if (!deployment) return complain("backup", deployment.error());
  BackupOptions options;
  options.data_dir = flags.data_dir;
  options.kek_file = kek_path(flags);
  options.to = flags.to;
  options.keep = flags.keep;
  options.program = RECOURSE_VERSION;
  for (const std::string& file : flags.configuration) options.configuration.emplace_back(file);
  Writer& writer = (*deployment)->writer();
  const auto began = steady_clock::now();
  const auto made = make_backup((*deployment)->ledger(), writer.clock(), options);
  if (!made) {
    // Why an event could not be written beside is not what somebody wants to know now.
    const Status recorded =
        record_in_meta(writer, {BackupFailed{Clear(name(made.error().code)), false}});
    static_cast<void>(recorded.ok());
    return complain("backup", made.error());
  }
  const auto took =
      std::chrono::duration_cast<std::chrono::milliseconds>(steady_clock::now() - began);
  if (const Status recorded = record_in_meta(writer, {completed_event(*made, took, false)});
      !recorded)
    return complain("backup", recorded.error());
  print_made(*made, flags);
  return made->told.empty() ? kDone : kFoundProblem;
}

const std::vector<std::string> kColumns{"BACKUP", "STARTED", "COMMIT",   "FILES",
                                        "BYTES",  "EPOCH",   "KEY EPOCH"};

std::vector<std::string> row_of(const Json& one) {
  return {text_of(one, "backup"),   text_of(one, "started_at"), text_of(one, "commit_number"),
          text_of(one, "files"),    text_of(one, "bytes"),      text_of(one, "epoch"),
          text_of(one, "kek_epoch")};
}

int list(const BackupFlags& flags) {
  const auto directory = BackupDirectory::open(flags.to);
  if (!directory) return complain("backup", directory.error());
  Json backups = Json::array();
  std::vector<std::vector<std::string>> rows{kColumns};
  bool damaged = false;
  for (const std::uint64_t number : directory->list()) {
    const auto entry = directory->entry(number);
    if (!entry) {
      damaged = true;
      backups.push_back(Json::object({{"backup", number}, {"damage", entry.error().message}}));
      rows.push_back({std::to_string(number), one_line(entry.error().message)});
      continue;
    }
    const Json one = json_of(entry->manifest);
    rows.push_back(row_of(one));
    backups.push_back(one);
  }
  const std::size_t partial = directory->partial().size();
  if (flags.json) {
    print_json(Json::object({{"items", std::move(backups)}, {"partial", std::uint64_t{partial}}}));
  } else {
    print_table(rows);
    if (partial > 0)
      print_line(std::to_string(partial) + " not finished; the next backup removes it.");
  }
  return damaged ? kFoundProblem : kDone;
}

int check(const BackupFlags& flags) {
  auto directory = BackupDirectory::open(flags.to);
  if (!directory) return complain("backup", directory.error());
  Pace pace;
  const auto checked = check_backup(*directory, *flags.verify, pace, true);
  if (!checked) return complain("backup", checked.error());
  const bool whole = checked->damage.empty();
  if (flags.json) {
    Json damage = Json::array();
    for (const std::string& one : checked->damage) damage.push_back(one);
    Json json = json_of(checked->manifest);
    print_json(json.set("whole", whole).set("damage", std::move(damage)));
    return whole ? kDone : kFoundProblem;
  }
  for (const std::string& one : checked->damage) print_line("Damaged: " + one);
  print_line("Backup " + std::to_string(*flags.verify) + (whole ? " is whole: " : " is damaged: ") +
             grouped(checked->manifest.files.size()) + " files, " + grouped(checked->bytes) +
             " bytes were read." +
             (whole ? "" : " Make another one now: it stores the damaged files anew."));
  return whole ? kDone : kFoundProblem;
}

/// The server's own list.
int list_of_server(const BackupFlags& flags) {
  auto server = ServerClient::open(flags);
  if (!server) return complain("backup", server.error());
  const auto answer = server->get("/v1/backups");
  if (!answer) return complain("backup", answer.error());
  const auto items = items_of(*answer);
  if (!items) return complain("backup", items.error());
  if (flags.json) return print_json(*items), kDone;
  std::vector<std::vector<std::string>> rows{kColumns};
  for (const Json& one : *items->elements()) rows.push_back(row_of(one));
  print_table(rows);
  return kDone;
}

int ask(const BackupFlags& flags) {
  const auto state = ask_server(flags, "/v1/backups");
  if (!state) return complain("backup", state.error());
  const Json* const items = state->find("items");
  if (items == nullptr || items->elements() == nullptr || items->elements()->empty())
    return complain("backup", "the server shows no backup", "see its log", kCouldNotTell);
  const Json& newest = items->elements()->back();
  if (flags.json) return print_json(newest), kDone;
  print_line("Backup " + text_of(newest, "backup") + " is whole: " + text_of(newest, "files") +
             " files, " + text_of(newest, "bytes") + " bytes, up to commit " +
             text_of(newest, "commit_number") + '.');
  return kDone;
}

}  // namespace

int main_backup(const BackupFlags& flags) {
  if (!flags.url.empty() && flags.verify)
    return complain("backup", "a backup is read where it lies", "name its directory with --to",
                    kWrongUsage);
  if (!flags.url.empty()) return flags.list ? list_of_server(flags) : ask(flags);
  if (flags.to.empty())
    return complain("backup", "no place for backups was given", "name it with --to", kWrongUsage);
  if (flags.list) return list(flags);
  return flags.verify ? check(flags) : make(flags);
}

}  // namespace recourse::cli
