#include "engine/ledger/recover_ledger.h"

#include <string>

#include "engine/ledger/leaf_reader.h"
#include "engine/ledger/ledger_row.h"
#include "engine/ledger/row_key.h"

namespace recourse {

TileLoader tile_loader(const Store& store, LedgerId ledger) {
  return [&store, ledger](unsigned level, std::uint64_t index) -> Result<std::string> {
    Result<std::string> tile = store.get(Family::tree, tile_key(ledger, level, index));
    if (tile) return tile;
    const bool missing = tile.error().code == ErrorCode::not_found;
    return Error{missing ? ErrorCode::corrupt : tile.error().code,
                 tile_path({level, index}) + " of ledger " + std::to_string(ledger.value()) +
                     (missing ? " is missing" : ": " + tile.error().message)};
  };
}

Result<OpenLedger> recover_ledger(const Store& store, const LedgerHead& head) {
  const Result<std::string> row = store.get(Family::ledgers, ledger_key(head.ledger));
  if (!row)
    return Error{
        row.error().code == ErrorCode::io ? ErrorCode::io : ErrorCode::corrupt,
        "the row of ledger " + std::to_string(head.ledger.value()) + ": " + row.error().message};
  OpenLedger ledger;
  RECOURSE_LET(ledger.info, parse_ledger_row(head.ledger, *row));
  const LeafReader leaves(store, head.ledger, ledger.info.origin, ledger.info.closed);
  const std::uint64_t size = head.head.size.value();
  if (size == 0)
    return Error{ErrorCode::corrupt, "the commit records give " + ledger.info.origin + " no leaf"};

  // One pass over the leaves behind the last full tile: their hashes, and the time of the last one.
  const std::uint64_t tail_start = size / kTileWidth * kTileWidth;
  std::vector<Hash> hashes;
  RECOURSE_TRY(
      leaves.scan(Position(tail_start), Position(size), [&](Position, std::string_view leaf) {
        hashes.push_back(leaf_hash(leaf));
        return true;
      }));
  RECOURSE_LET(const std::string last, leaves.read(Position(size - 1)));
  RECOURSE_LET(const LeafHead last_head, read_leaf_head(last));
  ledger.time = last_head.time;
  RECOURSE_LET(ledger.tail,
               TileTail::rebuild(size, tile_loader(store, head.ledger),
                                 [&](std::uint64_t index) -> Result<Hash> {
                                   return hashes[static_cast<std::size_t>(index - tail_start)];
                                 }));
  if (ledger.tail.root() != head.head.root)
    return Error{ErrorCode::corrupt, "the leaves of " + ledger.info.origin +
                                         " do not give the root that its commit of " +
                                         std::to_string(size) +
                                         " leaves states: run verify, then restore"};
  return ledger;
}

}  // namespace recourse
