#include "engine/ledger/signer.h"

#include <doctest/doctest.h>

#include <filesystem>

#include "engine/ledger/checkpoint.h"
#include "engine/ledger/durable_file.h"
#include "engine/ledger/range_proof.h"
#include "engine/ledger/receipt_token.h"
#include "engine/ledger/signer_state.h"
#include "tests/unit/engine/ledger/small_ledger.h"

namespace recourse {
namespace {

namespace fs = std::filesystem;

struct Signing : SmallLedger {
  LedgerId id = add_tenant("acme");
  std::unique_ptr<Signer> signer = Signer::open(*ledger, data()).value();

  void restart() {
    signer.reset();
    reopen();
    signer = Signer::open(*ledger, data()).value();
  }
  Checkpoint verified(const std::string& note) const {
    const std::vector<NoteKey> known{NoteKey::parse(signer->verifier_key(id)).value()};
    return verify_checkpoint(note, known).value().checkpoint;
  }
};

TEST_CASE_FIXTURE(Signing, "a round signs every ledger that grew, and only those") {
  CHECK_FALSE(signer->latest(id));
  REQUIRE(signer->sign_round());
  append(id, 4);
  REQUIRE(signer->sign_round());
  REQUIRE(signer->sign_round());
  const Checkpoint newest = verified(*signer->latest(id));
  CHECK(newest.origin == ledger->find_tenant(TenantId("acme"))->origin);
  CHECK(newest.size == 5);
  CHECK(newest.root == ledger->head(id).root);
  CHECK(signer->all(id).value().size() == 2);
  CHECK(signer->all(LedgerId(0)).value().size() == 1);
}

TEST_CASE_FIXTURE(Signing, "kept checkpoints are found from both sides of a size") {
  for (int i = 0; i < 3; ++i) {
    append(id, 4);
    REQUIRE(signer->sign_round());
  }
  const auto size_of = [&](const Result<std::optional<std::string>>& note) {
    return note.value() ? verified(**note).size : 0;
  };
  CHECK(size_of(signer->at_most(id, LogSize(8))) == 5);
  CHECK(size_of(signer->at_most(id, LogSize(9))) == 9);
  CHECK(size_of(signer->at_most(id, LogSize(4))) == 0);
  CHECK(size_of(signer->at_least(id, LogSize(6))) == 9);
  CHECK(size_of(signer->at_least(id, LogSize(13))) == 13);
  CHECK(size_of(signer->at_least(id, LogSize(14))) == 0);
  restart();
  CHECK(size_of(signer->at_least(id, LogSize(6))) == 9);
  CHECK(verified(*signer->latest(id)).size == 13);
}

TEST_CASE_FIXTURE(Signing, "proofs made later verify against every checkpoint signed before") {
  for (int i = 0; i < 6; ++i) {
    append(id, 70);
    REQUIRE(signer->sign_round());
  }
  restart();
  const TreeHead head = ledger->head(id);
  for (const std::string& note : signer->all(id).value()) {
    const Checkpoint kept = verified(note);
    const auto proof = ledger->consistency_proof(id, LogSize(kept.size), head.size).value();
    CHECK(verify_consistency(kept.size, head.size.value(), kept.root, head.root, proof));
  }
  const std::string text =
      ledger->range_proof(id, Position(100), Position(300), head.size, *signer->latest(id)).value();
  std::vector<Hash> leaves;
  REQUIRE(ledger->scan(id, Position(100), Position(300), [&](Position, std::string_view leaf) {
    leaves.push_back(leaf_hash(leaf));
    return true;
  }));
  const std::vector<NoteKey> known{NoteKey::parse(signer->verifier_key(id)).value()};
  const auto range = verify_range(text, leaves, known);
  REQUIRE(range);
  CHECK(range->root_at_start == ledger->root_at(id, LogSize(100)).value());
}

TEST_CASE_FIXTURE(Signing, "the key outlives a restart, and reports and receipts have their own") {
  REQUIRE(signer->sign_round());
  const std::string key = signer->verifier_key(id);
  const std::string report_key = signer->report_verifier_key();
  const std::string receipt_key = signer->receipt_verifier_key();
  restart();
  CHECK(signer->verifier_key(id) == key);
  CHECK(signer->report_verifier_key() == report_key);
  const auto known = [](const std::string& text) {
    return std::vector<NoteKey>{NoteKey::parse(text).value()};
  };
  const std::string report = signer->sign_report("a report\n");
  CHECK(verify_note(report, known(report_key)));
  CHECK_FALSE(verify_note(report, known(receipt_key)));
  const std::string receipt = signer->sign_receipt(R"({"v":1})");
  CHECK(verify_receipt_token(receipt, known(receipt_key).front()).value() == R"({"v":1})");
  CHECK_FALSE(verify_receipt_token(receipt, known(report_key).front()));
  CHECK(signer->sign_receipt(R"({"v":1})") == receipt);
  CHECK(report.find("example.com/reports ") != std::string::npos);
  CHECK(NoteKey::parse(report_key).value().key().bytes() !=
        NoteKey::parse(receipt_key).value().key().bytes());
}

TEST_CASE_FIXTURE(Signing, "a ledger rewound together with its HEAD is still refused") {
  signer.reset();
  ledger.reset();
  const fs::path copy = directory / "older";
  fs::create_directory(copy);
  for (const char* name : {"ledger", "keys", "HEAD"})
    fs::copy(fs::path(data()) / name, copy / name, fs::copy_options::recursive);
  restart();
  append(id, 3);
  REQUIRE(signer->sign_round());
  signer.reset();
  ledger.reset();
  for (const char* name : {"ledger", "keys", "HEAD"}) {
    fs::remove_all(fs::path(data()) / name);
    fs::rename(copy / name, fs::path(data()) / name);
  }
  const auto opened = Ledger::open(options());
  REQUIRE_FALSE(opened);
  CHECK(opened.error().code == ErrorCode::corrupt);
  CHECK(opened.error().message.find("signed up to 4 leaves and has 1") != std::string::npos);
}

TEST_CASE_FIXTURE(Signing, "a ledger beside what was signed is not signed and does not open") {
  append(id, 3);
  REQUIRE(signer->sign_round());
  SignerState state = read_signer_state(data()).value();
  state.signed_heads.at(ledger->find_tenant(TenantId("acme"))->origin).root[5] ^= 1;
  REQUIRE(replace_file(signer_state_path(data()), state.text()));
  CHECK(Signer::open(*ledger, data()).error().code == ErrorCode::corrupt);
  signer.reset();
  ledger.reset();
  CHECK(Ledger::open(options()).error().code == ErrorCode::corrupt);
}

TEST_CASE_FIXTURE(Signing, "a round whose notes were lost in a crash is signed again, the same") {
  append(id, 3);
  REQUIRE(signer->sign_round());
  append(id, 3);
  // What a crash between the state and the notes leaves: the state knows a head without a note.
  SignerState state = read_signer_state(data()).value();
  state.signed_heads.at(ledger->find_tenant(TenantId("acme"))->origin) = ledger->head(id);
  REQUIRE(replace_file(signer_state_path(data()), state.text()));
  restart();
  CHECK(verified(*signer->latest(id)).size == 7);
  const std::string note = *signer->latest(id);
  REQUIRE(signer->sign_round());
  CHECK(*signer->latest(id) == note);
  CHECK(signer->all(id).value().size() == 2);
}

TEST_CASE_FIXTURE(Signing, "a signer that lost its memory does not start anew") {
  append(id, 3);
  REQUIRE(signer->sign_round());
  signer.reset();
  SUBCASE("gone") {
    fs::remove(signer_state_path(data()));
    CHECK(Signer::open(*ledger, data()).error().code == ErrorCode::corrupt);
  }
  SUBCASE("damaged") {
    std::string text = read_file(signer_state_path(data())).value();
    text[30] ^= 1;
    REQUIRE(replace_file(signer_state_path(data()), text));
    CHECK(Signer::open(*ledger, data()).error().code == ErrorCode::corrupt);
    ledger.reset();
    CHECK(Ledger::open(options()).error().code == ErrorCode::corrupt);
  }
}

TEST_CASE_FIXTURE(Signing, "a reader beside the server reads kept checkpoints") {
  append(id, 3);
  REQUIRE(signer->sign_round());
  const auto reader = Ledger::open_read_only(options()).value();
  const auto reading = Signer::open_read_only(*reader, data()).value();
  CHECK(reading->latest(id) == signer->latest(id));
  CHECK(reading->verifier_key(id) == signer->verifier_key(id));
  CHECK(reading->all(id).value() == signer->all(id).value());
}

TEST_CASE("the signer's state reads back and nothing else does") {
  SignerState state;
  state.signed_heads["example.com/meta"] = {LogSize(3), Hash{1, 2, 3}};
  state.signed_heads["example.com/t/0011"] = {LogSize(70), Hash{4}};
  const std::string text = state.text();
  CHECK(SignerState::parse(text).value() == state);
  CHECK(SignerState::parse(SignerState().text()).value() == SignerState());
  for (std::size_t i = 0; i < text.size(); ++i) {
    CHECK_FALSE(SignerState::parse(text.substr(0, i)));
    std::string changed = text;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    CHECK_FALSE(SignerState::parse(changed));
  }
}

}  // namespace
}  // namespace recourse
