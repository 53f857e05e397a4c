#include "engine/ledger/tile_tail.h"

#include <doctest/doctest.h>

#include <atomic>
#include <mutex>
#include <thread>

#include "tests/unit/engine/ledger/sample_tree.h"
#include "tests/unit/engine/ledger/tile_store.h"

namespace recourse {
namespace {

/// The last sizes of this tree reach into the second level of tiles.
const SampleTree& tree() {
  static const SampleTree sample(66000);
  return sample;
}

LeafHashLoader leaf_hashes() {
  return [](std::uint64_t index) -> Result<Hash> { return tree().hash(0, index); };
}

struct Grown {
  TileTail tail;
  TileStore store;
  std::vector<CompletedTile> completed;

  void grow_to(std::uint64_t size) {
    while (tail.size() < size) tail.append(tree().leaves()[tail.size()], completed);
    store.put(completed);
  }
};

TEST_CASE("a full tile leaves the tail once, and its root goes one level up") {
  Grown grown;
  grown.grow_to(255);
  CHECK(grown.store.size() == 0);
  CHECK(grown.tail.partial(0).size() == 255 * 32);
  CHECK(grown.tail.partial(1).empty());
  grown.grow_to(256);
  CHECK(grown.store.size() == 1);
  CHECK(grown.tail.partial(0).empty());
  CHECK(grown.tail.partial(1) == as_text(tree().hash(8, 0).value()));
  grown.grow_to(65536);
  CHECK(grown.store.size() == 257);
  CHECK(grown.tail.partial(1).empty());
  CHECK(grown.tail.partial(2) == as_text(tree().hash(16, 0).value()));
  CHECK(tile_subtree(grown.store.loader()(1, 0).value(), 0, 256) == tree().hash(16, 0).value());
  CHECK(grown.tail.root() == tree().root_at(65536));
}

TEST_CASE("tiles and tail together know every complete subtree, and no other") {
  Grown grown;
  for (const std::uint64_t size : {1, 255, 256, 257, 513, 1000, 66000}) {
    grown.grow_to(size);
    const TileHashes hashes(grown.tail.snapshot(), grown.store.loader());
    const std::uint64_t step = size > 2000 ? 977 : 1;
    for (unsigned level = 0; size >> level != 0; ++level) {
      const std::uint64_t count = size >> level;
      for (std::uint64_t index = 0; index < count; index += step)
        REQUIRE(hashes.hash(level, index).value() == tree().hash(level, index).value());
      REQUIRE(hashes.hash(level, count - 1).value() == tree().hash(level, count - 1).value());
      CHECK(hashes.hash(level, count).error().code == ErrorCode::invalid);
    }
    CHECK(hashes.hash(63, 0).error().code == ErrorCode::invalid);
    CHECK(hashes.hash(64, 0).error().code == ErrorCode::invalid);
  }
}

TEST_CASE("proofs for an old size can be made when the tree has grown") {
  Grown grown;
  grown.grow_to(3000);
  const TileHashes hashes(grown.tail.snapshot(), grown.store.loader());
  for (const std::uint64_t size : {1, 256, 700, 2999, 3000}) {
    const auto inclusion = inclusion_proof(size / 2, size, hashes).value();
    CHECK(verify_inclusion(tree().leaves()[size / 2], size / 2, size, inclusion,
                           tree().root_at(size)));
    const auto consistency = consistency_proof(size, 3000, hashes).value();
    CHECK(verify_consistency(size, 3000, tree().root_at(size), tree().root_at(3000), consistency));
  }
}

TEST_CASE("one proof loads a tile at most once") {
  Grown grown;
  grown.grow_to(66000);
  const TileHashes hashes(grown.tail.snapshot(), grown.store.loader());
  REQUIRE(inclusion_proof(100, 66000, hashes));
  CHECK(grown.store.loads() == 2);
}

TEST_CASE("a tail rebuilt from storage is the one that was kept, and grows like it") {
  Grown grown;
  for (const std::uint64_t size : {0, 1, 255, 256, 511, 512, 65535, 65536, 65999}) {
    grown.grow_to(size);
    TileTail rebuilt = TileTail::rebuild(size, grown.store.loader(), leaf_hashes()).value();
    CHECK(rebuilt.size() == size);
    CHECK(rebuilt.root() == grown.tail.root());
    for (unsigned level = 0; level < kTileLevels; ++level)
      CHECK(rebuilt.partial(level) == grown.tail.partial(level));
    std::vector<CompletedTile> completed;
    rebuilt.append(tree().leaves()[size], completed);
    CHECK(rebuilt.root() == tree().root_at(size + 1));
    CHECK(completed.empty() == ((size + 1) % 256 != 0));
  }
}

TEST_CASE("a tail is not rebuilt from a missing or a shortened tile") {
  Grown grown;
  grown.grow_to(600);
  CHECK(TileTail::rebuild(900, grown.store.loader(), leaf_hashes()).error().code ==
        ErrorCode::not_found);
  grown.store.damage(0, 1);
  CHECK(TileTail::rebuild(600, grown.store.loader(), leaf_hashes()).error().code ==
        ErrorCode::corrupt);
  const TileHashes hashes(grown.tail.snapshot(), grown.store.loader());
  CHECK(hashes.hash(0, 300).error().code == ErrorCode::corrupt);
  CHECK(hashes.hash(0, 599));
}

TEST_CASE("a snapshot stays what it was while the tail grows") {
  Grown grown;
  grown.grow_to(300);
  const TileSnapshot snapshot = grown.tail.snapshot();
  const std::string partial = snapshot.partial(0);
  grown.grow_to(1500);
  CHECK(snapshot.size() == 300);
  CHECK(snapshot.root() == tree().root_at(300));
  CHECK(snapshot.width(0) == 44);
  CHECK(snapshot.partial(0) == partial);
  CHECK(snapshot.partial(1) == as_text(tree().hash(8, 0).value()));
  CHECK(TileSnapshot().size() == 0);
  CHECK(TileSnapshot().partial(0).empty());
}

TEST_CASE("a tail that went back over full tiles grows as if nothing had been") {
  Grown grown;
  grown.grow_to(500);
  const TileSnapshot before = grown.tail.snapshot();
  std::vector<CompletedTile> dropped;
  for (int i = 0; i < 700; ++i) grown.tail.append(leaf_hash("never stored"), dropped);
  grown.tail.rewind(before);
  CHECK(grown.tail.root() == tree().root_at(500));
  grown.grow_to(1200);
  CHECK(grown.tail.root() == tree().root_at(1200));
  const TileHashes hashes(grown.tail.snapshot(), grown.store.loader());
  CHECK(root(1200, hashes).value() == tree().root_at(1200));
}

TEST_CASE("readers prove against snapshots while the writer appends") {
  TileTail tail;
  TileStore store;
  std::mutex mutex;  // Guards the store and hands the snapshots over.
  TileSnapshot published;
  std::atomic<bool> done = false;
  std::atomic<int> wrong = 0;
  std::vector<std::thread> readers;
  for (int i = 0; i < 2; ++i) {
    readers.emplace_back([&] {
      while (!done) {
        TileSnapshot snapshot;
        {
          const std::lock_guard lock(mutex);
          snapshot = published;
        }
        if (snapshot.size() == 0) continue;
        const TileHashes hashes(snapshot, [&](unsigned level, std::uint64_t index) {
          const std::lock_guard lock(mutex);
          return store.loader()(level, index);
        });
        const std::uint64_t index = snapshot.size() - 1;
        const auto proof = inclusion_proof(index, snapshot.size(), hashes);
        if (!proof || !verify_inclusion(tree().leaves()[index], index, snapshot.size(), *proof,
                                        snapshot.root())) {
          ++wrong;
        }
      }
    });
  }
  std::vector<CompletedTile> completed;
  for (std::uint64_t i = 0; i < 20000; ++i) {
    tail.append(tree().leaves()[i], completed);
    const std::lock_guard lock(mutex);
    store.put(completed);
    published = tail.snapshot();
  }
  done = true;
  for (std::thread& reader : readers) reader.join();
  CHECK(wrong == 0);
}

}  // namespace
}  // namespace recourse
