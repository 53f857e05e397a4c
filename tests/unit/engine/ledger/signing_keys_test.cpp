#include "engine/ledger/signing_keys.h"

#include <doctest/doctest.h>

#include "engine/ledger/checkpoint.h"
#include "engine/ledger/head_signer.h"
#include "engine/ledger/signer.h"
#include "tests/unit/engine/ledger/small_ledger.h"

namespace recourse {
namespace {

const LedgerId kMetaLedger(0);

struct Rotating : SmallLedger {
  std::unique_ptr<Signer> signer = Signer::open(*ledger, data()).value();

  void rotate(const std::string& purpose) {
    NewEvent event;
    event.stream = "deployment";
    event.data = signer->draw_next_key(purpose, clock.now()).value();
    REQUIRE(stage(kMetaLedger, {std::move(event)}));
    REQUIRE(ledger->commit());
    REQUIRE(signer->reload_keys());
  }
  void restart() {
    signer.reset();
    reopen();
    signer = Signer::open(*ledger, data()).value();
  }
  bool signed_by(const NoteKey& key) const {
    return verify_checkpoint(*signer->latest(kMetaLedger), std::span(&key, 1)).ok();
  }
};

TEST_CASE_FIXTURE(Rotating, "both keys sign for thirty days, then the new one") {
  const NoteKey old = signer->log_keys(kMetaLedger).front();
  REQUIRE(signer->sign_round());
  rotate("log");
  REQUIRE(signer->sign_round());
  const std::vector<NoteKey> keys = signer->log_keys(kMetaLedger);
  REQUIRE(keys.size() == 2);
  CHECK(keys[1].text() == old.text());
  CHECK(keys[0].name() == old.name());
  CHECK(signed_by(keys[0]));
  CHECK(signed_by(keys[1]));
  restart();
  CHECK(signer->verifier_key(kMetaLedger) == keys[0].text());
  clock.set(clock.now() + kBothSign + std::chrono::seconds(1));
  append(kMetaLedger, 1);
  REQUIRE(signer->sign_round());
  CHECK(signed_by(keys[0]));
  CHECK_FALSE(signed_by(keys[1]));
  // What only the old key signed is shown with the new key's line to who has only that one.
  const std::string first = signer->all(kMetaLedger).value().front();
  CHECK_FALSE(verify_checkpoint(first, std::span(&keys[0], 1)));
  CHECK(verify_checkpoint(signer->with_newest_signature(kMetaLedger, first).value(),
                          std::span(&keys[0], 1)));
}

TEST_CASE_FIXTURE(Rotating, "a key that was drawn and not announced does not sign") {
  const std::string before = signer->report_verifier_key();
  const KeyRotated drawn = signer->draw_next_key("reports", clock.now()).value();
  restart();
  CHECK(signer->report_verifier_key() == before);
  CHECK(signer->draw_next_key("reports", clock.now()).value().new_key == drawn.new_key);
  rotate("reports");
  CHECK(signer->report_verifier_key() != before);
  const std::vector<NoteKey> keys = signer->report_keys();
  for (const NoteKey& key : keys)
    CHECK(verify_note(signer->sign_report("a report\n"), std::span(&key, 1)));
  CHECK_FALSE(signer->draw_next_key("everything", clock.now()));
}

/// Holds the key in this process, and may be deaf before or after it signed.
class FakeSigner final : public HeadSigner {
 public:
  struct Memory {
    Ed25519Key key = Ed25519Key::from_seed(std::string(32, 'e')).value();
    SignerState state;
    bool deaf = false, dumb = false;
  };
  explicit FakeSigner(Memory& memory) : memory_(memory) {}

  Result<std::vector<Ed25519PublicKey>> keys() override {
    return std::vector<Ed25519PublicKey>{memory_.key.public_key()};
  }
  Result<SignerState> signed_heads() override { return memory_.state; }
  Result<std::vector<std::string>> sign(std::span<const HeadToSign> heads) override {
    if (memory_.deaf) return Error{ErrorCode::unavailable, "no answer"};
    std::vector<std::string> lines;
    for (const HeadToSign& asked : heads) {
      TreeHead& last = memory_.state.signed_heads[asked.head.origin];
      if (last.size.value() != asked.old_size) return Error{ErrorCode::corrupt, "refused"};
      last = {LogSize(asked.head.size), asked.head.root};
      lines.push_back(signature_line(asked.head.origin, memory_.key, checkpoint_text(asked.head)));
    }
    if (memory_.dumb) return Error{ErrorCode::unavailable, "no answer"};
    return lines;
  }

 private:
  Memory& memory_;
};

struct Elsewhere : SmallLedger {
  FakeSigner::Memory memory;
  std::unique_ptr<Signer> signer;

  Elsewhere() { start(); }
  void start() {
    signer = Signer::open(*ledger, data(), std::make_unique<FakeSigner>(memory)).value();
  }
  std::uint64_t newest() const {
    return peek_checkpoint(*signer->latest(kMetaLedger)).value().size;
  }
};

TEST_CASE_FIXTURE(Elsewhere, "a signer that does not answer leaves heads unsigned until it does") {
  REQUIRE(signer->sign_round());
  const std::uint64_t before = newest();
  append(kMetaLedger, 2);
  SUBCASE("before it signed") { memory.deaf = true; }
  SUBCASE("after it signed") { memory.dumb = true; }
  CHECK(signer->sign_round().error().code == ErrorCode::unavailable);
  CHECK(newest() == before);
  append(kMetaLedger, 2);
  CHECK_FALSE(signer->sign_round());
  memory.deaf = memory.dumb = false;
  REQUIRE(signer->sign_round());
  CHECK(newest() == ledger->head(kMetaLedger).size.value());
}

TEST_CASE_FIXTURE(Elsewhere,
                  "the memory elsewhere counts: what it signed and is not here is missed") {
  append(kMetaLedger, 2);
  REQUIRE(signer->sign_round());
  signer.reset();
  const auto open = [&] {
    return Signer::open(*ledger, data(), std::make_unique<FakeSigner>(memory));
  };
  TreeHead& head = memory.state.signed_heads.begin()->second;
  SUBCASE("more leaves") { head.size = LogSize(head.size.value() + 1); }
  SUBCASE("another root") { head.root[0] ^= 1; }
  CHECK(open().error().code == ErrorCode::corrupt);
}

TEST_CASE_FIXTURE(Elsewhere, "neither another key nor none signs on") {
  REQUIRE(signer->sign_round());
  signer.reset();
  CHECK(Signer::open(*ledger, data()).error().code == ErrorCode::conflict);
  CHECK(Signer::open_read_only(*ledger, data()).value()->log_keys(kMetaLedger).size() == 1);
  FakeSigner::Memory other{Ed25519Key::from_seed(std::string(32, 'o')).value(), {}, false, false};
  CHECK(Signer::open(*ledger, data(), std::make_unique<FakeSigner>(other)).error().code ==
        ErrorCode::conflict);
}

}  // namespace
}  // namespace recourse
