#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "engine/ledger/frontier.h"
#include "engine/ledger/range_proof.h"
#include "tests/unit/engine/ledger/sample_tree.h"
#include "tests/unit/engine/ledger/tile_store.h"

namespace recourse {
namespace {

const std::string kOrigin = "example.com/t/1";

Ed25519Key log_key() { return Ed25519Key::from_seed(std::string(32, 'k')).value(); }

std::vector<NoteKey> known_keys() {
  return {NoteKey(kOrigin, SignatureType::ed25519, log_key().public_key())};
}

std::uint64_t up_to(std::uint64_t last) { return *rc::gen::inRange<std::uint64_t>(0, last + 1); }

/// One of the sizes up to 600, the empty tree left out.
SampleTree any_tree() { return SampleTree(1 + up_to(599)); }

void flip_any_bit(Hash& hash) {
  const std::uint64_t bit = up_to(255);
  hash[bit / 8] = static_cast<std::uint8_t>(hash[bit / 8] ^ 1 << bit % 8);
}

TEST_CASE("every leaf of a random tree is proved included, and no flipped bit passes") {
  CHECK(rc::check([] {
    const SampleTree tree = any_tree();
    const std::uint64_t size = tree.leaves().size();
    const Hash root = tree.root();
    for (std::uint64_t index = 0; index < size; ++index) {
      const auto proof = inclusion_proof(index, size, tree).value();
      RC_ASSERT(verify_inclusion(tree.leaves()[index], index, size, proof, root).ok());
    }
    const std::uint64_t index = up_to(size - 1);
    std::vector<Hash> hashes = inclusion_proof(index, size, tree).value();
    hashes.push_back(tree.leaves()[index]);
    hashes.push_back(root);
    flip_any_bit(hashes[up_to(hashes.size() - 1)]);
    const auto proof = std::span(hashes).first(hashes.size() - 2);
    RC_ASSERT(!verify_inclusion(hashes[hashes.size() - 2], index, size, proof, hashes.back()));
  }));
}

TEST_CASE("every prefix of a random tree is proved consistent, and no flipped bit passes") {
  CHECK(rc::check([] {
    const SampleTree tree = any_tree();
    const std::uint64_t size2 = tree.leaves().size();
    const std::uint64_t size1 = 1 + up_to(size2 - 1);
    std::vector<Hash> hashes = consistency_proof(size1, size2, tree).value();
    const Hash root1 = tree.root_at(size1);
    const Hash root2 = tree.root();
    RC_ASSERT(verify_consistency(size1, size2, root1, root2, hashes).ok());
    hashes.push_back(root1);
    hashes.push_back(root2);
    flip_any_bit(hashes[up_to(hashes.size() - 1)]);
    const auto proof = std::span(hashes).first(hashes.size() - 2);
    RC_ASSERT(!verify_consistency(size1, size2, hashes[hashes.size() - 2], hashes.back(), proof));
  }));
}

TEST_CASE("every slice of a random tree is proved complete, and no flipped bit passes") {
  CHECK(rc::check([] {
    const SampleTree tree = any_tree();
    const std::uint64_t size = tree.leaves().size();
    const std::uint64_t start = up_to(size);
    const std::uint64_t end = start + up_to(size - start);
    const std::string note = sign_checkpoint({kOrigin, size, tree.root()}, log_key());
    RangeProof proof = range_proof(start, end, note, tree).value();
    std::vector<Hash> slice(tree.leaves().begin() + static_cast<std::ptrdiff_t>(start),
                            tree.leaves().begin() + static_cast<std::ptrdiff_t>(end));
    const auto verified = verify_range(range_proof_text(proof), slice, known_keys());
    RC_ASSERT(verified.ok());
    RC_ASSERT(verified->root_at_start == tree.root_at(start));

    std::vector<Hash*> all;
    for (std::vector<Hash>* part : {&proof.left, &slice, &proof.right})
      for (Hash& hash : *part) all.push_back(&hash);
    RC_ASSERT(!all.empty());
    flip_any_bit(*all[up_to(all.size() - 1)]);
    RC_ASSERT(!verify_range(range_proof_text(proof), slice, known_keys()));
  }));
}

TEST_CASE("a frontier that grows in steps has the root of the recursive definition") {
  CHECK(rc::check([] {
    const SampleTree tree = any_tree();
    const std::uint64_t size = up_to(tree.leaves().size());
    Frontier frontier = Frontier::at(size, tree).value();
    RC_ASSERT(frontier.root() == tree.root_at(size));
    while (frontier.size() < tree.leaves().size()) frontier.append(tree.leaves()[frontier.size()]);
    RC_ASSERT(frontier.root() == tree.root());
  }));
}

TEST_CASE("a tail rebuilt at any size is the one that grew there, and proves the same") {
  const SampleTree tree(70000);
  CHECK(rc::check([&] {
    const std::uint64_t size =
        *rc::gen::weightedOneOf<std::uint64_t>({{8, rc::gen::inRange<std::uint64_t>(0, 2000)},
                                                {1, rc::gen::inRange<std::uint64_t>(0, 70000)}});
    TileTail grown;
    TileStore store;
    std::vector<CompletedTile> completed;
    while (grown.size() < size) grown.append(tree.leaves()[grown.size()], completed);
    store.put(completed);
    const auto leaf_hashes = [&](std::uint64_t index) { return tree.hash(0, index); };
    const TileTail rebuilt = TileTail::rebuild(size, store.loader(), leaf_hashes).value();
    RC_ASSERT(rebuilt.size() == size);
    RC_ASSERT(rebuilt.root() == grown.root());
    for (unsigned level = 0; level < kTileLevels; ++level)
      RC_ASSERT(rebuilt.partial(level) == grown.partial(level));
    if (size == 0) return;
    const std::uint64_t index = up_to(size - 1);
    const TileHashes hashes(rebuilt.snapshot(), store.loader());
    RC_ASSERT(inclusion_proof(index, size, hashes).value() ==
              inclusion_proof(index, size, tree).value());
  }));
}

}  // namespace
}  // namespace recourse
