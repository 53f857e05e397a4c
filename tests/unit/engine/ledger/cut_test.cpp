#include "engine/ledger/cut.h"

#include <atomic>
#include <thread>

#include "engine/ledger/signer.h"
#include "tests/unit/engine/ledger/small_ledger.h"

namespace recourse {
namespace {

namespace fs = std::filesystem;

TEST_CASE("a cut opens like the data directory that it was made of") {
  SmallLedger made;
  const LedgerId tenant = made.add_tenant("acme");
  REQUIRE(made.stage(tenant, {SmallLedger::proposal("tkt_1", "sub_ada")}));
  REQUIRE(made.ledger->commit());
  REQUIRE(Signer::open(*made.ledger, made.data()).value()->sign_round());
  const fs::path to = made.directory / "cut";
  const LedgerCut cut = made.ledger->cut(to).value();
  CHECK(cut.anchor.number == made.ledger->commit_number());
  CHECK(cut.kek_epoch == 1);
  REQUIRE(cut.heads.size() == 2);
  CHECK(cut.heads[1].info.tenant == TenantId("acme"));
  CHECK(cut.heads[1].head == made.ledger->head(tenant));
  made.append(tenant, 3);  // Not in it.

  LedgerOptions options = made.options();
  options.data_dir = to.string();
  options.kek_file = made.data() + ".kek";
  options.create = false;
  const auto copy = Ledger::open(options).value();
  CHECK(copy->head(tenant) == cut.heads[1].head);
  CHECK(copy->open_subject(tenant, "tkt_1").value().size() == 2);
  CHECK(Signer::open(*copy, to.string()));
  SUBCASE("and is not made where something is") {
    CHECK(made.ledger->cut(to).error().code == ErrorCode::conflict);
  }
}

TEST_CASE("a cut that is made while events come in has whole commits") {
  SmallLedger made;
  const LedgerId tenant = made.add_tenant("acme");
  std::atomic<bool> done{false};
  std::vector<std::pair<fs::path, LedgerCut>> cuts;
  {
    std::jthread cutter([&] {
      for (int i = 0; i < 4; ++i) {
        const fs::path to = made.directory / ("cut" + std::to_string(i)).c_str();
        cuts.emplace_back(to, made.ledger->cut(to).value());
      }
      done = true;
    });
    while (!done) {
      REQUIRE(made.stage(tenant, {SmallLedger::proposal("tkt_1", "sub_ada")}));
      REQUIRE(made.ledger->commit());
    }
  }
  for (const auto& [to, cut] : cuts) {
    LedgerOptions options = made.options();
    options.data_dir = to.string();
    options.kek_file = made.data() + ".kek";
    options.create = false;
    const auto copy = Ledger::open(options).value();
    const TreeHead head = copy->head(tenant);
    CHECK(head.size >= cut.heads[1].head.size);
    CHECK(copy->root_at(tenant, cut.heads[1].head.size).value() == cut.heads[1].head.root);
    CHECK(made.ledger->root_at(tenant, head.size).value() == head.root);
    CHECK(copy->open_subject(tenant, "tkt_1").value().size() == 2 * (head.size.value() - 1));
  }
}

}  // namespace
}  // namespace recourse
