#include <doctest/doctest.h>

#include <fstream>
#include <numeric>
#include <sstream>

#include "engine/ledger/checkpoint.h"
#include "engine/ledger/frontier.h"
#include "engine/ledger/range_proof.h"
#include "engine/ledger/tlog_proof.h"

namespace recourse {
namespace {

const std::string kOrigin = "audit.example.com/t/7f3a";
const std::string kWitness = "witness.example.com/w1";
constexpr std::uint64_t kCosignedAt = 1767605460;

std::string golden(const std::string& name) {
  std::ifstream file(RECOURSE_SOURCE_DIR "/tests/golden/v1/evidence/" + name, std::ios::binary);
  std::ostringstream bytes;
  bytes << file.rdbuf();
  REQUIRE_MESSAGE(!bytes.str().empty(), name);
  return bytes.str();
}

std::vector<std::string> lines(const std::string& name) {
  std::istringstream text(golden(name));
  std::vector<std::string> all;
  for (std::string line; std::getline(text, line);) all.push_back(line);
  return all;
}

Ed25519Key key_from(char first_byte) {
  std::string seed(32, '\0');
  std::iota(seed.begin(), seed.end(), first_byte);
  return Ed25519Key::from_seed(seed).value();
}

/// The three golden leaves as a source of hashes.
class GoldenTree final : public HashSource {
 public:
  GoldenTree() {
    for (const std::string& leaf : lines("leaves.ndjson")) leaves.push_back(leaf_hash(leaf));
  }
  Result<Hash> hash(unsigned level, std::uint64_t index) const override {
    if (level == 0 && index < leaves.size()) return leaves[index];
    if (level == 1 && index == 0) return node_hash(leaves[0], leaves[1]);
    return Error{ErrorCode::invalid, "three leaves"};
  }
  std::vector<Hash> leaves;
};

std::vector<NoteKey> known_keys() {
  std::vector<NoteKey> keys;
  for (const std::string& text : lines("keys.txt")) keys.push_back(NoteKey::parse(text).value());
  return keys;
}

TEST_CASE("the golden leaves have their golden hashes") {
  std::vector<std::string> hashes;
  for (const Hash& hash : GoldenTree().leaves) hashes.push_back(to_hex(as_text(hash)));
  CHECK(hashes == lines("leaf_hashes.txt"));
}

TEST_CASE("the golden keys come from their seeds") {
  const NoteKey log(kOrigin, SignatureType::ed25519, key_from(0x00).public_key());
  const NoteKey witness(kWitness, SignatureType::cosignature_v1, key_from(0x20).public_key());
  CHECK(lines("keys.txt") == std::vector<std::string>{log.text(), witness.text()});
}

TEST_CASE("the golden checkpoint is signed and cosigned again byte for byte") {
  const Checkpoint head{kOrigin, 3, root_of(GoldenTree().leaves)};
  const std::string note =
      sign_checkpoint(head, key_from(0x00)) +
      cosignature_line(kWitness, key_from(0x20), kCosignedAt, checkpoint_text(head));
  CHECK(note == golden("checkpoint"));
}

TEST_CASE("the golden checkpoint verifies under both keys, with the witness's time") {
  const VerifiedCheckpoint verified = verify_checkpoint(golden("checkpoint"), known_keys()).value();
  CHECK(verified.checkpoint == Checkpoint{kOrigin, 3, root_of(GoldenTree().leaves)});
  REQUIRE(verified.cosignatures.size() == 1);
  CHECK(verified.cosignatures[0].name == kWitness);
  CHECK(verified.cosignatures[0].time_s == kCosignedAt);
}

TEST_CASE("the golden range proof is written byte for byte and verifies") {
  const GoldenTree tree;
  const RangeProof proof = range_proof(1, 3, golden("checkpoint"), tree).value();
  CHECK(range_proof_text(proof) == golden("range.proof"));
  const std::span<const Hash> slice = std::span(tree.leaves).subspan(1);
  CHECK(verify_range(golden("range.proof"), slice, known_keys())->root_at_start == tree.leaves[0]);
}

TEST_CASE("the golden proof of one leaf is written byte for byte and verifies") {
  const GoldenTree tree;
  TlogProof proof;
  proof.extra = lines("leaves.ndjson")[1];
  proof.index = 1;
  proof.hashes = inclusion_proof(1, 3, tree).value();
  proof.note = golden("checkpoint");
  CHECK(proof.hashes == std::vector<Hash>{tree.leaves[0], tree.leaves[2]});
  CHECK(tlog_proof_text(proof) == golden("leaf-1.tlog-proof"));
  CHECK(verify_tlog_proof(golden("leaf-1.tlog-proof"), known_keys())->leaf == proof.extra);
}

TEST_CASE("no bit of the golden proofs can be flipped unnoticed") {
  const GoldenTree tree;
  const std::vector<NoteKey> known = known_keys();
  const std::span<const Hash> slice = std::span(tree.leaves).subspan(1);
  const std::string one_leaf = golden("leaf-1.tlog-proof");
  const std::string range = golden("range.proof");
  // The name of a signature line is not signed: a renamed witness is an unknown one, and only that.
  const auto still_has_witness = [](const VerifiedCheckpoint& head) {
    return !head.cosignatures.empty();
  };
  for (std::size_t bit = 0; bit < one_leaf.size() * 8; ++bit) {
    std::string flipped = one_leaf;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ 1 << bit % 8);
    const auto verified = verify_tlog_proof(flipped, known);
    CHECK_MESSAGE(!(verified && still_has_witness(verified->head)), bit);
  }
  for (std::size_t bit = 0; bit < range.size() * 8; ++bit) {
    std::string flipped = range;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ 1 << bit % 8);
    const auto verified = verify_range(flipped, slice, known);
    CHECK_MESSAGE(!(verified && still_has_witness(verified->head)), bit);
  }
}

}  // namespace
}  // namespace recourse
