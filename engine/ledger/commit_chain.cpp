#include "engine/ledger/commit_chain.h"

#include <algorithm>
#include <string>

#include "engine/base/bytes.h"
#include "engine/base/sha256.h"
#include "engine/ledger/row_key.h"

namespace recourse {
namespace {

struct StoredCommit {
  CommitRecord record;
  Hash hash;
};

Result<StoredCommit> read_commit(const Store& store, std::uint64_t number) {
  const std::string what = "commit " + std::to_string(number);
  const Result<std::string> bytes = store.get(Family::commits, commit_key(number));
  if (!bytes && bytes.error().code == ErrorCode::not_found)
    return Error{ErrorCode::corrupt, what + " is missing from the ledger"};
  if (!bytes) return Error{bytes.error().code, what + ": " + bytes.error().message};
  RECOURSE_LET(CommitRecord record, CommitRecord::parse(*bytes));
  if (record.number != number)
    return Error{ErrorCode::corrupt, "the record of " + what + " is of another commit"};
  return StoredCommit{std::move(record), sha256(*bytes)};
}

Error broken_chain(std::uint64_t number) {
  return {ErrorCode::corrupt, "commit " + std::to_string(number) +
                                  " does not follow the one before it: records of two histories"};
}

void apply(NodeState& state, const CommitRecord& record) {
  for (const LedgerHead& changed : record.heads) {
    const auto at = std::lower_bound(
        state.heads.begin(), state.heads.end(), changed.ledger,
        [](const LedgerHead& head, LedgerId ledger) { return head.ledger < ledger; });
    if (at != state.heads.end() && at->ledger == changed.ledger)
      at->head = changed.head;
    else
      state.heads.insert(at, changed);
  }
}

}  // namespace

Result<std::uint64_t> newest_commit(const Store& store) {
  const auto row = store.iterate(Family::commits);
  row->SeekToLast();
  if (!row->Valid()) {
    if (!row->status().ok()) return store.read_error(row->status());
    return std::uint64_t{0};
  }
  if (row->key().size() != 8) return Error{ErrorCode::corrupt, "a commit's key has a wrong length"};
  return get_u64(row->key().ToStringView());
}

Result<NodeState> state_at(const Store& store, std::uint64_t number) {
  NodeState state;
  state.number = number;
  std::uint64_t next = number / kCommitsPerFullRecord * kCommitsPerFullRecord;
  for (bool first = true; next <= number; ++next, first = false) {
    if (next == 0) continue;  // Before the first commit there is no record.
    RECOURSE_LET(const StoredCommit stored, read_commit(store, next));
    const bool starts_here = first && next != 1;
    if (!starts_here && stored.record.previous != state.commit) return broken_chain(next);
    apply(state, stored.record);
    state.commit = stored.hash;
  }
  for (std::size_t i = 0; i < state.heads.size(); ++i)
    if (state.heads[i].ledger.value() != i)
      return Error{ErrorCode::corrupt,
                   "the commit records do not know ledger " + std::to_string(i)};
  return state;
}

Status check_chain(const Store& store, std::uint64_t from, const Hash& from_hash,
                   std::uint64_t to) {
  Hash previous = from_hash;
  for (std::uint64_t number = from + 1; number <= to; ++number) {
    RECOURSE_LET(const StoredCommit stored, read_commit(store, number));
    if (stored.record.previous != previous) return broken_chain(number);
    previous = stored.hash;
  }
  return {};
}

}  // namespace recourse
