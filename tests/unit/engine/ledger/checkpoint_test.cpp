#include "engine/ledger/checkpoint.h"

#include <doctest/doctest.h>

#include "engine/ledger/merkle_tree.h"

namespace recourse {
namespace {

Ed25519Key key_of(char seed) { return Ed25519Key::from_seed(std::string(32, seed)).value(); }
NoteKey log_key(const std::string& origin, char seed) {
  return NoteKey(origin, SignatureType::ed25519, key_of(seed).public_key());
}

const Checkpoint kHead{"example.com/t/1", 42, leaf_hash("root")};
const std::string kRoot = to_base64(as_text(leaf_hash("root")));

TEST_CASE("a checkpoint is three lines and is read back") {
  CHECK(checkpoint_text(kHead) == "example.com/t/1\n42\n" + kRoot + "\n");
  CHECK(parse_checkpoint_text(checkpoint_text(kHead)).value() == kHead);
  const Checkpoint empty{"o", 0, empty_root()};
  CHECK(parse_checkpoint_text(checkpoint_text(empty)).value() == empty);
}

TEST_CASE("anything but three exact lines is refused") {
  for (const std::string& text :
       {std::string(), std::string("o\n"), std::string("o\n1\n"), "o\n1\n" + kRoot,
        "\n1\n" + kRoot + "\n", "o\n01\n" + kRoot + "\n", "o\n-1\n" + kRoot + "\n",
        "o\n+1\n" + kRoot + "\n", "o\n\n" + kRoot + "\n", "o\n1 \n" + kRoot + "\n",
        "o\n18446744073709551616\n" + kRoot + "\n", "o\n1\n" + kRoot + " \n",
        "o\n1\n" + kRoot.substr(4) + "\n", "o\n1\n" + kRoot + "\nextension\n",
        "o\n1\n" + kRoot + "\n\n"}) {
    CAPTURE(text);
    CHECK(parse_checkpoint_text(text).error().code == ErrorCode::invalid);
  }
}

TEST_CASE("extension lines of other logs can be read over, empty ones cannot") {
  const std::string text = "other log\n1\n" + kRoot + "\n";
  CHECK(parse_checkpoint_text(text + "x\ny\n", ExtensionLines::ignored).value().size == 1);
  CHECK(!parse_checkpoint_text(text + "\n", ExtensionLines::ignored));
  CHECK(!parse_checkpoint_text(text + "x", ExtensionLines::ignored));
}

TEST_CASE("a signed checkpoint verifies under the log's key") {
  const std::string note = sign_checkpoint(kHead, key_of(1));
  const NoteKey known[] = {log_key(kHead.origin, 1)};
  const VerifiedCheckpoint verified = verify_checkpoint(note, known).value();
  CHECK(verified.checkpoint == kHead);
  CHECK(verified.cosignatures.empty());
  CHECK(peek_checkpoint(note).value() == kHead);
}

TEST_CASE("a head of one log does not pass under the name of another log with the same key") {
  const std::string line = signature_line("example.com/t/2", key_of(1), checkpoint_text(kHead));
  const std::string relabelled = checkpoint_text(kHead) + "\n" + line;
  const NoteKey known[] = {log_key("example.com/t/2", 1)};
  REQUIRE(verify_note(relabelled, known));
  CHECK(verify_checkpoint(relabelled, known).error().code == ErrorCode::unauthenticated);
}

TEST_CASE("during a rotation either key will do") {
  const std::string note = sign_checkpoint(kHead, key_of(1)) +
                           signature_line(kHead.origin, key_of(2), checkpoint_text(kHead));
  for (const char seed : {'\x01', '\x02'}) {
    const NoteKey known[] = {log_key(kHead.origin, seed)};
    CHECK(verify_checkpoint(note, known));
  }
}

TEST_CASE("a witness alone does not stand for the log") {
  const NoteKey witness[] = {NoteKey("w", SignatureType::cosignature_v1, key_of(3).public_key())};
  const std::string note = sign_checkpoint(kHead, key_of(1)) +
                           cosignature_line("w", key_of(3), 99, checkpoint_text(kHead));
  CHECK(verify_checkpoint(note, witness).error().code == ErrorCode::unauthenticated);
  const NoteKey both[] = {witness[0], log_key(kHead.origin, 1)};
  const VerifiedCheckpoint verified = verify_checkpoint(note, both).value();
  REQUIRE(verified.cosignatures.size() == 1);
  CHECK(verified.cosignatures[0].time_s == std::uint64_t{99});
}

}  // namespace
}  // namespace recourse
