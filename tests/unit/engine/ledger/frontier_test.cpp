#include "engine/ledger/frontier.h"

#include <doctest/doctest.h>

#include "tests/unit/engine/ledger/sample_tree.h"

namespace recourse {
namespace {

TEST_CASE("a frontier that grew leaf by leaf has the root of the definition") {
  const SampleTree tree(130);
  Frontier frontier;
  CHECK(frontier.root() == empty_root());
  for (std::uint64_t size = 1; size <= 130; ++size) {
    frontier.append(tree.leaves()[size - 1]);
    REQUIRE(frontier.size() == size);
    REQUIRE(frontier.root() == tree.root_at(size));
  }
  CHECK(root_of(tree.leaves()) == tree.root());
  CHECK(root_of({}) == empty_root());
}

TEST_CASE("a frontier taken from stored hashes grows like the one kept since the first leaf") {
  const SampleTree tree(100);
  for (std::uint64_t size = 0; size <= 99; ++size) {
    Frontier frontier = Frontier::at(size, tree).value();
    CHECK(frontier.root() == tree.root_at(size));
    frontier.append(tree.leaves()[size]);
    CHECK(frontier.root() == tree.root_at(size + 1));
  }
}

TEST_CASE("an append reports each subtree that it completed, once and with its hash") {
  const SampleTree tree(64);
  Frontier frontier;
  std::vector<CompletedSubtree> completed;
  for (const Hash& leaf : tree.leaves()) frontier.append(leaf, completed);
  CHECK(completed.size() == 127);
  for (const auto& [subtree, hash] : completed)
    CHECK(hash == tree.hash(subtree.level, subtree.index).value());
  completed.clear();
  Frontier seven = Frontier::at(7, tree).value();
  seven.append(tree.leaves()[7], completed);
  REQUIRE(completed.size() == 4);
  for (unsigned level = 0; level < 4; ++level)
    CHECK(completed[level].subtree == Subtree{level, 7U >> level});
}

TEST_CASE("a copy of a frontier grows by itself") {
  const SampleTree tree(10);
  Frontier frontier = Frontier::at(9, tree).value();
  Frontier copy = frontier;
  copy.append(tree.leaves()[9]);
  CHECK(frontier.root() == tree.root_at(9));
  CHECK(copy.root() == tree.root_at(10));
}

TEST_CASE("a frontier that cannot be read is an error") { CHECK(!Frontier::at(5, SampleTree(3))); }

}  // namespace
}  // namespace recourse
