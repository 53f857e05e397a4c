#include <doctest/doctest.h>
#include <stdlib.h>

#include <fstream>
#include <sstream>

#include "engine/ledger/durable_file.h"
#include "engine/ledger/head_file.h"
#include "engine/ledger/signer.h"
#include "engine/ledger/signer_state.h"
#include "engine/ledger/store.h"
#include "tests/unit/engine/ledger/small_ledger.h"

namespace recourse {
namespace {

const std::string kGolden = RECOURSE_SOURCE_DIR "/tests/golden/v1/ledger/records.txt";

/// The data directory that docs/format/ledger.md takes apart.
struct GoldenLedger : SmallLedger {
  GoldenLedger() {
    auto signer = Signer::open(*ledger, data()).value();
    const LedgerId id = add_tenant("acme");
    clock.advance(std::chrono::seconds(2));
    const auto recorded = stage(id, {proposal("tkt_1", "sub_ada"), plain()}).value();
    ledger->stage_request(id, ledger->request_key(id, "agt_triage", "key-1"), recorded[0].position,
                          2, "POST /v1/actions {}");
    REQUIRE(ledger->commit());
    REQUIRE(signer->sign_round());
    signer.reset();
    ledger.reset();
  }

  /// Every record as "family key value", in hexadecimal.
  std::string dump() const {
    std::ostringstream out;
    const auto store = Store::open(data() + "/ledger", false).value();
    for (unsigned i = 0; i < kFamilies; ++i) {
      const auto row = store->iterate(static_cast<Family>(i));
      for (row->SeekToFirst(); row->Valid(); row->Next())
        out << name(static_cast<Family>(i)) << ' ' << to_hex(row->key().ToStringView()) << ' '
            << to_hex(row->value().ToStringView()) << '\n';
      REQUIRE(row->status().ok());
    }
    const std::string head = read_file(data() + "/HEAD").value();
    REQUIRE(head.size() == kHeadSlotDistance + kHeadSlotBytes);
    for (const std::size_t at : {std::size_t{0}, kHeadSlotDistance})
      out << "HEAD " << at << ' ' << to_hex(head.substr(at, kHeadSlotBytes)) << '\n';
    out << read_file(signer_state_path(data())).value();
    return out.str();
  }
};

TEST_CASE("the records of a small data directory are the golden ones, byte for byte") {
  const std::string now = GoldenLedger().dump();
  if (::getenv("RECOURSE_WRITE_GOLDEN") != nullptr) std::ofstream(kGolden, std::ios::binary) << now;
  std::ifstream file(kGolden, std::ios::binary);
  std::ostringstream golden;
  golden << file.rdbuf();
  CHECK(now == golden.str());
}

}  // namespace
}  // namespace recourse
