#include "tools/evidence/sample_proofs.h"

#include <set>

#include "engine/ledger/merkle_tree.h"

namespace recourse::soc2 {
namespace {

/// The hashes of all complete subtrees, grown from the leaves.
class WholeTree final : public HashSource {
 public:
  void add(const Hash& leaf) {
    Hash hash = leaf;
    for (std::size_t level = 0;; ++level) {
      if (level == levels_.size()) levels_.emplace_back();
      levels_[level].push_back(hash);
      const std::size_t count = levels_[level].size();
      if (count % 2 != 0) return;
      hash = node_hash(levels_[level][count - 2], hash);
    }
  }
  recourse::Result<Hash> hash(unsigned level, std::uint64_t index) const override {
    if (level < levels_.size() && index < levels_[level].size()) return levels_[level][index];
    return bad_proof("the leaves end before this subtree does");
  }

 private:
  std::vector<std::vector<Hash>> levels_;
};

}  // namespace

Status add_sample_proofs(const Source::Leaves& leaves, Package& package) {
  std::set<Position> wanted;
  for (const Chapter& chapter : package.chapters)
    for (const std::uint64_t row : chapter.sample_rows)
      if (!chapter.rows[row].meta) wanted.insert(chapter.rows[row].index);
  if (wanted.empty()) return {};
  const std::uint64_t size = package.scope.end.size.value();
  WholeTree tree;
  RECOURSE_TRY(leaves([&](Position position, std::string_view leaf) {
    if (position.value() >= size) return false;
    tree.add(leaf_hash(leaf));
    if (wanted.contains(position)) package.proofs[position].leaf = leaf;
    return true;
  }));
  RECOURSE_LET(const Hash whole, root(size, tree));
  if (whole != package.scope.end.root)
    return Error{ErrorCode::corrupt, "the leaves do not give the root of the period's end"};
  for (auto& [position, proof] : package.proofs) {
    RECOURSE_LET(proof.path, inclusion_proof(position.value(), size, tree));
  }
  return {};
}

}  // namespace recourse::soc2
