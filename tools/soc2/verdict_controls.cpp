#include "engine/decision/recorded_facts.h"
#include "tools/soc2/control_test.h"

namespace recourse::soc2 {
namespace {

/// RC-06
class DecisionsRePerform final : public OneControlTest {
 public:
  explicit DecisionsRePerform(const TestContext& context) : OneControlTest(context, "RC-06") {}

  void see(const Seen& seen) override {
    const auto* const decided = seen.as<PolicyDecided>();
    if (decided == nullptr || seen.meta || !writer_.takes(seen)) return;
    const std::size_t number = writer_.add(seen);
    Row& row = writer_.row(number);
    row.decision = seen.event.id.value();
    row.policy = decided->policy.text;
    const std::string what = "Verdict " + seen.event.id.value() + " about action " +
                             decided->action.value() + " by " + decided->policy.text;
    const PastAction* const action = context_.history.action(decided->action.value());
    if (action == nullptr || action->type.empty())
      return writer_.fail(number, "no_proposal",
                          what + ": the action's proposal is not in the log.");
    const PastPolicy* const past = context_.history.policy(decided->policy.text);
    if (past == nullptr)
      return writer_.fail(number, "no_policy", what + ": the policy is not in the log.");
    const Policy* const policy = parsed(decided->policy.text, past->text);
    if (policy == nullptr)
      return writer_.fail(number, "unreadable_policy",
                          what + ": this program cannot read the policy.");
    Facts facts = recorded_facts(proposal_of(*action), action->proposer, *decided);
    add_recorded_windows(*policy, *decided, facts);
    if (same_verdict(judge(*policy, facts), *decided)) return;
    const bool same_types = past->manifest == manifest_digest();
    writer_.fail(number, "other_verdict",
                 what + " does not come out again" +
                     (same_types ? "." : "; this program has other types of actions than then."));
  }

 private:
  /// What recorded_facts() looks at.
  static ActionProposed proposal_of(const PastAction& action) {
    ActionProposed proposed;
    proposed.type = action.type;
    proposed.confidence_ppm = action.confidence_ppm;
    proposed.amount_minor = action.amount_minor;
    if (!action.currency.empty()) proposed.currency = action.currency;
    proposed.provenance.imported = action.imported;
    return proposed;
  }

  const Policy* parsed(const std::string& name, const std::string& text) {
    const auto [known, is_new] = policies_.try_emplace(name);
    if (is_new)
      if (auto policy = parse_policy(text)) known->second = std::move(policy).value();
    return known->second ? &*known->second : nullptr;
  }

  std::map<std::string, std::optional<Policy>> policies_;
};

}  // namespace

void add_verdict_tests(const TestContext& context, ControlTests& tests) {
  tests.push_back(std::make_unique<DecisionsRePerform>(context));
}

}  // namespace recourse::soc2
