#include "engine/ledger/durable_heads.h"

#include <mutex>
#include <utility>

namespace recourse {

void DurableHeads::publish(std::vector<Tree> changed, std::uint64_t commit_number) {
  const std::unique_lock lock(mutex_);
  for (Tree& tree : changed) {
    const std::size_t index = tree.info.ledger.value();
    RECOURSE_ASSERT(index <= trees_.size(), "ledger ids are dense");
    if (index == trees_.size()) {
      tenants_.insert_or_assign(tree.info.tenant, index);
      trees_.push_back(std::move(tree));
    } else {
      RECOURSE_ASSERT(tree.head.size >= trees_[index].head.size, "a durable head never shrinks");
      std::swap(trees_[index], tree);  // The old one is freed by the caller, not under the lock.
    }
  }
  commit_number_ = commit_number;
}

std::optional<DurableHeads::Tree> DurableHeads::find(LedgerId ledger) const {
  const std::shared_lock lock(mutex_);
  if (ledger.value() >= trees_.size()) return std::nullopt;
  return trees_[ledger.value()];
}

DurableHeads::Extent DurableHeads::extent(LedgerId ledger) const {
  const std::shared_lock lock(mutex_);
  if (ledger.value() >= trees_.size()) return {};
  const Tree& tree = trees_[ledger.value()];
  return {tree.head.size.value(), tree.info.origin, tree.info.closed};
}

std::optional<LedgerInfo> DurableHeads::find_tenant(const TenantId& tenant) const {
  const std::shared_lock lock(mutex_);
  const auto found = tenants_.find(tenant);
  if (found == tenants_.end()) return std::nullopt;
  return trees_[found->second].info;
}

TreeHead DurableHeads::head(LedgerId ledger) const {
  const std::shared_lock lock(mutex_);
  if (ledger.value() >= trees_.size()) return {LogSize(0), empty_root()};
  return trees_[ledger.value()].head;
}

std::vector<LedgerInfo> DurableHeads::ledgers() const {
  const std::shared_lock lock(mutex_);
  std::vector<LedgerInfo> infos;
  for (const Tree& tree : trees_) infos.push_back(tree.info);
  return infos;
}

std::vector<DurableHeads::Tree> DurableHeads::all() const {
  const std::shared_lock lock(mutex_);
  return trees_;
}

std::uint64_t DurableHeads::commit_number() const {
  const std::shared_lock lock(mutex_);
  return commit_number_;
}

}  // namespace recourse
