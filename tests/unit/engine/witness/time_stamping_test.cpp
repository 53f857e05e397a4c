#include "engine/witness/time_stamping.h"

#include <doctest/doctest.h>

#include "tests/unit/engine/ledger/small_ledger.h"

namespace recourse {
namespace {

/// Never has an answer.
class DeadPort final : public PostPort {
 public:
  Result<Answer> post(const std::string&, const std::string&, const std::string&) override {
    return Error{ErrorCode::unavailable, "no answer"};
  }
  void stop() override {}
};

struct Stamped : SmallLedger {
  std::unique_ptr<Signer> signer = Signer::open(*ledger, data()).value();
  DeadPort port;
  SeededRandom numbers{1};
  ManualClock now{*from_rfc3339("2026-03-02T08:00:00Z")};

  std::unique_ptr<TimeStamping> start(std::string ca_file = "") {
    TimeStampingOptions options;
    options.own_thread = false;
    return TimeStamping::start(*signer, port, {"http://authority", std::move(ca_file)}, numbers,
                               now, options)
        .value();
  }
};

TEST_CASE_FIXTURE(Stamped, "a stamp that is overdue is missed, whatever keeps the authority") {
  const auto stamping = start();
  CHECK(stamping->state().standing == Standing::ok);
  now.advance(std::chrono::hours(27));  // Somebody is stuck in a request: nothing has failed.
  CHECK(stamping->state().trouble.empty());
  CHECK(stamping->state().standing == Standing::red);
}

TEST_CASE_FIXTURE(Stamped, "an authority that fails before its first stamp is missed at once") {
  append(LedgerId(0), 3);
  REQUIRE(signer->sign_round());
  const auto stamping = start();
  stamping->tick();
  CHECK_FALSE(stamping->state().trouble.empty());
  CHECK(stamping->state().standing == Standing::red);
}

TEST_CASE_FIXTURE(Stamped, "it is known whether anybody vouches for the authority") {
  CHECK_FALSE(start()->state().checked);
  CHECK(start("ca.pem")->state().checked);
}

}  // namespace
}  // namespace recourse
