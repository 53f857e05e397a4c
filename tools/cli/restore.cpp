#include "tools/backup/restore.h"

#include "engine/ledger/destruction_journal.h"
#include "tools/cli/commands.h"
#include "tools/cli/complain.h"
#include "tools/cli/declared_loss.h"
#include "tools/cli/deployment.h"
#include "tools/cli/print.h"

namespace recourse::cli {
namespace {

/// Whom the backup would have brought back, and by whose word: what nobody who was asked knows is
/// not known.
void print_erasures(const RestoreReport& report, const RestoreFlags& flags) {
  if (report.erased_again > 0)
    print_line(grouped(report.erased_again) +
               " keys of erased people and periods were in it and are destroyed again.");
  std::string asked;
  for (const auto& one : report.knew_erasures) asked += (asked.empty() ? "" : ", ") + one.string();
  if (asked.empty())
    return static_cast<void>(print_line(
        "Who was erased after " + to_rfc3339(report.manifest.started) +
        " is not known here: there is no journal of erasures in " + flags.from + " and none at " +
        journal_beside(kek_path(flags)).string() +
        ". If there is one elsewhere, put it there before this is served, or restore again with "
        "--erasures-from."));
  print_line((report.erased_again > 0 ? "Nobody else who was erased would have come back, by "
                                      : "Nobody who was erased would have come back, by ") +
             asked + '.');
}

}  // namespace

int main_restore(const RestoreFlags& flags) {
  if (flags.from.empty())
    return complain("restore", "no backups were given", "name their directory with --from",
                    kWrongUsage);
  RestoreOptions options;
  options.from = flags.from;
  options.backup = flags.backup;
  options.data_dir = flags.data_dir;
  options.kek_file = kek_path(flags);
  options.verify = flags.verify;
  for (const std::string& head : flags.heads) options.heads.emplace_back(head);
  for (const std::string& place : flags.erasures_from) options.erasures_from.emplace_back(place);
  const auto signer = head_signer(flags);
  if (!signer) return complain("restore", signer.error().message, "", kWrongUsage);
  options.signer = *signer;
  if (!flags.declare_loss.empty()) {
    options.loss = declaration_of(flags.declare_loss, flags.by);
    options.ask_witnesses = ask_kept_witnesses;
    if (const Status good = check_declaration(*options.loss); !good)
      return complain("restore", good.error().message, "", kWrongUsage);
  }
  const auto restored = restore(options);
  if (!restored) {
    // Nothing is served from there: it is not finished.
    const bool found =
        restored.error().code == ErrorCode::corrupt || restored.error().code == ErrorCode::conflict;
    if (found && restored.error().message.find("; ") != std::string::npos)
      return complain("restore", restored.error().message, "", kFoundProblem);
    return complain("restore", restored.error());
  }
  const RestoreReport& report = *restored;
  const std::uint64_t events = [&report] {
    std::uint64_t sum = 0;
    for (const LedgerCut::Head& head : report.manifest.heads) sum += head.head.size.value();
    return sum;
  }();
  if (flags.json) {
    Json json = Json::object({{"backup", report.manifest.backup},
                              {"commit_number", report.commit_number},
                              {"epoch", report.epoch},
                              {"events", events},
                              {"erased_again", std::uint64_t{report.erased_again}},
                              {"rto_ms", report.rto_ms},
                              {"verified", report.report.has_value()}});
    if (report.loss) json.set("loss", loss_json(*report.loss));
    Json asked = Json::array();
    for (const auto& one : report.knew_erasures) asked.push_back(one.string());
    json.set("erasures_known_by", std::move(asked));
    return print_json(json), kDone;
  }
  print_line("Backup " + std::to_string(report.manifest.backup) + " of " +
             report.manifest.deployment + " is restored into " + flags.data_dir + ": " +
             grouped(events) + " events in " + grouped(report.manifest.heads.size()) +
             " ledgers, up to commit " + grouped(report.commit_number) + ", in epoch " +
             grouped(report.epoch) + '.');
  if (report.loss) print_loss(*report.loss);
  if (!report.unsigned_because.empty())
    print_line("Its heads are not signed yet (" + one_line(report.unsigned_because) +
               "); the server does that.");
  print_erasures(report, flags);
  print_line(report.report ? "Every event, tree, signed head and sealed value in it was proven."
                           : "Prove it: recourse verify --data " + flags.data_dir);
  print_line("Serve it: recourse serve --data " + flags.data_dir + " --kek " + kek_path(flags));
  return kDone;
}

}  // namespace recourse::cli
