#include "tools/backup/declare_loss.h"

#include "engine/ledger/checkpoint.h"
#include "engine/ledger/head_file.h"
#include "engine/ledger/signer_state.h"
#include "engine/ledger/signing_keys.h"
#include "tests/unit/tools/backup/backed_up.h"
#include "tools/audit/continuation.h"

namespace recourse {
namespace {

namespace fs = std::filesystem;

const LossDeclaration kFlood{"the flood", "usr_ada"};

/// Backed up; then both logs and a third one grew and were signed.
struct Flooded : BackedUp {
  std::string origin = ledger->find_tenant(TenantId("acme"))->origin;
  LedgerId quiet = add_tenant("quiet");
  LogSize kept, lost_to;

  Flooded() {
    anchor_and_sign();
    kept = ledger->head(tenant).size;
    back_up();
    signer.reset();
    ledger.reset();
    fs::copy(data(), older(), fs::copy_options::recursive);
    reopen();
    open_signer();
    append(tenant, 5);
    anchor_and_sign();
    lost_to = ledger->head(tenant).size;
  }

  fs::path older() const { return directory / "older"; }
  /// A copy of the data directory from before, in the place of what was restored.
  void put_older_copy() const {
    fs::remove_all(target());
    fs::copy(older(), target(), fs::copy_options::recursive);
  }
  fs::path keep_head(LedgerId id) const {
    const fs::path file = directory / ("head-" + std::to_string(id.value())).c_str();
    std::ofstream(file, std::ios::binary) << *signer->latest(id);
    return file;
  }
  RestoreOptions declaring(std::vector<fs::path> heads) {
    RestoreOptions options = restore_options();
    options.heads = std::move(heads);
    options.loss = kFlood;
    return options;
  }
  /// The memory of all that was signed takes the place of the one in the directory.
  void remember_in(const fs::path& data_dir) const {
    fs::copy(fs::path(data()) / "signer", data_dir / "signer",
             fs::copy_options::overwrite_existing);
  }
  static std::vector<ToldContinuation> told(const Ledger& ledger, const std::string& tenant) {
    return continuations_of(ledger, *ledger.find_tenant(TenantId(tenant))).value();
  }
};

TEST_CASE_FIXTURE(Flooded, "a head that was kept says how much is lost, and who says so is kept") {
  RestoreOptions options = declaring({keep_head(tenant)});
  options.loss.reset();
  const auto refused = restore(options);
  CHECK(refused.error().code == ErrorCode::conflict);
  CHECK(refused.error().message.find("--declare-loss") != std::string::npos);
  options.loss = kFlood;
  const RestoreReport report = restore(options).value();
  REQUIRE(report.loss);
  CHECK(report.loss->lost.size() == 3);  // Nobody remembers all logs, so none keeps its name.
  CHECK(report.epoch == 2);
  CHECK(report.unsigned_because.empty());
  const auto restored = open_restored();
  const auto lines = told(*restored, "acme");
  REQUIRE(lines.size() == 1);
  CHECK(lines[0].closed.origin == origin);
  CHECK(lines[0].closed.kept.size == kept);
  CHECK(lines[0].closed.lost_to == lost_to);
  CHECK(lines[0].next == origin + "/2");
  CHECK(lines[0].reason == "the flood");
  CHECK(lines[0].by == "usr_ada");
  CHECK(told(*restored, "quiet")[0].closed.lost_to == LogSize(0));
  CHECK(restored->open_subject(tenant, "tkt_1").value().size() == 2);
  // The same backup again is behind what was declared, and goes on as a third log.
  const fs::path first = target();
  RestoreOptions again = declaring({keep_head(tenant)});
  again.data_dir = directory / "again";
  {
    const auto opened = Signer::open(*restored, target().string()).value();
    std::ofstream(directory / "newer", std::ios::binary) << *opened->latest(tenant);
  }
  again.heads.push_back(directory / "newer");
  const RestoreReport third = restore(again).value();
  for (const auto& lost : third.loss->lost)
    if (lost.tenant == TenantId("acme")) CHECK(lost.next == origin + "/3");
}

TEST_CASE_FIXTURE(Flooded, "where all heads are remembered, a log that lost none keeps its name") {
  put_older_copy();
  remember_in(target());
  CHECK(Ledger::open([&] {
          LedgerOptions opening = this->options();
          opening.data_dir = target().string();
          opening.kek_file = kek().string();
          return opening;
        }())
            .error()
            .message.find("--declare-loss") != std::string::npos);
  DeclareLossOptions declaring;
  declaring.data_dir = target();
  declaring.kek_file = kek();
  declaring.declaration = kFlood;
  declaring.random = &random;
  declaring.clock = &clock;
  fs::create_directories(target() / "views");
  const DeclaredLoss loss = declare_loss_in(declaring).value();
  CHECK_FALSE(loss.was_declared);
  CHECK(loss.lost.size() == 2);
  REQUIRE(loss.complete.size() == 1);
  CHECK(loss.complete[0].tenant == TenantId("quiet"));
  CHECK_FALSE(fs::exists(target() / "views"));
  CHECK(HeadFile::read(target() / "HEAD")->epoch == 2);
  const DeclaredLoss again = declare_loss_in(declaring).value();
  CHECK(again.was_declared);
  CHECK(again.lost.size() == 2);
  const auto restored = open_restored();
  CHECK(told(*restored, "quiet").empty());
  CHECK(told(*restored, "meta").size() == 1);
  const auto opened = Signer::open(*restored, target().string()).value();
  REQUIRE(opened->sign_round());
  CHECK(verify(*restored, *opened).verdict() == Integrity::intact);
  // And what was declared once is the log that everything after is compared with.
  CHECK(peek_checkpoint(*opened->latest(tenant))->origin == origin + "/2");
}

TEST_CASE_FIXTURE(Flooded, "a tenant of whom nothing is left is named in the meta ledger") {
  const std::string gone = [&] {
    const LedgerId id = add_tenant("newcomer");
    REQUIRE(signer->sign_round());
    for (const LedgerInfo& info : ledger->ledgers())
      if (info.ledger == id) return info.origin;
    return std::string();
  }();
  put_older_copy();
  remember_in(target());
  DeclareLossOptions declaring{target(), kek(), {}, {}, {}, kFlood, &random, &clock};
  const DeclaredLoss loss = declare_loss_in(declaring).value();
  bool named = false;
  for (const auto& lost : loss.lost) named = named || (lost.origin == gone && lost.next.empty());
  CHECK(named);
  {
    const auto restored = open_restored();  // Which the memory of that log does not hinder.
    CHECK(is_given_up(*restored, gone));
    CHECK_FALSE(is_given_up(*restored, gone + "x"));
    const auto opened = Signer::open(*restored, target().string()).value();
    REQUIRE(opened->sign_round());
    CHECK(verify(*restored, *opened).verdict() == Integrity::intact);
  }
  CHECK(declare_loss_in(declaring).value().was_declared);
}

TEST_CASE_FIXTURE(Flooded, "nothing is declared of a log that reaches all that is known") {
  RestoreOptions options = declaring({});
  CHECK(restore(options).error().code == ErrorCode::conflict);
  CHECK(is_half_restored(target()));
  for (const LossDeclaration& bad :
       {LossDeclaration{"", "usr_ada"}, LossDeclaration{"a\nb", "x"},
        LossDeclaration{"flood", "Ada L."}, LossDeclaration{std::string(201, 'x'), "x"}})
    CHECK(check_declaration(bad).error().code == ErrorCode::invalid);
  CHECK(check_declaration(kFlood));
}

TEST_CASE_FIXTURE(Flooded, "a log that went on in another way is not continued") {
  put_older_copy();
  {
    const auto restored = open_restored();
    const auto other = std::vector<NewEvent>(9, plain());
    const std::vector<std::int64_t> versions(other.size(), 0);
    REQUIRE(restored->stage(tenant, other, versions, clock.now()));
    REQUIRE(restored->commit());
  }
  DeclareLossOptions declaring{target(), kek(), {keep_head(tenant)}, {}, {}, kFlood,
                               &random,  &clock};
  const auto refused = declare_loss_in(declaring);
  CHECK(refused.error().code == ErrorCode::corrupt);
  CHECK(refused.error().message.find("another history") != std::string::npos);
}

TEST_CASE_FIXTURE(Flooded, "what a kill left between the log and HEAD is settled, not repeated") {
  put_older_copy();
  const Anchor before = HeadFile::read(target() / "HEAD").value();
  const Anchor ahead{before.epoch, before.number + 4, Hash{9}};
  DeclareLossOptions declaring{target(), kek(), {}, {}, {}, kFlood, &random, &clock};
  REQUIRE(HeadFile::create(target() / "HEAD", ahead));
  const DeclaredLoss loss = declare_loss_in(declaring).value();
  CHECK(loss.lost.size() == 3);  // HEAD does not say whose events are lost.
  CHECK(HeadFile::read(target() / "HEAD")->epoch == before.epoch + 1);
  REQUIRE(HeadFile::create(target() / "HEAD", ahead));  // Killed before HEAD was written.
  const DeclaredLoss again = declare_loss_in(declaring).value();
  CHECK(again.was_declared);
  CHECK(HeadFile::read(target() / "HEAD").value() ==
        Anchor{before.epoch + 1, before.number + 1, HeadFile::read(target() / "HEAD")->commit});
  CHECK(told(*open_restored(), "meta").size() == 1);
}

TEST_CASE_FIXTURE(Flooded, "the size that a witness says is enough to know of a loss") {
  RestoreOptions options = declaring({});
  const std::uint64_t size = ledger->head(LedgerId(0)).size.value();
  options.ask_witnesses = [&](const fs::path&, const std::string& note) {
    CHECK(peek_checkpoint(note)->origin == "example.com/meta");
    return std::map<std::string, std::uint64_t>{{"w.example/1", size}};
  };
  const RestoreReport report = restore(options).value();
  for (const auto& lost : report.loss->lost)
    if (lost.tenant == TenantId("meta")) {
      CHECK(lost.lost_to == LogSize(size));
      CHECK(lost.from == "the witness w.example/1");
    }
}

}  // namespace
}  // namespace recourse
