#include <doctest/doctest.h>

#include <map>

#include "engine/ledger/frontier.h"
#include "engine/ledger/signer.h"
#include "tests/unit/engine/ledger/small_ledger.h"

namespace recourse {
namespace {

/// What the ledger must be: the leaves that commits acknowledged, and nothing else.
struct Model {
  std::map<LedgerId, std::vector<std::string>> durable, staged;

  void commit() {
    for (auto& [id, leaves] : staged) {
      auto& all = durable[id];
      all.insert(all.end(), leaves.begin(), leaves.end());
    }
    staged.clear();
  }
};

void check_equal(const Ledger& ledger, const Model& model) {
  REQUIRE(ledger.ledgers().size() == model.durable.size());
  for (const auto& [id, leaves] : model.durable) {
    Frontier frontier;
    for (const std::string& leaf : leaves) frontier.append(leaf_hash(leaf));
    REQUIRE(ledger.head(id) == TreeHead{LogSize(leaves.size()), frontier.root()});
    std::size_t next = 0;
    const Status scanned =
        ledger.scan(id, Position(0), Position(~std::uint64_t{0}), [&](Position at, auto leaf) {
          CHECK(at.value() == next);
          CHECK(leaf == leaves.at(next++));
          return true;
        });
    REQUIRE(scanned);
    CHECK(next == leaves.size());
  }
}

void run(std::uint64_t seed) {
  CAPTURE(seed);
  SmallLedger small;
  SeededRandom choices(seed);
  const auto below = [&](unsigned limit) { return choices.bytes<1>()[0] % limit; };
  Model model;
  model.durable[LedgerId(0)] = {small.ledger->leaf(LedgerId(0), Position(0)).value()};
  std::unique_ptr<Signer> signer = Signer::open(*small.ledger, small.data()).value();
  unsigned tenants = 0;

  for (int step = 0; step < 60; ++step) {
    small.clock.advance(std::chrono::milliseconds(below(200)) - std::chrono::milliseconds(50));
    switch (below(9)) {
      case 0: {
        const auto staged = small.ledger->stage_ledger(
            TenantId("tenant-" + std::to_string(tenants++)), small.clock.now());
        REQUIRE(staged);
        model.staged[staged->ledger].push_back(write_leaf(staged->opened));
        break;
      }
      case 1:
        REQUIRE(small.ledger->commit());
        model.commit();
        break;
      case 2:
        small.ledger->discard();
        model.staged.clear();
        break;
      case 3:  // As a crash: what is staged is gone.
        signer.reset();
        small.reopen();
        signer = Signer::open(*small.ledger, small.data()).value();
        model.staged.clear();
        check_equal(*small.ledger, model);
        break;
      case 4:
        REQUIRE(signer->sign_round());
        break;
      default: {
        const auto known = small.ledger->ledgers();
        const LedgerId id = known[below(static_cast<unsigned>(known.size()))].ledger;
        std::vector<NewEvent> events;
        for (unsigned count = below(90); count > 0; --count)
          events.push_back(below(2) == 0 ? SmallLedger::plain()
                                         : SmallLedger::proposal("tkt_1", "sub_ada"));
        const bool spoiled = below(5) == 0;
        if (spoiled) {
          events.push_back(SmallLedger::plain());
          events.back().causation = "not an id";
        }
        const auto recorded = small.stage(id, std::move(events));
        REQUIRE(recorded.ok() == !spoiled);
        if (!spoiled)
          for (const RecordedEvent& event : *recorded)
            model.staged[id].push_back(write_leaf(event));
      }
    }
  }
  REQUIRE(small.ledger->commit());
  model.commit();
  signer.reset();
  small.reopen();
  check_equal(*small.ledger, model);
}

TEST_CASE("whatever is staged, dropped, committed and reopened, positions have no gap") {
  for (std::uint64_t seed = 1; seed <= 25; ++seed) run(seed);
}

}  // namespace
}  // namespace recourse
