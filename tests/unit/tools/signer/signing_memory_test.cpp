#include "tools/signer/signing_memory.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <optional>

#include "engine/witness/signing_text.h"
#include "tests/unit/engine/ledger/sample_tree.h"
#include "tests/unit/engine/privacy/temporary_directory.h"

namespace recourse::signer {
namespace {

namespace fs = std::filesystem;

const std::string kLog = "log.example/meta";

struct Remembering {
  TemporaryDirectory directory;
  SeededRandom random{7};
  SampleTree tree{40};
  std::optional<SigningMemory> memory;

  Remembering() { open(); }
  fs::path path() const { return directory / "signer"; }
  void open() {
    memory.reset();
    memory.emplace(SigningMemory::open(path(), random).value());
  }
  HeadToSign head(std::uint64_t from, std::uint64_t to) const {
    HeadToSign asked{{kLog, to, tree.root_at(to)}, from, {}};
    if (from > 0 && from <= to) asked.proof = consistency_proof(from, to, tree).value();
    return asked;
  }
  bool signs(const HeadToSign& asked) {
    const auto lines = memory->sign(std::span(&asked, 1));
    if (!lines) return false;
    const NoteKey key(asked.head.origin, SignatureType::ed25519, memory->keys().front());
    CHECK(
        verify_checkpoint(checkpoint_text(asked.head) + "\n" + lines->front(), std::span(&key, 1)));
    return true;
  }
};

TEST_CASE_FIXTURE(Remembering, "what continues the last head is signed, also again") {
  CHECK(signs(head(0, 3)));
  CHECK(signs(head(3, 7)));
  CHECK(signs(head(7, 7)));
  open();
  CHECK(signs(head(7, 7)));
  CHECK(signs(head(7, 40)));
}

TEST_CASE_FIXTURE(Remembering, "a log that was set back or forked is not signed") {
  REQUIRE(signs(head(0, 20)));
  open();
  CHECK_FALSE(signs(head(0, 10)));
  CHECK_FALSE(signs(head(10, 30)));
  CHECK_FALSE(signs(head(20, 10)));
  HeadToSign other = head(20, 20);
  other.head.root[0] ^= 1;
  CHECK_FALSE(signs(other));
  other = head(20, 30);
  other.head.root[0] ^= 1;
  CHECK_FALSE(signs(other));
  HeadToSign forgetful = head(0, 30);
  CHECK_FALSE(signs(forgetful));
  CHECK(signs(head(20, 30)));
}

TEST_CASE_FIXTURE(Remembering, "of one round all heads are signed or none") {
  HeadToSign tenant = head(0, 5);
  tenant.head.origin = "log.example/t/0011223344556677";
  HeadToSign wrong = head(4, 8);
  const HeadToSign both[] = {tenant, wrong};
  CHECK(memory->sign(both).error().code == ErrorCode::corrupt);
  CHECK(memory->state().signed_heads.empty());
}

TEST_CASE_FIXTURE(Remembering,
                  "a log that goes on after a declared loss is new, and the old one closed") {
  REQUIRE(signs(head(0, 20)));
  HeadToSign next = head(0, 12);
  next.head.origin = std::string(kLog) + "/2";
  CHECK(signs(next));
  CHECK_FALSE(signs(head(20, 30)));  // Which it would have signed before.
  HeadToSign forked = head(0, 14);
  forked.head.origin = next.head.origin;
  CHECK_FALSE(signs(forked));
  HeadToSign on = head(12, 14);
  on.head.origin = next.head.origin;
  CHECK(signs(on));
  CHECK(memory->state().signed_heads.at(kLog).size == LogSize(20));
}

TEST_CASE_FIXTURE(Remembering, "neither a key nor a memory that is lost is taken for a new one") {
  REQUIRE(signs(head(0, 5)));
  CHECK(SigningMemory::open(path(), random).error().code == ErrorCode::locked);
  memory.reset();
  SUBCASE("the key") { fs::remove(path() / "log.key"); }
  SUBCASE("the memory") { fs::remove(path() / "signed"); }
  CHECK(SigningMemory::open(path(), random).error().code == ErrorCode::corrupt);
}

TEST_CASE_FIXTURE(Remembering, "questions and answers are the texts that are documented") {
  const HeadToSign first = head(0, 5), second = head(5, 9);
  CHECK(parse_keys_body(parse_signing_answer(memory->answer(kAskKeys)).value()).value().size() ==
        1);
  const auto lines = parse_lines_body(
      parse_signing_answer(memory->answer(sign_request(std::span(&first, 1)))).value());
  CHECK(lines.value().size() == 1);
  CHECK(SignerState::parse(parse_signing_answer(memory->answer(kAskHeads)).value())
            .value()
            .signed_heads.at(kLog)
            .size == LogSize(5));
  const HeadToSign both[] = {second, first};
  CHECK(parse_signing_answer(memory->answer(sign_request(both))).error().code ==
        ErrorCode::corrupt);
  CHECK(parse_sign_request(sign_request(both)).value()[0].proof == second.proof);
  for (const char* nonsense : {"", "x\n", "sign\n", "sign 1\n", "sign 1\nold 0\n\nlog\n1\n",
                               "sign 0\nmore\n", "sign 99999999999\nold 0\n\n"})
    CHECK_FALSE(parse_signing_answer(memory->answer(nonsense)));
}

TEST_CASE("a key that moves in is there whole, also when the move was broken off") {
  const TemporaryDirectory directory;
  const fs::path path = directory / "signer";
  const SampleTree tree{40};
  const std::vector<std::string> seeds{std::string(32, 'a'), std::string(32, 'b')};
  SignerState state;
  state.signed_heads[kLog] = {LogSize(20), tree.root_at(20)};
  CHECK(SigningMemory::reopen(path).error().code == ErrorCode::not_found);
  CHECK(!fs::exists(path));
  REQUIRE(SigningMemory::adopt(path, seeds, state));
  SUBCASE("again") {
    state.signed_heads[kLog] = {LogSize(30), tree.root_at(30)};
    CHECK(SigningMemory::adopt(path, seeds, state).value().keys().size() == 2);
    CHECK(SigningMemory::reopen(path).value().state() == state);
  }
  SUBCASE("another key is not pushed aside") {
    CHECK(SigningMemory::adopt(path, {seeds[0]}, state).error().code == ErrorCode::conflict);
    CHECK(SigningMemory::adopt(path, {seeds[1], seeds[0]}, state).error().code ==
          ErrorCode::conflict);
  }
  SUBCASE("nor is a memory of what the directory does not know") {
    state.signed_heads[kLog] = {LogSize(10), tree.root_at(10)};
    CHECK(SigningMemory::adopt(path, seeds, state).error().code == ErrorCode::conflict);
    state.signed_heads[kLog] = {LogSize(20), tree.root_at(10)};
    CHECK(SigningMemory::adopt(path, seeds, state).error().code == ErrorCode::conflict);
    CHECK(SigningMemory::adopt(path, seeds, SignerState()).error().code == ErrorCode::conflict);
  }
}

}  // namespace
}  // namespace recourse::signer
