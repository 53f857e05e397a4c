#include "engine/ledger/cut.h"

#include <map>

#include "engine/ledger/commit_chain.h"
#include "engine/ledger/ledger_impl.h"
#include "engine/ledger/signer_state.h"

namespace recourse {

Result<LedgerCut> Ledger::cut(const std::filesystem::path& to) const {
  const Impl& ledger = *impl_;
  RECOURSE_ASSERT(ledger.stage, "a cut is made by the process that holds the lock");
  std::error_code error;
  if (!std::filesystem::create_directory(to, error))
    return error ? system_error("make", to, error.value())
                 : Error{ErrorCode::conflict, to.string() + " is there already"};
  LedgerCut cut;
  RECOURSE_LET(cut.anchor, HeadFile::read(ledger.head_path()));
  RECOURSE_TRY(HeadFile::create(to / "HEAD", cut.anchor));
  const Result<std::string> remembered = read_file(signer_state_path(ledger.data_dir));
  if (remembered) RECOURSE_TRY(replace_file(signer_state_path(to), *remembered));
  if (!remembered && remembered.error().code != ErrorCode::not_found) return remembered.error();
  RECOURSE_TRY(ledger.store->copy_to(to / "ledger"));
  RECOURSE_LET(cut.kek_epoch, ledger.keys->copy_to(to / "keys"));

  RECOURSE_LET(const NodeState state, state_at(*ledger.store, cut.anchor.number));
  std::map<LedgerId, LedgerInfo> known;
  for (const LedgerInfo& info : ledgers()) known[info.ledger] = info;
  for (const LedgerHead& recorded : state.heads) {
    const auto found = known.find(recorded.ledger);
    // HEAD is written before readers are told: a ledger may be made in this very moment.
    if (found != known.end()) cut.heads.push_back({found->second, recorded.head});
  }
  return cut;
}

}  // namespace recourse
