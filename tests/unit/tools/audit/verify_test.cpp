#include "tools/audit/verify.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "engine/event/parse_json.h"
#include "engine/ledger/checkpoint.h"
#include "tests/unit/tools/audit/audited_ledger.h"

namespace recourse {
namespace {

constexpr std::uint64_t kLeaves = 700;  // Two full tiles and a part of a third.

struct Audited : AuditedLedger {
  Audited() {
    for (std::size_t i = 0; i < 6; ++i) {
      append(tenant, 116);
      clock.advance(std::chrono::seconds(1));
      REQUIRE(signer->sign_round());
    }
    REQUIRE(stage(tenant, {proposal("tkt_1", "sub_1"), proposal("tkt_2", "sub_2"), plain()}));
    REQUIRE(ledger->commit());
    anchor_and_sign();
    REQUIRE(ledger->head(tenant).size == LogSize(kLeaves));
  }

  VerifyReport check(VerifyOptions options = {}) const {
    return recourse::verify(*ledger, *signer, options);
  }

  std::string key_of(std::uint64_t position) const { return leaf_key(tenant, Position(position)); }
};

/// The one finding whose text holds `what`.
const Finding* find(const VerifyReport& report, std::string_view what) {
  const auto found = std::find_if(
      report.findings.begin(), report.findings.end(),
      [&](const Finding& finding) { return finding.what.find(what) != std::string::npos; });
  return found == report.findings.end() ? nullptr : &*found;
}

TEST_CASE("an untouched ledger is intact, and the report says what was compared") {
  const Audited audited;
  for (const bool strict : {false, true}) {
    CAPTURE(strict);
    VerifyOptions options;
    options.strict = strict;
    const VerifyReport report = audited.check(options);
    INFO(to_text(report));
    CHECK(report.exit_code() == 0);
    REQUIRE(report.ledgers.size() == 2);
    const LedgerReport& ledger = report.ledgers[1];
    CHECK(ledger.leaves == kLeaves);
    CHECK(ledger.root == audited.ledger->head(audited.tenant).root);
    CHECK(ledger.checkpoints == 7);
    CHECK(ledger.sealed_opened == 4);
    // 8 commits of the tenant, 7 checkpoints, its head, what the signer remembers, its anchor in
    // the meta ledger.
    CHECK(ledger.heads_compared == 8 + 7 + 1 + 1 + 1);
    CHECK(report.commits == audited.ledger->commit_number());
    CHECK(parse_json(to_json(report)).value().find("verdict")->string()->compare("intact") == 0);
  }
}

TEST_CASE("with threads a large ledger comes out as without") {
  Audited audited;
  for (int i = 0; i < 10; ++i) audited.append(audited.tenant, 500);
  REQUIRE(audited.signer->sign_round());
  for (const unsigned threads : {1U, 2U, 5U}) {
    VerifyOptions options;
    options.threads = threads;
    const VerifyReport report = audited.check(options);
    CHECK(report.verdict() == Integrity::intact);
    CHECK(report.ledgers[1].leaves == kLeaves + 5000);
  }
}

TEST_CASE("a changed leaf is named, also when its checksum was made to fit") {
  Audited audited;
  audited.behind_its_back([&](Store& store) {
    std::string leaf = store.get(Family::leaves, audited.key_of(300)).value();
    const std::size_t at = leaf.find("billing");
    REQUIRE(at != std::string::npos);
    leaf.replace(at, 7, "killing");
    AuditedLedger::rewrite(store, Family::leaves, audited.key_of(300), leaf);
  });
  const VerifyReport report = audited.check();
  CHECK(report.exit_code() == 1);
  const Finding* leaf = find(report, "does not have the hash");
  REQUIRE(leaf != nullptr);
  CHECK(leaf->from == Position(300));
  CHECK(leaf->to == Position(301));
  CHECK(find(report, "the root of the head at 700 leaves") != nullptr);
  CHECK(find(report, "the signed checkpoint at 349 leaves") != nullptr);
  CHECK(find(report, "the signed checkpoint at 117 leaves") == nullptr);
  CHECK(leaf->way_out.find("restore") != std::string::npos);
}

TEST_CASE("missing and unreadable leaves are one range, and the rest is verified all the same") {
  Audited audited;
  audited.behind_its_back([&](Store& store) {
    AuditedLedger::remove(store, Family::leaves, audited.key_of(260));
    rocksdb::WriteBatch batch;
    REQUIRE(
        batch.Put(store.family(Family::leaves), audited.key_of(261), "no checksum at all").ok());
    REQUIRE(store.write(batch));
  });
  const VerifyReport report = audited.check();
  const Finding* gap = find(report, "missing or cannot be read");
  REQUIRE(gap != nullptr);
  CHECK(gap->from == Position(260));
  CHECK(gap->to == Position(262));
  CHECK(report.findings.size() == 1);
  CHECK(report.ledgers[1].root == report.ledgers[1].head.root);
  CHECK(report.ledgers[1].checkpoints == 7);
}

TEST_CASE("two swapped leaves are found by what they say themselves") {
  Audited audited;
  audited.behind_its_back([&](Store& store) {
    const std::string a = store.get(Family::leaves, audited.key_of(10)).value();
    const std::string b = store.get(Family::leaves, audited.key_of(11)).value();
    AuditedLedger::rewrite(store, Family::leaves, audited.key_of(10), b);
    AuditedLedger::rewrite(store, Family::leaves, audited.key_of(11), a);
  });
  const VerifyReport report = audited.check();
  CHECK(report.exit_code() == 1);
  CHECK(find(report, "missing or cannot be read")->from == Position(10));
}

TEST_CASE("damage that opening does not meet is found: an old tile, an old commit record") {
  AuditedLedger audited;
  for (int i = 0; i < 260; ++i) audited.append(audited.tenant, 255);
  audited.behind_its_back([&](Store& store) {
    const std::string key = tile_key(audited.tenant, 0, 1);
    std::string tile = store.get(Family::tree, key).value();
    tile[5 * 32] = static_cast<char>(tile[5 * 32] ^ 1);
    AuditedLedger::rewrite(store, Family::tree, key, tile);
    AuditedLedger::remove(store, Family::commits, commit_key(4));
  });
  const VerifyReport report = verify(*audited.ledger, *audited.signer);
  CHECK(find(report, "commit 4 is missing") != nullptr);
  REQUIRE(find(report, "does not have the hash") != nullptr);
  CHECK(find(report, "does not have the hash")->from == Position(261));
  CHECK(report.findings.size() == 2);
}

TEST_CASE("a ledger that cannot even be opened is a verdict too") {
  CHECK(report_of_refused_open({ErrorCode::corrupt, "leaves are missing"}).exit_code() == 1);
  CHECK(report_of_refused_open({ErrorCode::locked, "by another process"}).exit_code() == 2);
  CHECK(report_of_refused_open({ErrorCode::io, "no such disk"}).exit_code() == 2);
}

TEST_CASE("a checkpoint that another key signed is found") {
  Audited audited;
  audited.behind_its_back([&](Store& store) {
    const std::string seed(32, 'x');
    const auto key = Ed25519Key::from_seed(seed).value();
    const std::string place = checkpoint_key(audited.tenant, LogSize(117));
    const Checkpoint head = peek_checkpoint(store.get(Family::checkpoints, place).value()).value();
    AuditedLedger::rewrite(store, Family::checkpoints, place, sign_checkpoint(head, key));
  });
  const VerifyReport report = audited.check();
  CHECK(find(report, "checkpoint at 117 leaves is not signed by the log") != nullptr);
  CHECK(report.ledgers[1].checkpoints == 6);
}

TEST_CASE("an erased value is no damage, one that vanished is") {
  Audited audited;
  REQUIRE(audited.ledger->keys().destroy(KeyName::subject(audited.tenant, "sub_1")));
  VerifyReport report = audited.check();
  CHECK(report.verdict() == Integrity::intact);
  CHECK(report.ledgers[1].sealed_erased == 2);
  CHECK(report.ledgers[1].sealed_opened == 2);

  audited.behind_its_back([&](Store& store) {
    const VaultKey place{audited.tenant, subject_group("tkt_2"), Position(698), 0};
    REQUIRE(store.get(Family::vault, place.bytes()));
    AuditedLedger::remove(store, Family::vault, place.bytes());
  });
  report = audited.check();
  REQUIRE(find(report, "is gone although none of its keys") != nullptr);
  CHECK(find(report, "is gone although none of its keys")->from == Position(698));
}

TEST_CASE("another text in the vault does not pass for the one that was committed to") {
  Audited audited;
  audited.behind_its_back([&](Store& store) {
    const VaultKey one{audited.tenant, subject_group("tkt_2"), Position(698), 0};
    const VaultKey two{audited.tenant, subject_group("tkt_2"), Position(698), 1};
    AuditedLedger::rewrite(store, Family::vault, one.bytes(),
                           store.get(Family::vault, two.bytes()).value());
  });
  const VerifyReport report = audited.check();
  CHECK(report.exit_code() == 1);
  CHECK(find(report, "a sealed value") != nullptr);
}

TEST_CASE("a projection that differs from its rebuild is damage, a failed rebuild is doubt") {
  const Audited audited;
  VerifyOptions options;
  options.rebuild = [](LedgerId) -> Result<std::vector<ProjectionDigests>> {
    Hash other{};
    other[0] = 1;
    return std::vector<ProjectionDigests>{{"tickets", LogSize(700), Hash{}, Hash{}},
                                          {"approvals", LogSize(700), Hash{}, other}};
  };
  VerifyReport report = audited.check(options);
  CHECK(report.exit_code() == 1);
  CHECK(find(report, "projection approvals") != nullptr);
  CHECK(report.ledgers[0].projections == 1);

  options.rebuild = [](LedgerId) -> Result<std::vector<ProjectionDigests>> {
    return Error{ErrorCode::io, "no room"};
  };
  report = audited.check(options);
  CHECK(report.exit_code() == 2);
}

TEST_CASE("without the key file the tree is proven and what was not checked is said") {
  Audited audited;
  REQUIRE(audited.signer->sign_round());
  audited.signer.reset();
  audited.ledger.reset();
  LedgerOptions options = audited.options();
  options.kek_file = (audited.directory / "no-such-file").string();
  const auto ledger = Ledger::open_read_only(options).value();
  const auto signer = Signer::open_read_only(*ledger, audited.data()).value();
  const VerifyReport report = verify(*ledger, *signer);
  CHECK(report.exit_code() == 2);
  CHECK(find(report, "sealed values were not opened") != nullptr);
  CHECK(find(report, "signatures were not checked") != nullptr);
  CHECK(report.ledgers[1].root == report.ledgers[1].head.root);
}

TEST_CASE("a ledger that was put back to an older copy is found beside the signer's memory") {
  Audited audited;
  const std::filesystem::path data = audited.data();
  const std::filesystem::path copy = audited.directory / "older";
  audited.signer.reset();
  audited.ledger.reset();
  std::filesystem::copy(data, copy, std::filesystem::copy_options::recursive);
  audited.reopen();
  audited.open_signer();
  audited.append(audited.tenant, 3);
  REQUIRE(audited.signer->sign_round());
  audited.signer.reset();
  audited.ledger.reset();
  for (const char* part : {"ledger", "HEAD"}) {
    std::filesystem::remove_all(data / part);
    std::filesystem::copy(copy / part, data / part, std::filesystem::copy_options::recursive);
  }
  LedgerOptions options = audited.options();
  const auto ledger = Ledger::open_read_only(options).value();
  const auto signer = Signer::open_read_only(*ledger, audited.data()).value();
  const VerifyReport report = verify(*ledger, *signer);
  INFO(to_text(report));
  CHECK(report.exit_code() == 1);
  CHECK(find(report, "a head of 703 leaves was signed") != nullptr);
}

TEST_CASE("a head that was signed while verification runs is no loss") {
  Audited audited;
  const auto before = Ledger::open_read_only(audited.options()).value();
  const auto signer = Signer::open_read_only(*before, audited.data()).value();
  audited.append(audited.tenant, 3);
  REQUIRE(audited.signer->sign_round());
  const VerifyReport report = verify(*before, *signer);
  INFO(to_text(report));
  CHECK(report.exit_code() == 0);
  CHECK(report.ledgers[1].leaves == kLeaves);
  const auto now = Ledger::open_read_only(audited.options()).value();
  const auto fresh = Signer::open_read_only(*now, audited.data()).value();
  CHECK(verify(*now, *fresh).exit_code() == 0);
}

TEST_CASE("many findings are counted past the limit, and damage among them still counts") {
  Findings findings("log", 2);
  findings.add(Integrity::could_not_tell, "a", "b");
  findings.add(Integrity::could_not_tell, "c", "d");
  findings.add(Integrity::damaged, "e", "f");
  findings.add(Integrity::could_not_tell, "g", "h");
  REQUIRE(findings.list().size() == 3);
  CHECK(findings.list().back().verdict == Integrity::damaged);
  CHECK(findings.list().back().what.starts_with("2 further"));
}

struct Replaced : AuditedLedger {
  std::string before = signer->verifier_key(tenant), after;

