#include <doctest/doctest.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>

#include "engine/writer/rebuild.h"
#include "tests/simulation/life.h"
#include "tools/audit/verify.h"

namespace recourse::simulation {
namespace {

namespace fs = std::filesystem;

int number(const char* name, int otherwise) {
  const char* const given = std::getenv(name);
  const int value = given != nullptr ? static_cast<int>(std::strtol(given, nullptr, 10)) : 0;
  return value > 0 ? value : otherwise;
}

/// In memory where there is such a place: a simulated year does not have to wear out a disk. It
/// loses power without one all the same.
std::string place() {
  const fs::path base = fs::exists("/dev/shm") ? fs::path("/dev/shm") : fs::temp_directory_path();
  std::string pattern = (base / "recourse-simulation-XXXXXX").string();
  REQUIRE(mkdtemp(pattern.data()) != nullptr);
  return pattern;
}

/// What became of an effect that a connector lost sight of is known, or people know that it is not.
void check_outcomes(const Office& office) {
  std::size_t forgotten = 0;
  for (const auto& [id, action] : office.model.actions)
    if (action.status == ActionStatus::outcome_unknown && action.connector &&
        !office.unknown.contains(id))
      ++forgotten;
  for (const auto& [id, rollback] : office.model.rollbacks)
    for (std::size_t i = 0; i < rollback.steps.size(); ++i)
      if (rollback.steps[i].status == StepStatus::outcome_unknown && rollback.steps[i].connector &&
          !rollback.stuck.contains(static_cast<std::int64_t>(i)))
        ++forgotten;
  CHECK(forgotten == 0);
}

/// What the log says about every action agrees with what the provider did.
void check_provider(const Office& office, const Provider& provider) {
  CHECK(provider.doubled() == 0);
  std::size_t wrong = 0;
  for (const auto& [id, action] : office.model.actions) {
    if (model::is_internal(action.type)) continue;
    const std::string thing = "thing of " + id.value();
    const int done = provider.done(thing);
    const bool was_done = action.status == ActionStatus::succeeded ||
                          action.status == ActionStatus::rollback_pending ||
                          action.status == ActionStatus::rolled_back ||
                          action.status == ActionStatus::rollback_failed;
    const bool open = action.status == ActionStatus::outcome_unknown;
    if (!open && done != (was_done ? 1 : 0)) ++wrong;
    if (provider.undone(thing) > done) ++wrong;
    const bool undone = provider.undone(thing) > 0;
    if (undone && action.status != ActionStatus::rolled_back &&
        action.status != ActionStatus::rollback_pending &&
        action.status != ActionStatus::rollback_failed)
      ++wrong;
  }
  CHECK(wrong == 0);
}

TEST_CASE("a simulated desk keeps every promise") {
  const std::string directory = place();
  const Scale scale{static_cast<std::uint64_t>(number("RECOURSE_SIM_SEED", 1)),
                    number("RECOURSE_SIM_DAYS", 90), number("RECOURSE_SIM_TICKETS", 30)};
  const auto began = std::chrono::steady_clock::now();
  {
    Provider provider;
    Shop shop(provider, scale.seed);
    Office office(directory, *from_rfc3339("2026-01-05T00:00:00Z"), scale.seed, shop);
    Life life(office, provider, scale);
    life.live();
    office.wait_for_rows();

    for (std::size_t i = 0; i < office.model.faults.size() && i < 10; ++i)
      FAIL_CHECK(office.model.faults[i]);
    for (std::size_t i = 0; i < office.faults.size() && i < 10; ++i) FAIL_CHECK(office.faults[i]);
    check_provider(office, provider);
    check_outcomes(office);
    CHECK(shop.asked_twice == 0);        // A key stands for one effect.
    CHECK(office.model.timers.empty());  // Everything fired or was cancelled.

    RebuildOptions beside;
    beside.switch_over = false;
    const auto rebuilt = rebuild(office.ledger(), office.views(), office.ledger_id(), beside);
    REQUIRE(rebuilt.ok());
    for (const RebuiltView& view : *rebuilt) CHECK_MESSAGE(view.equal, view.projection);
    REQUIRE(office.signer().sign_round().ok());
    const VerifyReport report = verify(office.ledger(), office.signer());
    CHECK_MESSAGE(report.exit_code() == 0, to_text(report));

    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
    auto& seen = office.model.seen;
    const auto of = [&](const char* type) { return seen["recourse." + std::string(type)]; };
    MESSAGE(scale.days << " days, seed " << scale.seed << ": " << life.counts.tickets
                       << " tickets, " << life.counts.proposals << " proposals, " << office.commands
                       << " commands (" << office.refused << " refused, " << office.repeated
                       << " repeated), " << office.ledger().head(office.ledger_id()).size.value()
                       << " events, " << provider.keys() << " keys at the provider ("
                       << provider.repeats() << " heard again), " << shop.asked
                       << " calls of connectors (" << shop.looked_up << " look-ups, "
                       << shop.blackouts << " cut off), " << office.timers_fired << " timers, "
                       << life.counts.rollbacks << " rollbacks (" << of("rollback.stuck.v1")
                       << " stuck steps), " << office.starts - 1 << " restarts, "
                       << life.counts.power_losses + shop.blackouts << " of them after a crash; "
                       << took.count() << " s");
    // There was some of everything; of another seed or size nothing is promised.
    const bool usual = scale.seed == 1 && scale.days == 90 && scale.tickets_a_day == 30;
    for (const char* type : {"approval.expired.v1",
                             "approval.escalated.v1",
                             "approval.staled.v1",
                             "approval.rejected.v1",
                             "approval.claimed.v1",
                             "action.amended.v1",
                             "effect.held.v1",
                             "effect.recalled.v1",
                             "effect.heartbeat.v1",
                             "effect.outcome_unknown.v1",
                             "effect.reconciled.v1",
                             "effect.rejected.v1",
                             "connector.removed.v1",
                             "compensation.outcome_unknown.v1",
                             "followup.sent.v1",
                             "followup.cancelled.v1",
                             "followup.answered.v1",
                             "resolution.assumed.v1",
                             "ticket.reopened.v1",
                             "sla.breached.v1",
                             "compensation.succeeded.v1",
                             "compensation.recorded_manually.v1",
                             "rollback.stuck.v1",
                             "rollback.refused.v1",
                             "killswitch.engaged.v1"})
      CHECK_MESSAGE((!usual || of(type) > 0), std::string(type));
    CHECK(office.repeated > 0);
    CHECK(provider.repeats() > 0);
  }
  fs::remove_all(directory);
}

}  // namespace
}  // namespace recourse::simulation
