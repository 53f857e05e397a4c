#include "engine/decision/outcomes.h"

namespace recourse {
namespace {

constexpr std::int64_t kLowScore = 2;

class OutcomeOf {
 public:
  explicit OutcomeOf(State& state) : state_(state) {}

  template <class Other>
  std::optional<ActionOutcome> operator()(const Other&) const {
    return std::nullopt;
  }
  std::optional<ActionOutcome> operator()(const EffectConfirmed& e) const {
    return ActionOutcome{e.action, true, {}, {}};
  }
  std::optional<ActionOutcome> operator()(const EffectRejected& e) const {
    // That the arguments were erased says nothing about the agent.
    if (e.code.text == "erased") return std::nullopt;
    return ActionOutcome{e.action, true, Mishap::error, {}};
  }
  std::optional<ActionOutcome> operator()(const EffectOutcomeUnknown& e) const {
    return ActionOutcome{e.action, true, Mishap::error, {}};
  }
  std::optional<ActionOutcome> operator()(const CompensationSucceeded& e) const {
    return ActionOutcome{e.action, false, Mishap::rollback, {}};
  }
  std::optional<ActionOutcome> operator()(const TicketReopened& e) const {
    return about(e.resolution, Mishap::reopening, {});
  }
  std::optional<ActionOutcome> operator()(const ResolutionContradicted& e) const {
    return about(e.resolution, Mishap::reopening, {});
  }
  std::optional<ActionOutcome> operator()(const FeedbackSubmitted& e) const {
    if (!e.score || !has_stars(e.kind)) return std::nullopt;
    const bool low = *e.score <= kLowScore;
    return about(e.resolution, low ? std::optional(Mishap::low_satisfaction) : std::nullopt,
                 e.score);
  }

 private:
  std::optional<ActionOutcome> about(const std::optional<ResolutionId>& id,
                                     std::optional<Mishap> mishap,
                                     std::optional<std::int64_t> score) const {
    const ResolutionState* const found = id ? state_.resolutions.find(*id) : nullptr;
    if (found == nullptr || !found->action) return std::nullopt;
    return ActionOutcome{*found->action, false, mishap, score};
  }

  State& state_;
};

}  // namespace

std::optional<ActionOutcome> outcome_in(State& state, const EventData& data) {
  return visit(OutcomeOf(state), data);
}

}  // namespace recourse
