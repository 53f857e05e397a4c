#include "tools/audit/tree_fold.h"

namespace recourse {
namespace {

std::string name_of(const StatedHead& head) {
  const std::string size = std::to_string(head.size);
  switch (head.by) {
    case StatedHead::By::head:
      return "the head at " + size + " leaves";
    case StatedHead::By::commit:
      return "commit " + std::to_string(head.number) + " at " + size + " leaves";
    case StatedHead::By::checkpoint:
      return "the signed checkpoint at " + size + " leaves";
    case StatedHead::By::signer:
      return "what the signer remembers at " + size + " leaves";
    case StatedHead::By::continuation:
      return "the log that was closed at " + size + " leaves";
  }
  return "";
}

}  // namespace

TreeFold::TreeFold(const Ledger& ledger, LedgerId id, std::span<const StatedHead> stated,
                   Findings& findings)
    : ledger_(ledger), id_(id), stated_(stated), findings_(findings) {
  compare_heads();
}

void TreeFold::add(const Hash& leaf_hash) {
  completed_.clear();
  frontier_.append(leaf_hash, completed_);
  for (const CompletedSubtree& done : completed_) {
    if (done.subtree.level % kTileHeight != 0) continue;
    const unsigned level = done.subtree.level / kTileHeight;
    if (level >= kTileLevels) continue;
    GrowingTile& tile = tiles_[level];
    tile.bytes.append(as_text(done.hash));
    if (tile.bytes.size() < kTileBytes) continue;
    compare_tile(level, tile);
    tile.bytes.clear();
    ++tile.index;
  }
  compare_heads();
}

void TreeFold::finish() {
  for (unsigned level = 0; level < kTileLevels; ++level)
    if (!tiles_[level].bytes.empty()) compare_tile(level, tiles_[level]);
  for (const StatedHead& beyond : stated_)
    findings_.add(Integrity::damaged,
                  name_of(beyond) + " is beyond the last leaf: leaves are missing", kRestoreLedger);
}

void TreeFold::compare_heads() {
  if (stated_.empty() || stated_.front().size > size()) return;
  const Hash now = root();
  for (; !stated_.empty() && stated_.front().size <= size(); stated_ = stated_.subspan(1)) {
    const StatedHead& head = stated_.front();
    const bool checkpoint = head.by == StatedHead::By::checkpoint;
    ++heads_compared_;
    if (head.root == now) {
      if (checkpoint) ++checkpoints_compared_;
      continue;
    }
    if (head.by == StatedHead::By::commit && commit_differed_) continue;
    commit_differed_ = commit_differed_ || head.by == StatedHead::By::commit;
    findings_.add(Integrity::damaged,
                  "the leaves do not give the root of " + name_of(head) +
                      (checkpoint ? ": what was signed is not what is stored" : ""),
                  kRestoreLedger);
  }
}

void TreeFold::compare_tile(unsigned level, const GrowingTile& tile) {
  const std::string name = tile_path({level, tile.index, kTileWidth});
  const Result<std::string> stored = ledger_.tile(id_, level, tile.index);
  if (!stored) {
    findings_.add(Integrity::damaged, name + " cannot be read: " + stored.error().message,
                  kRestoreLedger);
    return;
  }
  // A ledger that grows meanwhile has more hashes in its last tile than this fold.
  if (stored->starts_with(tile.bytes)) return;
  if (level > 0 || stored->size() < tile.bytes.size()) {
    findings_.add(Integrity::damaged, name + " does not hold the hashes that the leaves give",
                  kRestoreLedger);
    return;
  }
  // Level 0 tells which leaf it is.
  for (std::size_t at = 0; at < tile.bytes.size(); at += 32)
    if (tile.bytes.compare(at, 32, *stored, at, 32) != 0)
      findings_.add(Integrity::damaged, "the leaf does not have the hash that was stored for it",
                    kRestoreLedger, Position(tile.index * kTileWidth + at / 32));
}

}  // namespace recourse
