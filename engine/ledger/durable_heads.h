#pragma once

#include <cstdint>
#include <optional>
#include <shared_mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/ledger/ledger.h"
#include "engine/ledger/tile_tail.h"

namespace recourse {

/// What readers may see: each ledger's tree as of the last commit that HEAD covers. All ledgers of
/// one commit appear at once. Threads: any reads, one publishes; nobody waits for a disk here.
class DurableHeads {
 public:
  struct Tree {
    LedgerInfo info;
    TileSnapshot tiles;
    TreeHead head;
  };

  /// Takes the place of the trees of the same ledgers; new ledgers are added.
  void publish(std::vector<Tree> changed, std::uint64_t commit_number);

  std::optional<Tree> find(LedgerId ledger) const;
  /// How far a ledger may be read, and its origin: cheaper than find().
  struct Extent {
    std::uint64_t size = 0;
    std::string origin;
    std::vector<ClosedLog> closed = {};  ///< The logs before it.

    const std::string& first_origin() const { return closed.empty() ? origin : closed[0].origin; }
  };
  Extent extent(LedgerId ledger) const;
  /// The tenant's newest ledger.
  std::optional<LedgerInfo> find_tenant(const TenantId& tenant) const;
  /// Zero size for an unknown ledger.
  TreeHead head(LedgerId ledger) const;
  std::vector<LedgerInfo> ledgers() const;
  std::vector<Tree> all() const;
  std::uint64_t commit_number() const;

 private:
  mutable std::shared_mutex mutex_;
  std::vector<Tree> trees_;  ///< By ledger id: ids are dense from 0.
  std::unordered_map<TenantId, std::size_t> tenants_;
  std::uint64_t commit_number_ = 0;
};

}  // namespace recourse
