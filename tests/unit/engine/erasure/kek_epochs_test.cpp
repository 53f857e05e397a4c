#include "engine/erasure/kek_epochs.h"

#include "engine/base/sha256.h"
#include "engine/erasure/certificate.h"
#include "engine/erasure/privacy_rounds.h"
#include "engine/ledger/signed_note.h"
#include "engine/privacy/key_rotation.h"
#include "engine/writer/decision_state.h"
#include "tests/unit/engine/erasure/desk_with_persons.h"

namespace recourse {
namespace {

namespace fs = std::filesystem;

struct Epochs : DeskWithPersons {
  std::unique_ptr<Signer> signer;
  const fs::path kek = dir + "/kek";

  Epochs() { open_signer(); }
  ~Epochs() { signer.reset(); }
  void open_signer() {
    auto opened = Signer::open(*ledger, dir + "/data");
    REQUIRE_MESSAGE(opened.ok(), (opened.ok() ? "" : opened.error().message));
    signer = std::move(*opened);
  }
  void close_all() {
    signer.reset();
    close();
  }
  void open_all() {
    open();
    open_signer();
  }
  EpochChange retire(const BackupUnderNextKey& backup = {}) {
    auto change = retire_kek(*writer, *signer, kek, backup);
    REQUIRE_MESSAGE(change.ok(), (change.ok() ? "" : change.error().message));
    return std::move(*change);
  }
  std::vector<KekEpochRetired> retirements() {
    std::vector<KekEpochRetired> found;
    REQUIRE(ledger->scan(LedgerId(0), Position(0), Position(ledger->head(LedgerId(0)).size.value()),
                         [&](Position, std::string_view leaf) {
                           const auto event = read_leaf(leaf);
                           REQUIRE(event.ok());
                           if (const auto* one = get_if<KekEpochRetired>(&event->data))
                             found.push_back(*one);
                           return true;
                         }));
    return found;
  }
};

TEST_CASE_FIXTURE(Epochs, "an erasure is certified once the key epoch of then is over") {
  const EntryId dsr = granted(jane);
  erased(dsr);
  CHECK(certificate_of(*ledger, *signer, info(), row(dsr)).error().code == ErrorCode::conflict);
  const EpochChange change = retire([] { return Result<std::int64_t>(9); });
  CHECK(change.retired == 1);
  CHECK(change.certified == 1);
  REQUIRE(retirements().size() == 1);
  CHECK(retirements().front().backup == 9);
  CHECK(row(dsr).status == DsrStatus::completed);

  const auto note = certificate_of(*ledger, *signer, info(), row(dsr));
  REQUIRE_MESSAGE(note.ok(), (note.ok() ? "" : note.error().message));
  const std::vector<NoteKey> keys{*NoteKey::parse(signer->report_verifier_key())};
  const auto verified = verify_note(*note, keys);
  REQUIRE(verified.ok());
  auto said = read_certificate(verified->text);
  REQUIRE(said.ok());
  CHECK(said->subject == jane.value());
  CHECK(said->epoch == 1);
  CHECK(check_certificate(*ledger, *said).ok());
  ++said->fields;
  CHECK_FALSE(check_certificate(*ledger, *said));
  CHECK_FALSE(read_certificate("recourse/erasure-certificate@v1\nsubject x\n"));
  CHECK_FALSE(read_certificate("something else\n"));
}

TEST_CASE_FIXTURE(Epochs,
                  "a copy of the keys from before an erasure opens with no key that is left") {
  const EntryId dsr = granted(jane);
  close_all();
  fs::copy(dir + "/data/keys", dir + "/copy", fs::copy_options::recursive);
  open_all();
  erased(dsr);
  retire();
  KeyStoreOptions options;
  SystemRandom system;
  CHECK(open_key_store(dir + "/copy", kek, system, options).error().code ==
        ErrorCode::unauthenticated);
  CHECK(readable(tickets[2]) == 2);
}

TEST_CASE_FIXTURE(Epochs, "a backup that fails keeps the old key, and the next call goes on") {
  const EntryId dsr = granted(jane);
  erased(dsr);
  const auto failed = retire_kek(*writer, *signer, kek, [] {
    return Result<std::int64_t>(Error{ErrorCode::disk_full, "no room for a backup"});
  });
  CHECK(failed.error().code == ErrorCode::disk_full);
  CHECK(retirements().empty());
  CHECK(row(dsr).status == DsrStatus::erased);
  CHECK_FALSE(*finish_retirement(*writer, *signer, kek));
  close_all();
  open_all();
  CHECK(retire().certified == 1);
  CHECK(retirements().size() == 1);
}

TEST_CASE_FIXTURE(Epochs,
                  "what a crash after the old key's end left is recorded at the next start") {
  const EntryId dsr = granted(jane);
  erased(dsr);
  SystemRandom system;
  REQUIRE(begin_kek_rotation(ledger->keys(), kek, system));
  REQUIRE(finish_kek_rotation(ledger->keys(), kek));
  close_all();
  open_all();
  CHECK(*finish_retirement(*writer, *signer, kek));
  REQUIRE(retirements().size() == 1);
  CHECK(retirements().front().epoch == 1);
  CHECK(row(dsr).status == DsrStatus::completed);
  CHECK_FALSE(*finish_retirement(*writer, *signer, kek));
}

TEST_CASE_FIXTURE(Epochs, "a round ends the rotation that a refused backup kept open") {
  const EntryId dsr = granted(jane);
  erased(dsr);
  fs::last_write_time(kek, fs::file_time_type::clock::now() - std::chrono::hours(48));
  PrivacyRoundsOptions options;
  options.kek_file = kek;
  options.tick = std::chrono::hours(1);
  options.retention_every = std::chrono::seconds(0);
  Result<std::int64_t> made = Error{ErrorCode::disk_full, "no room for a backup"};
  options.backup = [&](const std::function<bool()>& go_on) {
    CHECK(go_on());
    return made;
  };
  (void)PrivacyRounds(*writer, *signer, options).round();
  CHECK(rotation_under_way(kek));
  CHECK(ledger->keys().census()->destroyed_now == 0);
  CHECK(row(dsr).status == DsrStatus::erased);
  made = 7;
  CHECK(PrivacyRounds(*writer, *signer, options).round().ok());
  CHECK_FALSE(rotation_under_way(kek));
  CHECK(row(dsr).status == DsrStatus::completed);
  REQUIRE(retirements().size() == 1);
  CHECK(retirements().front().backup == 7);
}

TEST_CASE_FIXTURE(Epochs, "a round ends an epoch whatever goes wrong in one tenant") {
  const LedgerInfo broken = *writer->create_tenant(TenantId("broken"));
  const EntryId dsr = granted(jane);
  erased(dsr);
  const auto rubbish = views->batch();
  rubbish->put(kDecisionState, broken.ledger,
               views->state(kDecisionState, broken.ledger).generation, "privacy/", "no row");
  REQUIRE(rubbish->write());
  fs::last_write_time(kek, fs::file_time_type::clock::now() - std::chrono::hours(48));
  PrivacyRoundsOptions options;
  options.kek_file = kek;
  options.tick = std::chrono::hours(1);
  {
    PrivacyRounds rounds(*writer, *signer, options);
    const Status done = rounds.round();
    REQUIRE_FALSE(done.ok());
    CHECK(done.error().message.find("privacy/") != std::string::npos);
  }
  CHECK(row(dsr).status == DsrStatus::completed);
}

TEST_CASE_FIXTURE(Epochs, "a certificate is the same after the report key was replaced, twice") {
  const auto replace_key = [&] {
    const auto next = signer->draw_next_key("reports", clock.now());
    REQUIRE(next.ok());
    WriteRequest request;
    request.tenant = TenantId("meta");
    request.principal = admin;
    request.decide = [&](DecisionStep&) -> Result<std::vector<NewEvent>> {
      return std::vector<NewEvent>{{"keys", "", Actor{}, "", "", *next}};
    };
    REQUIRE(writer->handle(std::move(request)));
    REQUIRE(signer->reload_keys());
  };
  const EntryId alone = granted(jane), by_both = granted(joe);
  erased(alone);
  retire();
  const auto note = certificate_of(*ledger, *signer, info(), row(alone));
  REQUIRE(note.ok());
  replace_key();
  CHECK(*certificate_of(*ledger, *signer, info(), row(alone)) == *note);
  erased(by_both);
  retire();
  const auto signed_twice = certificate_of(*ledger, *signer, info(), row(by_both));
  REQUIRE(signed_twice.ok());
  CHECK(parse_note(*signed_twice)->signatures.size() == 2);
  clock.set(clock.now() + std::chrono::days(90));
  replace_key();
  CHECK(*certificate_of(*ledger, *signer, info(), row(alone)) == *note);
  CHECK(*certificate_of(*ledger, *signer, info(), row(by_both)) == *signed_twice);
}

TEST_CASE_FIXTURE(Epochs, "a hold that was placed since an erasure keeps the key of older copies") {
  const EntryId dsr = granted(jane);
  erased(dsr);
  PlaceHold about_joe;
  about_joe.scope = HoldScope::subject;
  about_joe.subject = joe;
  held(about_joe);
  const EntryId placed = held({});
  const auto refused = retire_kek(*writer, *signer, kek);
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().code == ErrorCode::conflict);
  CHECK(refused.error().message.find(placed.value()) != std::string::npos);
  must(privacy_request(tenant, ReleaseHold{placed, {}}, &release_hold));
  CHECK(retire().certified == 1);
}

TEST_CASE_FIXTURE(Epochs, "an erasure of this epoch waits for the next one's end") {
  erased(granted(jane));
  CHECK(retire().certified == 1);
  const EntryId second = granted(joe);
  erased(second);
  CHECK_FALSE(*finish_retirement(*writer, *signer, kek));
  CHECK(row(second).status == DsrStatus::erased);
  CHECK(ledger->keys().census()->destroyed_now == 1);
  CHECK(retire().certified == 1);
  CHECK(ledger->keys().census()->destroyed_now == 0);
}

}  // namespace
}  // namespace recourse