  /// The tenant's newest head is by the first key, the meta ledger's by the second one.
  Replaced() {
    append(tenant, 3);
    anchor_and_sign();
    const KeyRotated rotated = signer->draw_next_key("log", clock.now()).value();
    REQUIRE(stage(LedgerId(0), {about("", rotated)}));
    REQUIRE(ledger->commit());
    REQUIRE(signer->reload_keys());
    after = signer->verifier_key(tenant);
    clock.advance(std::chrono::days(31));  // The one before signs no more.
    append(LedgerId(0), 1);
    REQUIRE(signer->sign_round());
  }
  VerifyReport check(std::vector<std::string> keys) const {
    VerifyOptions options;
    options.log_keys = std::move(keys);
    return verify(*ledger, *signer, options);
  }
};

TEST_CASE("a key vouches for the one that it replaced, as the log says under its own head") {
  const Replaced log;
  const VerifyReport by_new = log.check({log.after});
  INFO(to_text(by_new));
  CHECK(by_new.verdict() == Integrity::intact);
  CHECK(by_new.ledgers[1].older_key_heads == 1);
  CHECK(to_text(by_new).find("by an older key") != std::string::npos);
  const VerifyReport by_both = log.check({log.before, log.after});
  CHECK(by_both.verdict() == Integrity::intact);
  CHECK(by_both.ledgers[1].older_key_heads == 0);
  CHECK(to_json(by_both).find("older_key_heads") == std::string::npos);
}

TEST_CASE("a key that signed no head over a change of keys vouches for nobody else's") {
  const Replaced log;
  // Nothing that the first key signed covers what came later.
  CHECK(log.check({log.before}).verdict() == Integrity::damaged);
  const NoteKey other("example.com/meta", SignatureType::ed25519,
                      Ed25519Key::from_seed(std::string(32, 'x')).value().public_key());
  const VerifyReport report = log.check({other.text()});
  CHECK(report.verdict() == Integrity::damaged);
  CHECK(report.ledgers[1].checkpoints == 0);
  CHECK(log.check({"nonsense"}).verdict() == Integrity::could_not_tell);
}

}  // namespace
}  // namespace recourse
