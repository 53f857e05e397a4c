#include "tools/backup/restore.h"

#include <algorithm>
#include <chrono>

#include "engine/base/failpoint.h"
#include "engine/ledger/signer_state.h"
#include "engine/ledger/signing_keys.h"
#include "engine/writer/writer.h"
#include "projections/view_store.h"
#include "tools/backup/backup_places.h"
#include "tools/backup/compare_heads.h"
#include "tools/backup/known_destructions.h"
#include "tools/backup/meta_events.h"
#include "tools/backup/restore_files.h"

namespace recourse {
namespace {

namespace fs = std::filesystem;

/// Of this place, of the backups and of whatever else somebody names: an erasure that any of them
/// knows must not come back.
Result<std::vector<Destruction>> all_known(const Ledger& ledger, const RestoreOptions& options,
                                           std::vector<fs::path>& asked) {
  RECOURSE_LET(std::vector<Destruction> all, recorded_destructions(ledger));
  const auto add = [&](std::vector<Destruction> more, const fs::path& from) {
    std::move(more.begin(), more.end(), std::back_inserter(all));
    asked.push_back(from);
  };
  for (const fs::path& journal : {journal_in(options.from), journal_beside(options.kek_file)}) {
    if (std::error_code error; !fs::exists(journal, error) && !error) continue;
    RECOURSE_LET(std::vector<Destruction> known, read_destructions(journal));
    add(std::move(known), journal);
  }
  for (const fs::path& place : options.erasures_from) {
    RECOURSE_LET(std::vector<Destruction> known, destructions_in(place));
    add(std::move(known), place);
  }
  return all;
}

Status judge(const VerifyReport& report) {
  const auto found =
      std::find_if(report.findings.begin(), report.findings.end(),
                   [](const Finding& one) { return one.verdict == Integrity::damaged; });
  if (found == report.findings.end()) return {};
  return Error{ErrorCode::corrupt, "the backup does not hold what its log says: " + found->what +
                                       " (" + found->origin +
                                       "); choose another one with --backup"};
}

/// Whether the backup has all that is known as signed, and what that means.
Status compare_with_known(const RestoreOptions& options, const Clock& clock, RestoredPlace& place) {
  const std::unique_ptr<HeadSigner> holder = options.signer ? options.signer() : nullptr;
  if (holder != nullptr) {
    RECOURSE_LET(const auto halves, holder->keys());
    RECOURSE_TRY(write_log_halves(options.data_dir, halves));
    RECOURSE_LET(const auto held, Signer::open_read_only(*place.ledger, options.data_dir.string()));
    RECOURSE_TRY(check_log_keys(*place.ledger, *held, halves));
  }
  RECOURSE_TRY(mend_signer_state(*place.ledger, options.data_dir));
  if (options.loss) {
    RECOURSE_LET(const KnownHeads known,
                 known_heads(*place.ledger, {options.data_dir, options.heads, holder.get(),
                                             options.ask_witnesses}));
    RECOURSE_LET(place.loss, declare_loss(*place.ledger, known, *options.loss, clock.now()));
    if (!place.loss->was_declared) return {};
    return Error{ErrorCode::conflict,
                 "there is nothing to declare: the backup says already that what is missing is "
                 "lost; restore it without --declare-loss"};
  }
  RECOURSE_LET(const auto signer, Signer::open_read_only(*place.ledger, options.data_dir.string()));
  RECOURSE_TRY(compare_with_notes(*place.ledger, *signer, options.heads));
  if (holder == nullptr) return {};
  RECOURSE_LET(const SignerState state, holder->signed_heads());
  return check_signed_heads(*place.ledger, state, options.data_dir);
}

/// Said before hours of copying.
Status check_signer_is_named(const RestoreOptions& options) {
  if (options.signer) return {};
  RECOURSE_LET(const BackupDirectory directory, BackupDirectory::open(options.from));
  const auto chosen = options.backup ? directory.entry(*options.backup) : directory.newest();
  if (!chosen) return chosen.error();
  const auto& files = chosen->manifest.files;
  if (std::none_of(files.begin(), files.end(),
                   [](const BackupManifest::File& file) { return file.path == "log-keys"; }))
    return {};
  return Error{ErrorCode::conflict,
               "another process holds the log key of this backup; name it with --signer"};
}

}  // namespace

Result<RestoredPlace> restore_place(const RestoreOptions& options) {
  RECOURSE_LET(const BackupDirectory directory, BackupDirectory::open(options.from));
  auto chosen = options.backup ? directory.entry(*options.backup) : directory.newest();
  if (!chosen) return chosen.error();
  RestoredPlace place;
  place.manifest = std::move(chosen->manifest);
  place.digest = chosen->digest;
  RECOURSE_TRY(check_key_epoch(directory, place.manifest, options.kek_file));
  RECOURSE_TRY(prepare_place(options.data_dir));
  Pace pace(0, options.go_on);
  RECOURSE_TRY(copy_files(directory, place.manifest, options.data_dir, pace));

  // Another history may begin here: whoever kept a head of this epoch can tell the two apart.
  Anchor anchor = place.manifest.anchor;
  anchor.epoch = next_epoch(directory, place.manifest);
  RECOURSE_TRY(HeadFile::create(options.data_dir / "HEAD", anchor));
  FAILPOINT("before_restored_open");
  LedgerOptions opening;
  opening.data_dir = options.data_dir.string();
  opening.kek_file = options.kek_file.string();
  opening.create = false;
  opening.loss_declared = options.loss.has_value();
  opening.random = options.random;
  opening.clock = options.clock;
  opening.free_space_watermark_bytes = 0;
  RECOURSE_LET(place.ledger, Ledger::open(opening));
  RECOURSE_TRY(compare_with_manifest(*place.ledger, place.manifest));
  const SystemClock system_clock;
  RECOURSE_TRY(
      compare_with_known(options, options.clock != nullptr ? *options.clock : system_clock, place));
  RECOURSE_LET(const auto signer, Signer::open_read_only(*place.ledger, options.data_dir.string()));
  RECOURSE_LET(const auto destructions, all_known(*place.ledger, options, place.knew_erasures));
  RECOURSE_LET(place.erased_again, destroy_again(*place.ledger, destructions));
  FAILPOINT("after_erased_again");
  if (!options.verify) return place;
  place.report = verify(*place.ledger, *signer);
  RECOURSE_TRY(judge(*place.report));
  return place;
}

Result<RestoreReport> restore(const RestoreOptions& options) {
  const auto began = std::chrono::steady_clock::now();
  RECOURSE_TRY(check_signer_is_named(options));
  RECOURSE_LET(RestoredPlace place, restore_place(options));
  SystemRandom system_random;
  SystemClock system_clock;
  const Clock& clock = options.clock != nullptr ? *options.clock : system_clock;
  Random& random = options.random != nullptr ? *options.random : system_random;
  RECOURSE_LET(const auto views, ViewStore::open(options.data_dir.string()));
  WriterOptions writing;
  writing.park_file = options.data_dir / "park";
  RECOURSE_LET(const auto writer, Writer::open(*place.ledger, *views, clock, random, writing));
  RECOURSE_LET(const auto signer, Signer::open(*place.ledger, options.data_dir.string(),
                                               options.signer ? options.signer() : nullptr));

  RestoreReport report;
  RECOURSE_LET(const Anchor head, HeadFile::read(options.data_dir / "HEAD"));
  report.commit_number = place.ledger->commit_number();
  report.epoch = head.epoch;
  report.erased_again = place.erased_again;
  RestoreCompleted completed;
  completed.backup = static_cast<std::int64_t>(place.manifest.backup);
  completed.commit_number = static_cast<std::int64_t>(report.commit_number);
  completed.epoch = static_cast<std::int64_t>(report.epoch);
  completed.erased_again = static_cast<std::int64_t>(report.erased_again);
  RECOURSE_TRY(record_in_meta(*writer, {completed}));
  RECOURSE_TRY(remember_backups(options.data_dir, options.from));
  // Once a head is signed elsewhere, this log is the one that goes on: a restore that began again
  // would be another one under the same name.
  RECOURSE_TRY(mark_restored(options.data_dir));
  FAILPOINT("after_mark_restored");
  if (const Status round = signer->sign_round(); !round)
    report.unsigned_because = round.error().message;
  report.rto_ms = std::chrono::duration_cast<std::chrono::milliseconds>(
                      std::chrono::steady_clock::now() - began)
                      .count();
  report.knew_erasures = std::move(place.knew_erasures);
  report.manifest = std::move(place.manifest);
  report.loss = std::move(place.loss);
  report.report = std::move(place.report);
  return report;
}

}  // namespace recourse
