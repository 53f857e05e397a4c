#include "tools/backup/drill.h"

#include <algorithm>
#include <chrono>

#include "engine/writer/writer.h"
#include "projections/view_store.h"
#include "tools/backup/compare_heads.h"

namespace recourse {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;

/// Removes the scratch when the drill is over.
class Scratch {
 public:
  explicit Scratch(fs::path path) : path_(std::move(path)) {}
  ~Scratch() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

 private:
  fs::path path_;
};

std::int64_t count_ms(auto duration) {
  return std::chrono::duration_cast<milliseconds>(duration).count();
}

/// Errors: conflict when a restored ledger is not what the live one was at its size.
Status compare_with_live(const Ledger& restored, const Ledger& live) {
  for (const LedgerInfo& info : restored.ledgers()) {
    const TreeHead head = restored.head(info.ledger);
    const auto root = live.root_at(info.ledger, head.size);
    if (!root || *root != head.root)
      return Error{ErrorCode::conflict, info.origin + " at " + std::to_string(head.size.value()) +
                                            " events is not what the live log says"};
  }
  return {};
}

/// Whether a restore would find the holder of the log key, and it the log that it signs for.
Status ask_holder(const DrillOptions& options, const Ledger& restored, const Signer& signer) {
  if (!options.signer) return {};
  const std::unique_ptr<HeadSigner> holder = options.signer();
  const auto halves = holder->keys();
  // `unavailable` is how a drill says that it was stopped.
  if (!halves) return Error{ErrorCode::io, halves.error().message};
  return check_log_keys(restored, signer, *halves);
}

Status test(const Ledger& live, const Clock& clock, const DrillOptions& options,
            RestoreTested& tested) {
  const auto began = std::chrono::steady_clock::now();
  const Timestamp began_at = clock.now();
  const std::uint64_t live_commit = live.commit_number();
  RestoreOptions restoring;
  restoring.from = options.from;
  restoring.data_dir = options.scratch;
  restoring.kek_file = options.kek_file;
  restoring.go_on = options.go_on;
  restoring.clock = &clock;
  RECOURSE_LET(const RestoredPlace place, restore_place(restoring));
  tested.backup = static_cast<std::int64_t>(place.manifest.backup);
  tested.commit_number = static_cast<std::int64_t>(place.ledger->commit_number());
  tested.lost =
      std::max<std::int64_t>(0, static_cast<std::int64_t>(live_commit) - tested.commit_number);
  Timestamp newest{};
  for (const LedgerInfo& info : place.ledger->ledgers())
    newest = std::max(newest, place.ledger->latest_time(info.ledger));
  tested.rpo_ms = std::max<std::int64_t>(0, count_ms(began_at - newest));
  {
    SystemRandom random;
    RECOURSE_LET(const auto views, ViewStore::open(options.scratch.string()));
    WriterOptions writing;
    writing.park_file = options.scratch / "park";
    RECOURSE_LET(const auto writer, Writer::open(*place.ledger, *views, clock, random, writing));
    RECOURSE_LET(const auto signer,
                 Signer::open_read_only(*place.ledger, options.scratch.string()));
    tested.rto_ms = count_ms(std::chrono::steady_clock::now() - began);
    RECOURSE_TRY(ask_holder(options, *place.ledger, *signer));
    RECOURSE_TRY(compare_with_live(*place.ledger, live));
    VerifyOptions proving;
    proving.threads = 1;  // Somebody else works on this machine.
    proving.pace = [&](std::uint64_t) { return !options.go_on || options.go_on(); };
    const VerifyReport report = verify(*place.ledger, *signer, proving);
    if (options.go_on && !options.go_on()) return Error{ErrorCode::unavailable, "it was stopped"};
    if (report.verdict() != Integrity::intact)
      return Error{ErrorCode::corrupt, report.findings.front().what};
  }
  tested.equal = true;
  return {};
}

}  // namespace

Result<Drilled> drill(const Ledger& live, const Clock& clock, const DrillOptions& options) {
  std::error_code error;
  // What a killed drill left is ours to remove; anything else is somebody's.
  if (fs::exists(options.scratch, error) && !is_half_restored(options.scratch) &&
      !fs::is_empty(options.scratch, error))
    return Error{ErrorCode::conflict,
                 options.scratch.string() + " holds other files; name an empty place for drills"};
  const Scratch scratch(options.scratch);
  Drilled drilled;
  drilled.tested.scheduled = options.scheduled;
  const Status passed = test(live, clock, options, drilled.tested);
  if (passed) return drilled;
  if (passed.error().code == ErrorCode::unavailable) return passed.error();
  drilled.tested.cause = Clear(name(passed.error().code));
  drilled.told = passed.error().message;
  return drilled;
}

}  // namespace recourse
