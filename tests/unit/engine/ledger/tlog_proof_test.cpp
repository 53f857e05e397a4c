#include "engine/ledger/tlog_proof.h"

#include <doctest/doctest.h>

#include "engine/ledger/frontier.h"

namespace recourse {
namespace {

const std::string kOrigin = "example.com/t/1";

Ed25519Key log_key() { return Ed25519Key::from_seed(std::string(32, 'k')).value(); }

std::string leaf(const std::string& sequence, const std::string& source = kOrigin) {
  return R"({"sequence":")" + sequence + R"(","source":")" + source + R"("})";
}

/// A log of two leaves, the second of which is `second`.
std::string proof_of(const std::string& second, std::uint64_t index = 1) {
  const Hash leaves[] = {leaf_hash(leaf("0000000000000000")), leaf_hash(second)};
  TlogProof proof;
  proof.extra = second;
  proof.index = index;
  proof.hashes = {leaves[0]};
  proof.note = sign_checkpoint({kOrigin, 2, root_of(leaves)}, log_key());
  return tlog_proof_text(proof);
}

const std::string kSecond = leaf("0000000000000001");

Result<VerifiedLeaf> verify(std::string_view text) {
  const NoteKey known[] = {NoteKey(kOrigin, SignatureType::ed25519, log_key().public_key())};
  return verify_tlog_proof(text, known);
}

TEST_CASE("an event with its proof verifies and is read back byte for byte") {
  const std::string text = proof_of(kSecond);
  const VerifiedLeaf verified = verify(text).value();
  CHECK(verified.leaf == kSecond);
  CHECK(verified.index == 1);
  CHECK(verified.head.checkpoint.size == 2);
  CHECK(tlog_proof_text(parse_tlog_proof(text).value()) == text);
}

TEST_CASE("a leaf that names another place or another log is refused") {
  CHECK(!verify(proof_of(leaf("0000000000000000"))));
  CHECK(!verify(proof_of(leaf("1"))));
  CHECK(!verify(proof_of(leaf("0000000000000001", "example.com/t/2"))));
  CHECK(!verify(proof_of("{}")));
  CHECK(!verify(proof_of("not JSON")));
  CHECK(!verify(
      proof_of(R"({"data":{"sequence":"0000000000000001"},"source":")" + kOrigin + R"("})")));
}

TEST_CASE("a changed leaf, index, hash or head is refused") {
  const std::string good = proof_of(kSecond);
  CHECK(!verify(proof_of(kSecond, 0)));
  CHECK(!verify(proof_of(kSecond, 2)));
  TlogProof proof = parse_tlog_proof(good).value();
  proof.extra = leaf("0000000000000001") + " ";
  CHECK(!verify(tlog_proof_text(proof)));
  proof = parse_tlog_proof(good).value();
  proof.hashes[0][31] ^= 1;
  CHECK(!verify(tlog_proof_text(proof)));
  proof = parse_tlog_proof(good).value();
  proof.note = sign_checkpoint({kOrigin, 2, leaf_hash("fork")}, log_key());
  CHECK(!verify(tlog_proof_text(proof)));
}

TEST_CASE("a proof without its leaf can be read but not verified alone") {
  TlogProof proof = parse_tlog_proof(proof_of(kSecond)).value();
  proof.extra.reset();
  const std::string text = tlog_proof_text(proof);
  CHECK(text.starts_with("c2sp.org/tlog-proof@v1\nindex 1\n"));
  CHECK(!parse_tlog_proof(text).value().extra);
  CHECK(!verify(text));
}

TEST_CASE("a malformed proof is refused") {
  const std::string good = proof_of(kSecond);
  const std::string rest = good.substr(good.find("\n") + 1);
  const std::string after_extra = rest.substr(rest.find("\n") + 1);
  const std::string head = "c2sp.org/tlog-proof@v1\n";
  REQUIRE(parse_tlog_proof(head + rest));
  REQUIRE(parse_tlog_proof(head + after_extra));
  for (const std::string& text :
       {std::string(), head, "c2sp.org/tlog-proof@v2\n" + rest, "\n" + good, head + "\n" + rest,
        head + "extra !\n" + after_extra, head + "index 01\n" + rest.substr(rest.find("\n") + 9),
        head + "extra AAAA\n" + rest, head + "index 1\n\n", head + "index 1\nAAAA\n\n",
        good.substr(0, good.size() - 1), good + "\n"}) {
    CAPTURE(text);
    CHECK(parse_tlog_proof(text).error().code == ErrorCode::invalid);
  }
}

}  // namespace
}  // namespace recourse
