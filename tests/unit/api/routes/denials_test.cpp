#include "api/routes/denials.h"

#include <doctest/doctest.h>

#include <utility>
#include <vector>

#include "api/routes/opened_log.h"

namespace recourse::routes {
namespace {

using std::chrono::seconds;
const Timestamp kStart = *from_rfc3339("2026-03-02T08:00:00Z");

struct Recorded {
  std::vector<std::pair<Denial, std::int64_t>> leaves;
  Denials denials{[this](Denial cause, std::int64_t count) { leaves.emplace_back(cause, count); }};
};

TEST_CASE("a thousand refused logins in a minute are two leaves") {
  Recorded recorded;
  for (int i = 0; i < 1000; ++i)
    recorded.denials.note(Denial::unknown_key, kStart + seconds(i % 60));
  REQUIRE(recorded.leaves.size() == 1);
  CHECK(recorded.leaves[0].second == 1);
  recorded.denials.flush(kStart + seconds(59));
  CHECK(recorded.leaves.size() == 1);
  recorded.denials.flush(kStart + seconds(60));
  REQUIRE(recorded.leaves.size() == 2);
  CHECK(recorded.leaves[1] == std::pair(Denial::unknown_key, std::int64_t{999}));
}

TEST_CASE("each cause has a minute of its own") {
  Recorded recorded;
  recorded.denials.note(Denial::unknown_key, kStart);
  recorded.denials.note(Denial::wrong_role, kStart);
  CHECK(recorded.leaves.size() == 2);
}

TEST_CASE("texts opened by one person on one ticket are recorded once a window, repeats counted") {
  OpenedLog log(seconds(900));
  const LedgerId ledger(1);
  const PrincipalId ada("usr_ada"), bob("usr_bob");
  CHECK(log.begin(ledger, ada, "tkt_1", kStart) == 0);
  log.recorded(ledger, ada, "tkt_1", kStart, 0);
  CHECK(!log.begin(ledger, ada, "tkt_1", kStart + seconds(1)));
  CHECK(!log.begin(ledger, ada, "tkt_1", kStart + seconds(2)));
  CHECK(log.begin(ledger, bob, "tkt_1", kStart) == 0);
  CHECK(log.begin(ledger, ada, "tkt_2", kStart) == 0);
  CHECK(log.begin(ledger, ada, "tkt_1", kStart + seconds(900)) == 2);
  log.recorded(ledger, ada, "tkt_1", kStart + seconds(900), 2);
  CHECK(log.begin(ledger, ada, "tkt_1", kStart + seconds(1800)) == 0);
}

TEST_CASE("a reading whose record did not become durable is recorded again") {
  OpenedLog log(seconds(900));
  CHECK(log.begin(LedgerId(1), PrincipalId("usr_ada"), "tkt_1", kStart) == 0);
  CHECK(log.begin(LedgerId(1), PrincipalId("usr_ada"), "tkt_1", kStart + seconds(1)) == 0);
}

}  // namespace
}  // namespace recourse::routes
