#include <algorithm>
#include <string>

#include "engine/ledger/ledger_impl.h"
#include "engine/ledger/recover_ledger.h"
#include "engine/ledger/wal_quarantine.h"
#include "engine/privacy/key_rotation.h"
#include "engine/privacy/seal.h"

namespace recourse {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLedgersNamed = 8;

std::string what_to_do(const fs::path& data_dir) {
  return ". Run `recourse doctor --data " + data_dir.string() + "`, or restore a backup";
}

/// Added to what can be declared as lost.
std::string or_declare(const fs::path& data_dir) {
  return "; if there is none, and they are really lost, go on without them: `recourse doctor "
         "--declare-loss REASON --data " +
         data_dir.string() + "`";
}

/// Which events are missing, as exactly as the log itself can tell.
std::string whole_up_to(const Store& store, const NodeState& state) {
  std::string text;
  for (std::size_t i = 0; i < std::min(state.heads.size(), kLedgersNamed); ++i) {
    const Result<OpenLedger> ledger = recover_ledger(store, state.heads[i]);
    text += text.empty() ? ". Missing from position " : ", ";
    text += std::to_string(state.heads[i].head.size.value()) + " of " +
            (ledger ? ledger->info.origin : "ledger " + std::to_string(i));
  }
  if (state.heads.size() > kLedgersNamed) text += " and further ledgers";
  return text;
}

}  // namespace

/// Finds out whether there is a deployment, and makes the directory of a new one.
Status Ledger::Impl::make_directory(bool& first_start) {
  std::error_code error;
  const bool has_directory = fs::exists(data_dir, error);
  if (!has_directory && !options.create)
    return Error{ErrorCode::not_found, "there is no data directory " + data_dir.string()};
  if (!has_directory) {
    fs::create_directories(data_dir, error);
    if (error) return system_error("make", data_dir, error.value());
    fs::permissions(data_dir, fs::perms::owner_all, error);
    RECOURSE_TRY(sync_directory(fs::absolute(data_dir).parent_path()));
  }
  RECOURSE_LET(lock, DataLock::take(data_dir));
  const bool has_head = fs::exists(head_path(), error);
  const bool has_database = fs::exists(database_path() / "CURRENT", error);
  if (!has_head && !has_database) {
    if (!options.create)
      return Error{ErrorCode::not_found, "there is no deployment in " + data_dir.string()};
    // HEAD comes first, so that a database without one is always a loss and never a beginning.
    RECOURSE_LET(head, HeadFile::create(head_path(), Anchor{}));
    first_start = true;
    return {};
  }
  Result<HeadFile> found = HeadFile::open(head_path());
  const bool lost = !found && (found.error().code == ErrorCode::not_found ||
                               found.error().code == ErrorCode::corrupt);
  if (lost && options.accept_head) return {};
  if (lost)
    return Error{ErrorCode::corrupt,
                 (has_head ? found.error().message : head_path().string() + " is missing") +
                     what_to_do(data_dir)};
  if (!found) return found.error();
  head = std::move(found).value();
  first_start = head->anchor().number == 0;
  if (!has_database && !first_start)
    return Error{ErrorCode::corrupt, "commit " + std::to_string(head->anchor().number) +
                                         " was acknowledged, but there is no database " +
                                         database_path().string() + what_to_do(data_dir)};
  return {};
}

