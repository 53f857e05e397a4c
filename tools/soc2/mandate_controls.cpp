#include "engine/policy/action_types.h"
#include "tools/soc2/control_test.h"

namespace recourse::soc2 {
namespace {

/// How near a mandate comes to covering an action: the nearest one is told.
enum class Fit { none, outside_limits, expired, author_left, covers };

/// RC-05
class Mandates final : public OneControlTest {
 public:
  explicit Mandates(const TestContext& context) : OneControlTest(context, "RC-05") {}

  void see(const Seen& seen) override {
    const auto* const dispatched = seen.as<EffectDispatched>();
    if (dispatched == nullptr || seen.meta) return;
    const PastAction* const action = context_.history.action(dispatched->action.value());
    if (dispatched->provenance.imported || (action != nullptr && action->imported)) {
      if (seen.within()) writer_.exclude("imported");
      return;
    }
    if (action != nullptr && !action->used_approval.empty()) {
      if (seen.within()) writer_.exclude("approved");
      return;
    }
    if (action == nullptr || !action->proposed) return without_proposal(seen, *dispatched);
    if (action->proposer.type != ActorType::agent) {
      if (seen.within()) writer_.exclude("not_proposed_by_an_agent");
      return;
    }
    // Earlier ones of the day count towards its limit.
    const auto [fit, mandate] = best_fit(*action, seen.event.time);
    if (mandate != nullptr) ++used_[day_key(*mandate, seen.event.time)];
    if (!writer_.takes(seen)) return;
    const std::size_t number = writer_.add(seen);
    Row& row = writer_.row(number);
    row.subject = dispatched->ticket.value();
    if (action->verdict) {
      row.decision = action->verdict->event;
      row.policy = action->verdict->policy;
    }
    if (mandate != nullptr) row.accountable = mandate->author;
    if (fit == Fit::covers) return;
    const std::string what = "Action " + dispatched->action.value() + " (" + action->type +
                             ") of " + action->proposer.id.value() + " ran without an approval";
    switch (fit) {
      case Fit::none:
        return writer_.fail(number, "no_mandate", what + " and the agent has no mandate.");
      case Fit::outside_limits:
        return writer_.fail(number, "outside_limits",
                            what + ", outside the limits of mandate " + mandate->id + ".");
      case Fit::expired:
        return writer_.fail(number, "mandate_expired",
                            what + ", after mandate " + mandate->id + " had expired.");
      default:
        return writer_.fail(number, "mandate_author_left",
                            what + " under mandate " + mandate->id + " of " + mandate->author +
                                ", who had no access any more.");
    }
  }

 private:
  void without_proposal(const Seen& seen, const EffectDispatched& dispatched) {
    if (!writer_.takes(seen)) return;
    const std::size_t number = writer_.add(seen);
    writer_.row(number).subject = dispatched.ticket.value();
    writer_.fail(number, "no_mandate",
                 "Action " + dispatched.action.value() +
                     " ran without an approval, and nobody had proposed it.");
  }

  static std::string day_key(const PastMandate& mandate, Timestamp time) {
    return mandate.id + to_rfc3339(time).substr(0, 10);
  }

  /// Whether its money is within the limit. What is not known is not.
  static bool is_covered(const PastMandate& mandate, const PastAction& action) {
    if (!action.amount_minor) {
      const ActionType* const type = find_action_type(action.type);
      return type != nullptr && type->money_path.empty();
    }
    return *action.amount_minor <= *mandate.max_amount_minor &&
           (mandate.currency.empty() || mandate.currency == action.currency);
  }

  Fit fit_of(const PastMandate& mandate, const PastAction& action, Timestamp time) const {
    if (mandate.agent != action.proposer.id.value() || mandate.revoked) return Fit::none;
    if (!mandate.types.empty() && !mandate.types.contains(action.type)) return Fit::outside_limits;
    if (mandate.max_amount_minor && !is_covered(mandate, action)) return Fit::outside_limits;
    const auto used = used_.find(day_key(mandate, time));
    if (mandate.max_per_day && used != used_.end() && used->second >= *mandate.max_per_day)
      return Fit::outside_limits;
    if (mandate.expires_at <= time) return Fit::expired;
    return context_.history.has_left(mandate.author, time) ? Fit::author_left : Fit::covers;
  }

  std::pair<Fit, const PastMandate*> best_fit(const PastAction& action, Timestamp time) const {
    std::pair<Fit, const PastMandate*> best{Fit::none, nullptr};
    for (const PastMandate& mandate : context_.history.mandates())
      if (const Fit fit = fit_of(mandate, action, time); fit > best.first) best = {fit, &mandate};
    return best;
  }

  std::map<std::string, std::int64_t> used_;  ///< Mandate and day -> actions.
};

}  // namespace

void add_mandate_tests(const TestContext& context, ControlTests& tests) {
  tests.push_back(std::make_unique<Mandates>(context));
}

}  // namespace recourse::soc2
