#include <stdlib.h>

#include <cerrno>
#include <string>
#include <utility>

#include "engine/ledger/ledger_impl.h"
#include "engine/ledger/recover_ledger.h"

namespace recourse {

namespace fs = std::filesystem;

Result<ScratchDirectory> ScratchDirectory::make() {
  std::error_code error;
  const fs::path parent = fs::temp_directory_path(error);
  if (error) return system_error("find a directory for", "temporary files", error.value());
  std::string name = (parent / "recourse-reader-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) return system_error("make", name, errno);
  return ScratchDirectory(name);
}

ScratchDirectory::ScratchDirectory(ScratchDirectory&& other) noexcept
    : path_(std::exchange(other.path_, {})) {}

ScratchDirectory& ScratchDirectory::operator=(ScratchDirectory&& other) noexcept {
  std::swap(path_, other.path_);
  return *this;
}

ScratchDirectory::~ScratchDirectory() {
  std::error_code ignored;
  if (!path_.empty()) fs::remove_all(path_, ignored);
}

Status Ledger::Impl::open_read_only() {
  std::error_code error;
  if (!fs::exists(head_path(), error) && !fs::exists(database_path() / "CURRENT", error))
    return Error{ErrorCode::not_found, "there is no deployment in " + data_dir.string()};
  RECOURSE_LET(scratch, ScratchDirectory::make());
  return refresh();
}

Status Ledger::Impl::refresh() {
  // HEAD first: the log never is behind a HEAD that was read before it.
  RECOURSE_LET(const Anchor anchor, HeadFile::read(head_path()));
  if (!store) {
    RECOURSE_LET(store, Store::open_secondary(database_path(), scratch->path()));
  } else {
    RECOURSE_TRY(store->catch_up());
  }
  const Result<Kek> kek = read_kek(kek_path());
  std::error_code ignored;
  if (kek || std::filesystem::exists(kek_path().string() + ".next", ignored)) {
    // Opened anew, since it does not see keys that were added later.
    field_keys.reset();
    keys.reset();
    RECOURSE_TRY(open_keys(KeyStoreMode::read_only));
  } else if (kek.error().code != ErrorCode::not_found && kek.error().code != ErrorCode::forbidden) {
    return kek.error();
  }
  RECOURSE_LET(const std::uint64_t newest, newest_commit(*store));
  if (newest < anchor.number)
    return Error{ErrorCode::corrupt, "acknowledged events are missing: HEAD is at commit " +
                                         std::to_string(anchor.number) +
                                         ", the log ends at commit " + std::to_string(newest) +
                                         ". Run `recourse doctor --data " + data_dir.string() +
                                         "`"};
  RECOURSE_LET(const NodeState state, state_at(*store, anchor.number));
  if (state.commit != anchor.commit)
    return Error{ErrorCode::corrupt,
                 "commit " + std::to_string(anchor.number) + " is not the one that HEAD names"};
  std::vector<DurableHeads::Tree> changed;
  for (const LedgerHead& recorded : state.heads) {
    if (durable.head(recorded.ledger) == recorded.head) continue;
    RECOURSE_LET(const OpenLedger ledger, recover_ledger(*store, recorded));
    changed.push_back({ledger.info, ledger.tail.snapshot(), recorded.head});
  }
  durable.publish(std::move(changed), anchor.number);
  return {};
}

}  // namespace recourse
