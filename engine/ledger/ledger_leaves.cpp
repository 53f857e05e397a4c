#include <algorithm>
#include <string>

#include "engine/ledger/ledger_impl.h"
#include "engine/ledger/range_proof.h"
#include "engine/ledger/recover_ledger.h"

namespace recourse {
namespace {

Error no_ledger(LedgerId ledger) {
  return {ErrorCode::not_found, "there is no ledger " + std::to_string(ledger.value())};
}

}  // namespace

Result<LeafReader> Ledger::Impl::reader_of(LedgerId ledger, Position position) const {
  const DurableHeads::Extent extent = durable.extent(ledger);
  if (extent.size == 0) return no_ledger(ledger);
  if (position.value() >= extent.size)
    return Error{ErrorCode::not_found,
                 extent.origin + " has no position " + std::to_string(position.value()) + " yet"};
  return LeafReader(*store, ledger, extent.origin, extent.closed);
}

Result<std::string> Ledger::leaf(LedgerId ledger, Position position) const {
  RECOURSE_LET(const LeafReader reader, impl_->reader_of(ledger, position));
  return reader.read(position);
}

Status Ledger::scan(LedgerId ledger, Position from, Position to,
                    const std::function<bool(Position, std::string_view)>& visit) const {
  const DurableHeads::Extent extent = impl_->durable.extent(ledger);
  if (extent.size == 0) return no_ledger(ledger);
  const LeafReader reader(*impl_->store, ledger, extent.origin, extent.closed);
  return reader.scan(from, std::min(to, Position(extent.size)), visit);
}

Result<Position> Ledger::first_at_or_after(LedgerId ledger, Timestamp time) const {
  const DurableHeads::Extent extent = impl_->durable.extent(ledger);
  if (extent.size == 0) return no_ledger(ledger);
  const LeafReader reader(*impl_->store, ledger, extent.origin, extent.closed);
  std::uint64_t low = 0;
  std::uint64_t high = extent.size;
  while (low < high) {
    const std::uint64_t middle = low + (high - low) / 2;
    RECOURSE_LET(const std::string leaf, reader.read(Position(middle)));
    RECOURSE_LET(const LeafHead head, read_leaf_head(leaf));
    if (head.time < time)
      low = middle + 1;
    else
      high = middle;
  }
  return Position(low);
}

Result<TileHashes> Ledger::Impl::hashes(LedgerId ledger, LogSize size) const {
  const std::optional<DurableHeads::Tree> tree = durable.find(ledger);
  if (!tree) return no_ledger(ledger);
  if (size > tree->head.size)
    return Error{ErrorCode::invalid, tree->info.origin + " has " +
                                         std::to_string(tree->head.size.value()) +
                                         " leaves, fewer than " + std::to_string(size.value())};
  return TileHashes(tree->tiles, tile_loader(*store, ledger));
}

Result<std::vector<Hash>> Ledger::inclusion_proof(LedgerId ledger, Position position,
                                                  LogSize size) const {
  RECOURSE_LET(const TileHashes hashes, impl_->hashes(ledger, size));
  return recourse::inclusion_proof(position.value(), size.value(), hashes);
}

Result<std::vector<Hash>> Ledger::consistency_proof(LedgerId ledger, LogSize from,
                                                    LogSize to) const {
  RECOURSE_LET(const TileHashes hashes, impl_->hashes(ledger, to));
  return recourse::consistency_proof(from.value(), to.value(), hashes);
}

Result<std::string> Ledger::range_proof(LedgerId ledger, Position from, Position to, LogSize size,
                                        std::string_view checkpoint) const {
  RECOURSE_LET(const TileHashes hashes, impl_->hashes(ledger, size));
  RECOURSE_LET(const RangeProof proof,
               recourse::range_proof(from.value(), to.value(), std::string(checkpoint), hashes));
  if (proof.head.size != size.value())
    return Error{ErrorCode::invalid, "the checkpoint is of another size than the range proof"};
  return range_proof_text(proof);
}

Result<Hash> Ledger::root_at(LedgerId ledger, LogSize size) const {
  RECOURSE_LET(const TileHashes hashes, impl_->hashes(ledger, size));
  return recourse::root(size.value(), hashes);
}

Result<std::string> Ledger::tile(LedgerId ledger, unsigned level, std::uint64_t index) const {
  const std::optional<DurableHeads::Tree> tree = impl_->durable.find(ledger);
  if (!tree) return no_ledger(ledger);
  if (level < kTileLevels) {
    const std::uint64_t full = tree->head.size.value() >> (kTileHeight * level) >> kTileHeight;
    if (index < full) return tile_loader(*impl_->store, ledger)(level, index);
    if (index == full && tree->tiles.width(level) > 0) return tree->tiles.partial(level);
  }
  return Error{ErrorCode::not_found, tree->info.origin + " has no such tile yet"};
}

}  // namespace recourse
