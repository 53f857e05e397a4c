#include "engine/ledger/tiles.h"

#include <doctest/doctest.h>

#include "tests/unit/engine/ledger/sample_tree.h"

namespace recourse {
namespace {

TEST_CASE("tile paths group the number in threes, all but the last with an x") {
  CHECK(tile_path({0, 0}) == "tile/0/000");
  CHECK(tile_path({1, 999}) == "tile/1/999");
  CHECK(tile_path({1, 1000}) == "tile/1/x001/000");
  CHECK(tile_path({0, 1234067}) == "tile/0/x001/x234/067");
  CHECK(tile_path({0, 1234067, 8}) == "tile/0/x001/x234/067.p/8");
  CHECK(entries_path(1234067) == "tile/entries/x001/x234/067");
  CHECK(entries_path(5, 255) == "tile/entries/005.p/255");
}

TEST_CASE("a written path is read back") {
  for (const TileId& tile : {TileId{0, 0, 1}, TileId{7, 999, 256}, TileId{3, 1000000, 255},
                             TileId{0, ~std::uint64_t{0}, 17}}) {
    CHECK(parse_tile_path(tile_path(tile)).value() == tile);
    const TileId entries{0, tile.index, tile.width};
    CHECK(parse_entries_path(entries_path(tile.index, tile.width)).value() == entries);
  }
}

TEST_CASE("a tile has one name only") {
  for (const char* path : {"",
                           "tile/",
                           "tile/0",
                           "tile/0/",
                           "tile/0/0",
                           "tile/0/00",
                           "tile/0/0000",
                           "tile/0/x000/001",
                           "tile/0/x001",
                           "tile/0/001/002",
                           "tile/00/001",
                           "tile/8/001",
                           "tile/-1/001",
                           "tile/0/001.p/0",
                           "tile/0/001.p/256",
                           "tile/0/001.p/08",
                           "tile/0/001.p/",
                           "tile/0/001.p",
                           "tile/0/001 ",
                           "tile/0/+01",
                           "tile/0/001/",
                           "/tile/0/001",
                           "tile/0/x1/001",
                           "tile/0/x018/x446/x744/x073/x709/x551/616",
                           "tile/entries/001",
                           "checkpoint"}) {
    CAPTURE(path);
    CHECK(parse_tile_path(path).error().code == ErrorCode::invalid);
  }
  CHECK(!parse_entries_path("tile/0/001"));
  CHECK(!parse_entries_path("tile/entries/1"));
}

TEST_CASE("an entry bundle gives its leaves back, and notices a cut") {
  std::string bundle;
  const std::string longest(65535, 'x');
  for (const std::string_view leaf :
       {std::string_view("{}"), std::string_view(longest), std::string_view()})
    append_entry(bundle, leaf);
  CHECK(bundle.substr(0, 4) == std::string("\x00\x02{}", 4));
  const auto leaves = parse_entries(bundle).value();
  CHECK(leaves == std::vector<std::string_view>{"{}", longest, ""});
  CHECK(!parse_entries(std::string_view(bundle).substr(0, bundle.size() - 1)));
  CHECK(!parse_entries(std::string_view(bundle).substr(0, 3)));
  CHECK(parse_entries("").value().empty());
}

TEST_CASE("a subtree's hashes are found in the tile eight levels wide that it hangs over") {
  const auto check = [](Subtree subtree, TileSlots expected) {
    const TileSlots slots = slots_of(subtree);
    CHECK(slots.level == expected.level);
    CHECK(slots.index == expected.index);
    CHECK(slots.first == expected.first);
    CHECK(slots.count == expected.count);
  };
  check({0, 0}, {0, 0, 0, 1});
  check({0, 257}, {0, 1, 1, 1});
  check({7, 3}, {0, 1, 128, 128});
  check({8, 3}, {1, 0, 3, 1});
  check({9, 128}, {1, 1, 0, 2});
  check({63, 1}, {7, 0, 128, 128});
}

TEST_CASE("the hash over a part of a tile is that of the tree") {
  const SampleTree tree(256);
  std::string tile;
  for (const Hash& leaf : tree.leaves()) tile.append(as_text(leaf));
  REQUIRE(tile.size() == kTileBytes);
  CHECK(tile_hash(tile, 255) == tree.leaves()[255]);
  CHECK(tile_subtree(tile, 0, 256) == tree.root());
  CHECK(tile_subtree(tile, 128, 64) == tree.hash(6, 2).value());
}

}  // namespace
}  // namespace recourse