Status Ledger::Impl::compare_with_head(bool first_start, const std::optional<fs::path>& kept) {
  RECOURSE_LET(const std::uint64_t newest, newest_commit(*store));
  const std::string kept_text =
      kept ? ". The write-ahead logs as they were found are kept in " + kept->string() : "";
  if (!head) {  // Lost, and the operator accepts what is there.
    RECOURSE_LET(const NodeState state, state_at(*store, newest));
    Anchor anchor;
    // The old epoch is lost with the file; a time is greater than any count of restores.
    anchor.epoch = static_cast<std::uint64_t>(
        std::chrono::floor<std::chrono::seconds>(clock.now()).time_since_epoch().count());
    anchor.number = newest;
    anchor.commit = state.commit;
    RECOURSE_LET(head, HeadFile::create(head_path(), anchor));
    last = anchor;
    head_accepted = true;
    return {};
  }
  const Anchor anchor = head->anchor();
  last = anchor;
  if (newest < anchor.number) {
    RECOURSE_LET(const NodeState state, state_at(*store, newest));
    return accept_loss(
        anchor, newest,
        {ErrorCode::corrupt, "acknowledged events are missing: HEAD is at commit " +
                                 std::to_string(anchor.number) + ", the log ends at commit " +
                                 std::to_string(newest) + whole_up_to(*store, state) + kept_text +
                                 what_to_do(data_dir) + or_declare(data_dir)});
  }
  if (anchor.number > 0) {
    RECOURSE_LET(const NodeState at_head, state_at(*store, anchor.number));
    if (at_head.commit != anchor.commit)
      return accept_loss(
          anchor, newest,
          {ErrorCode::corrupt, "commit " + std::to_string(anchor.number) +
                                   " is not the one that HEAD names: this log has another history" +
                                   kept_text + what_to_do(data_dir)});
  } else if (!first_start) {
    return Error{ErrorCode::corrupt, "HEAD names no commit" + what_to_do(data_dir)};
  }
  if (newest == anchor.number) return {};
  // Written, but the process ended before HEAD: perhaps nobody was told, certainly nobody was lied
  // to. They stay.
  RECOURSE_TRY(check_chain(*store, anchor.number, anchor.commit, newest));
  RECOURSE_LET(const NodeState state, state_at(*store, newest));
  last = {anchor.epoch, newest, state.commit};
  return head->write(last);
}

Status Ledger::Impl::accept_loss(const Anchor& anchor, std::uint64_t newest, Error missing) {
  if (!options.loss_declared) return missing;
  RECOURSE_LET(const NodeState state, state_at(*store, newest));
  // HEAD is all that knows of the loss, so it stays until the commit that says so is there.
  last = {anchor.epoch + 1, newest, state.commit};
  lost_commit = anchor.number;
  return {};
}

Status Ledger::Impl::recover() {
  RECOURSE_LET(const NodeState state, state_at(*store, last.number));
  std::vector<OpenLedger> ledgers;
  std::vector<DurableHeads::Tree> trees;
  for (const LedgerHead& recorded : state.heads) {
    RECOURSE_LET(OpenLedger ledger, recover_ledger(*store, recorded));
    RECOURSE_LET(
        const bool more,
        LeafReader(*store, recorded.ledger, "").any_from(Position(recorded.head.size.value())));
    if (more)
      return Error{ErrorCode::corrupt, ledger.info.origin + " has leaves beyond position " +
                                           std::to_string(recorded.head.size.value()) +
                                           ", where its last commit ends" + what_to_do(data_dir)};
    trees.push_back({ledger.info, ledger.tail.snapshot(), recorded.head});
    ledgers.push_back(std::move(ledger));
  }
  durable.publish(std::move(trees), state.number);
  stage = std::make_unique<Stage>(*store, *field_keys, random, std::move(ledgers));
  return {};
}

Status Ledger::Impl::open_keys(KeyStoreMode mode) {
  // Also where a crash ended a rotation of the key encryption key between two of its steps.
  RECOURSE_LET(keys, open_key_store(keys_path(), kek_path(), random, {.mode = mode}));
  field_keys = std::make_unique<FieldKeys>(*keys);
  const KeyName name = KeyName::deployment("secret");
  if (mode == KeyStoreMode::create) {
    RECOURSE_LET(deployment_secret, keys->obtain(name));
    RECOURSE_TRY(keys->sync());
  } else {
    RECOURSE_LET(deployment_secret, keys->find(name));
  }
  const auto derived = [this](std::string_view purpose) {
    Hash bytes;
    const Key key = derive_key(deployment_secret, purpose);
    std::copy_n(as_bytes(key.view()), bytes.size(), bytes.begin());
    return bytes;
  };
  request_secret = derived("idempotency");
  pseudonym_secret = derived("pseudonym");
  return {};
}

Status Ledger::Impl::open() {
  bool first_start = false;
  RECOURSE_TRY(make_directory(first_start));
  RECOURSE_LET(WalQuarantine quarantine, WalQuarantine::keep(data_dir, database_path()));
  RECOURSE_LET(store, Store::open(database_path(), first_start));
  RECOURSE_TRY(compare_with_head(first_start, quarantine.directory()));
  RECOURSE_TRY(open_keys(first_start ? KeyStoreMode::create : KeyStoreMode::existing));
  if (first_start) RECOURSE_TRY(sync_directory(data_dir));
  RECOURSE_TRY(recover());
  // What tore the end of a log never was a commit. It is kept all the same: somebody may ask.
  if (!quarantine.torn()) quarantine.release();
  return {};
}

}  // namespace recourse
