#include "engine/ledger/merkle_tree.h"

#include <doctest/doctest.h>

#include "tests/unit/engine/ledger/sample_tree.h"

namespace recourse {
namespace {

std::string hex(const Hash& hash) { return to_hex(as_text(hash)); }

TEST_CASE("the hashes are those that certificate transparency publishes") {
  CHECK(hex(empty_root()) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(hex(leaf_hash("")) == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
  CHECK(hex(leaf_hash("L123456")) ==
        "395aa064aa4c29f7010acfe3f25db9485bbd4b91897b6ad7ad547639252b4d56");
}

TEST_CASE("a leaf cannot pass for a node with the same bytes") {
  const Hash left = leaf_hash("l");
  const Hash right = leaf_hash("r");
  CHECK(leaf_hash(std::string(as_text(left)) + std::string(as_text(right))) !=
        node_hash(left, right));
}

TEST_CASE("a cover is the fewest aligned subtrees, left to right") {
  CHECK(cover(0, 0).empty());
  CHECK(cover(5, 5).empty());
  CHECK(cover(0, 7) == std::vector<Subtree>{{2, 0}, {1, 2}, {0, 6}});
  CHECK(cover(1, 8) == std::vector<Subtree>{{0, 1}, {1, 1}, {2, 1}});
  CHECK(cover(3, 13) == std::vector<Subtree>{{0, 3}, {2, 1}, {2, 2}, {0, 12}});
  CHECK(cover(0, ~std::uint64_t{0}).size() == 64);
  CHECK(cover(1, ~std::uint64_t{0}).size() == 126);
}

TEST_CASE("the root is that of the recursive definition at every size") {
  const SampleTree tree(70);
  for (std::uint64_t size = 0; size <= 70; ++size)
    CHECK(root(size, tree).value() == tree.root_at(size));
}

TEST_CASE("every inclusion proof of every small tree verifies, and for its own place only") {
  const SampleTree tree(34);
  for (std::uint64_t size = 1; size <= 33; ++size) {
    for (std::uint64_t index = 0; index < size; ++index) {
      const std::vector<Hash> proof = inclusion_proof(index, size, tree).value();
      const Hash& leaf = tree.leaves()[index];
      CHECK(verify_inclusion(leaf, index, size, proof, tree.root_at(size)));
      CHECK(!verify_inclusion(leaf, index ^ 1, size, proof, tree.root_at(size)));
      CHECK(!verify_inclusion(leaf, index, size + 1, proof, tree.root_at(size + 1)));
    }
  }
}

TEST_CASE("every consistency proof of every small tree verifies, and for its own sizes only") {
  const SampleTree tree(34);
  for (std::uint64_t size2 = 1; size2 <= 33; ++size2) {
    for (std::uint64_t size1 = 1; size1 <= size2; ++size1) {
      const std::vector<Hash> proof = consistency_proof(size1, size2, tree).value();
      CHECK(verify_consistency(size1, size2, tree.root_at(size1), tree.root_at(size2), proof));
      CHECK(!verify_consistency(size1 + 1, size2, tree.root_at(size1), tree.root_at(size2), proof));
      if (size1 < size2)
        CHECK(!verify_consistency(size1, size2, tree.root_at(size2), tree.root_at(size2), proof));
    }
  }
}

TEST_CASE("a proof that is too long or too short is refused") {
  const SampleTree tree(21);
  std::vector<Hash> inclusion = inclusion_proof(20, 21, tree).value();
  std::vector<Hash> consistency = consistency_proof(6, 21, tree).value();
  inclusion.push_back(tree.root());
  consistency.push_back(tree.root());
  CHECK(!verify_inclusion(tree.leaves()[20], 20, 21, inclusion, tree.root()));
  CHECK(!verify_consistency(6, 21, tree.root_at(6), tree.root(), consistency));
  inclusion.resize(inclusion.size() - 2);
  consistency.resize(consistency.size() - 2);
  CHECK(!verify_inclusion(tree.leaves()[20], 20, 21, inclusion, tree.root()));
  CHECK(!verify_consistency(6, 21, tree.root_at(6), tree.root(), consistency));
  CHECK(!verify_consistency(6, 21, tree.root_at(6), tree.root(), {}));
}

TEST_CASE("consistency from size 0 is refused, and so is a shrinking tree") {
  const SampleTree tree(8);
  CHECK(!verify_consistency(0, 8, empty_root(), tree.root(), {}));
  CHECK(!verify_consistency(0, 0, empty_root(), empty_root(), {}));
  CHECK(!verify_consistency(8, 4, tree.root(), tree.root_at(4), {}));
  CHECK(consistency_proof(0, 8, tree).error().code == ErrorCode::invalid);
  CHECK(consistency_proof(9, 8, tree).error().code == ErrorCode::invalid);
}

TEST_CASE("two roots of one size are inconsistent, a root is consistent with itself") {
  const SampleTree tree(5);
  CHECK(verify_consistency(5, 5, tree.root(), tree.root(), {}));
  CHECK(!verify_consistency(5, 5, tree.root(), tree.root_at(4), {}));
  CHECK(!verify_consistency(5, 5, tree.root(), tree.root(), tree.leaves()));
}

TEST_CASE("a leaf that the tree does not have is neither proved nor verified") {
  const SampleTree tree(4);
  CHECK(inclusion_proof(4, 4, tree).error().code == ErrorCode::invalid);
  CHECK(inclusion_proof(0, 0, tree).error().code == ErrorCode::invalid);
  CHECK(!verify_inclusion(tree.leaves()[0], 4, 4, {}, tree.leaves()[0]));
}

TEST_CASE("what the hash source cannot give is the proof's error") {
  const SampleTree tree(4);
  CHECK(!inclusion_proof(1, 9, tree));
  CHECK(!consistency_proof(3, 9, tree));
  CHECK(!root(9, tree));
}

}  // namespace
}  // namespace recourse
