#include "engine/ledger/range_proof.h"

#include <doctest/doctest.h>

#include "tests/unit/engine/ledger/sample_tree.h"

namespace recourse {
namespace {

const std::string kOrigin = "example.com/t/1";

Ed25519Key log_key() { return Ed25519Key::from_seed(std::string(32, 'k')).value(); }

struct Sample {
  explicit Sample(std::uint64_t size) : tree(size) {
    note = sign_checkpoint({kOrigin, size, tree.root()}, log_key());
    known.emplace_back(kOrigin, SignatureType::ed25519, log_key().public_key());
  }
  std::string text(std::uint64_t start, std::uint64_t end) const {
    return range_proof_text(range_proof(start, end, note, tree).value());
  }
  std::vector<Hash> slice(std::uint64_t start, std::uint64_t end) const {
    const auto first = tree.leaves().begin();
    return {first + static_cast<std::ptrdiff_t>(start), first + static_cast<std::ptrdiff_t>(end)};
  }

  SampleTree tree;
  std::string note;
  std::vector<NoteKey> known;
};

TEST_CASE("every slice of small trees is proved complete, with the root at its start") {
  for (const std::uint64_t size : {0, 1, 2, 7, 8, 21}) {
    const Sample sample(size);
    for (std::uint64_t start = 0; start <= size; ++start) {
      for (std::uint64_t end = start; end <= size; ++end) {
        const auto verified =
            verify_range(sample.text(start, end), sample.slice(start, end), sample.known);
        REQUIRE(verified);
        CHECK(verified->root_at_start == sample.tree.root_at(start));
        CHECK(verified->head.checkpoint.size == size);
      }
    }
  }
}

TEST_CASE("a dropped, added, swapped or changed leaf is noticed") {
  const Sample sample(50);
  const std::string text = sample.text(10, 40);
  const std::vector<Hash> slice = sample.slice(10, 40);
  REQUIRE(verify_range(text, slice, sample.known));
  std::vector<Hash> changed = slice;
  changed[5] = leaf_hash("other");
  CHECK(!verify_range(text, changed, sample.known));
  changed = slice;
  std::swap(changed[3], changed[4]);
  CHECK(!verify_range(text, changed, sample.known));
  changed = slice;
  changed.pop_back();
  CHECK(!verify_range(text, changed, sample.known));
  CHECK(!verify_range(text, sample.slice(10, 41), sample.known));
  CHECK(!verify_range(text, sample.slice(10, 50), sample.known));
  CHECK(!verify_range(text, sample.slice(11, 41), sample.known));
}

TEST_CASE("a proof under another key, or of another head, is refused") {
  const Sample sample(20);
  const NoteKey other[] = {
      NoteKey(kOrigin, SignatureType::ed25519,
              Ed25519Key::from_seed(std::string(32, 'o')).value().public_key())};
  CHECK(verify_range(sample.text(2, 9), sample.slice(2, 9), other).error().code ==
        ErrorCode::unauthenticated);
  RangeProof proof = range_proof(2, 9, sample.note, sample.tree).value();
  proof.note = sign_checkpoint({kOrigin, 20, leaf_hash("fork")}, log_key());
  CHECK(!verify_range(range_proof_text(proof), sample.slice(2, 9), sample.known));
}

TEST_CASE("the text has exactly the lines of its grammar") {
  const Sample sample(3);
  const std::string leaf0 = to_base64(as_text(sample.tree.leaves()[0]));
  CHECK(sample.text(1, 3) == "recourse/range@v1\nrange 1 3 3\n" + leaf0 + "\n\n\n" + sample.note);
  const std::string good = sample.text(1, 2);
  REQUIRE(parse_range_proof(good));
  CHECK(range_proof_text(parse_range_proof(good).value()) == good);
}

TEST_CASE("a malformed proof is refused") {
  const Sample sample(3);
  const std::string hash = to_base64(as_text(sample.tree.leaves()[0])) + "\n";
  const std::string head = "recourse/range@v1\n";
  for (const std::string& text :
       {std::string(), head, "recourse/range@v2\nrange 1 3 3\n" + hash + "\n\n" + sample.note,
        head + "range 1 3\n" + hash + "\n\n" + sample.note,
        head + "range  1 3 3\n" + hash + "\n\n" + sample.note,
        head + "range 1 3 3 \n" + hash + "\n\n" + sample.note,
        head + "range 1 3 3 3\n" + hash + "\n\n" + sample.note,
        head + "range 01 3 3\n" + hash + "\n\n" + sample.note,
        head + "range 3 1 3\n" + hash + "\n\n" + sample.note,
        head + "range 1 4 3\n" + hash + "\n\n" + sample.note,
        head + "range 1 4 4\n" + hash + "\n\n" + sample.note,
        head + "range 1 3 3\n" + hash + hash + "\n\n" + sample.note,
        head + "range 1 3 3\n\n\n" + sample.note,
        head + "range 1 3 3\n" + hash + "\n" + hash + "\n" + sample.note,
        head + "range 1 3 3\n" + hash + "\n" + sample.note, head + "range 1 3 3\n" + hash + "\n\n",
        head + "range 1 3 3\n" + hash.substr(4) + "\n\n" + sample.note}) {
    CAPTURE(text);
    CHECK(parse_range_proof(text).error().code == ErrorCode::invalid);
  }
  REQUIRE(parse_range_proof(head + "range 1 3 3\n" + hash + "\n\n" + sample.note));
}

TEST_CASE("a range that the head does not have is not proved") {
  const Sample sample(5);
  CHECK(!range_proof(3, 2, sample.note, sample.tree));
  CHECK(!range_proof(3, 6, sample.note, sample.tree));
  CHECK(!range_proof(0, 1, "no checkpoint", sample.tree));
}

}  // namespace
}  // namespace recourse
