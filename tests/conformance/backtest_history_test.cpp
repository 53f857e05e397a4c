#include <doctest/doctest.h>

#include <map>
#include <set>
#include <string>

#include "engine/policy/action_types.h"
#include "engine/policy/policy_document.h"
#include "tests/conformance/shared_data.h"
#include "tests/unit/tools/import/import_desk.h"
#include "tools/audit/backtest_ledger.h"

// A policy is put to the test on recorded agent runs, and the report is compared with a count that
// knows nothing of policies.
namespace recourse {
namespace {

constexpr const char* kPolicy = R"(# What cannot be taken back is forbidden; all else is allowed.
thresholds:
  - rule: everybody
matrix:
  - {rule: no_way_back, has_inverse: false, effect: forbid}
  - {rule: reads, reversibility: R0, effect: permit}
  - {rule: own_changes, reversibility: R1, effect: permit}
  - {rule: true_inverse, reversibility: R2, effect: permit}
  - {rule: compensated, reversibility: R3, effect: permit}
  - {rule: final, reversibility: R4, effect: permit}
)";

/// One recorded call as its events tell it, without a policy.
struct Recorded {
  bool without_inverse = false;  ///< It changed something that no tool changes back.
  bool refused_args = false;     ///< No policy lets such arguments through.
  bool succeeded = false, wrong = false;
  TicketId ticket;
};

struct Counted {
  std::map<ActionId, Recorded> calls;

  void operator()(const ActionProposed& proposed) {
    Recorded& call = calls[proposed.action];
    call.ticket = proposed.ticket;
    const ActionType* type = find_action_type(proposed.type.text);
    call.without_inverse =
        type == nullptr || (type->effect == ActionEffect::write && type->inverse == "none");
  }
  void operator()(const PolicyDecided& decided) {
    for (const RuleResult& rule : decided.rules)
      if (rule.rule.text == "schema" && rule.result.text == "matched")
        calls[decided.action].refused_args = true;
  }
  void operator()(const EffectConfirmed& confirmed) { calls[confirmed.action].succeeded = true; }
  void operator()(const EffectRejected& rejected) { calls[rejected.action].wrong = true; }
  void operator()(const EffectOutcomeUnknown& unknown) { calls[unknown.action].wrong = true; }
  void operator()(const RollbackRequested& requested) {
    for (auto& [id, call] : calls)
      if (requested.action == id) call.wrong = true;
  }
  void operator()(const TicketReopened& reopened) {
    for (auto& [id, call] : calls)
      if (call.ticket == reopened.ticket && call.succeeded && call.without_inverse)
        call.wrong = true;
  }
  template <class Other>
  void operator()(const Other&) {}
};

TEST_CASE(
    "forbidding the tools without an inverse stops exactly the recorded calls of such tools") {
  const auto folder = shared_data("agent-traces-tau");
  if (!folder) return;
  ImportDesk desk;
  for (const auto& file : std::filesystem::directory_iterator(*folder)) {
    if (file.path().extension() != ".gz") continue;
    ImportOptions options;
    options.format = ImportFormat::transcript;
    options.file = file.path();
    options.undo_wrong_writes = true;
    CHECK(desk.import(options).complete());
  }
  Counted counted;
  std::set<ActionId> expected;
  std::int64_t without_inverse = 0, without_inverse_wrong = 0;
  REQUIRE(desk.ledger().scan(desk.ledger_id(), Position(0), Position(UINT64_MAX),
                             [&](Position, std::string_view leaf) {
                               const auto event = read_leaf(leaf);
                               REQUIRE(event.ok());
                               visit(counted, event->data);
                               return true;
                             }));
  for (const auto& [id, call] : counted.calls) {
    if (call.without_inverse || call.refused_args) expected.insert(id);
    without_inverse += call.without_inverse ? 1 : 0;
    without_inverse_wrong += call.without_inverse && call.wrong ? 1 : 0;
  }
  REQUIRE(without_inverse > 0);

  auto policy = read_policy_document(kPolicy);
  REQUIRE_MESSAGE(policy.ok(), (policy ? "" : policy.error().message));
  BacktestRequest request;
  request.ledger = desk.ledger_id();
  request.candidates = {std::make_shared<const Policy>(std::move(*policy))};
  const auto reports = backtest(desk.ledger(), request);
  REQUIRE_MESSAGE(reports.ok(), (reports ? "" : reports.error().message));
  const BacktestReport& report = reports->front();

  std::set<ActionId> stopped;
  for (const BacktestChange& change : report.changes)
    if (change.ran && change.after == PolicyOutcome::deny) stopped.insert(change.action);
  CHECK(stopped == expected);
  CHECK(report.figures.proposals == static_cast<std::int64_t>(counted.calls.size()));
  CHECK(report.figures.stopped == static_cast<std::int64_t>(expected.size()));
  bool found = false;
  for (const RuleStops& rule : report.figures.rules) {
    if (rule.rule.text != "matrix.no_way_back") continue;
    found = true;
    CHECK(rule.actions == without_inverse);
    CHECK(rule.wrong == without_inverse_wrong);
  }
  CHECK(found);
  MESSAGE(without_inverse << " recorded calls of tools without an inverse would have been stopped, "
                          << without_inverse_wrong << " of them had gone wrong");
}

}  // namespace
}  // namespace recourse
