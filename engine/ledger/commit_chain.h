#pragma once

#include <cstdint>
#include <vector>

#include "engine/ledger/commit_record.h"
#include "engine/ledger/store.h"

namespace recourse {

/// The node as of one commit.
struct NodeState {
  std::uint64_t number = 0;
  Hash commit{};                  ///< Hash of its record; zero for commit 0, before the first.
  std::vector<LedgerHead> heads;  ///< Of all ledgers, by id, dense from 0.
};

/// Number of the newest commit in the database; 0 when there is none. Errors: corrupt, io.
Result<std::uint64_t> newest_commit(const Store& store);

/// Reads the records from the last full one on, and checks that each names the one before.
/// Errors: corrupt, unsupported, io.
Result<NodeState> state_at(const Store& store, std::uint64_t number);

/// Checks that the records from `from` on lead to `to`: that both are of one history.
/// Errors: corrupt, unsupported, io.
Status check_chain(const Store& store, std::uint64_t from, const Hash& from_hash, std::uint64_t to);

}  // namespace recourse
