#include <algorithm>

#include "api/routes/json_object.h"
#include "api/routes/read.h"
#include "api/routes/resources.h"
#include "engine/decision/plan_rollback.h"
#include "engine/writer/decision_state.h"

namespace recourse::routes {
namespace {

constexpr std::size_t kListed = 1'000;

/// What decisions know, as it is served. A row that cannot be read counts as absent and is
/// remembered, so that a damaged view costs an answer and not the process.
class ServedDecisions final : public RowSource {
 public:
  explicit ServedDecisions(const Call& call) : call_(call) {}

  std::optional<std::string> load(std::string_view key) const override {
    auto row = call_.app.views.row(view::decision_state(), call_.ledger, key);
    if (row) return std::move(*row);
    if (row.error().code != ErrorCode::not_found) fault_ = row.error();
    return std::nullopt;
  }
  const std::optional<Error>& fault() const { return fault_; }

 private:
  const Call& call_;
  mutable std::optional<Error> fault_;
};

template <class Item>
std::vector<Item> some_of(const std::vector<Item>& items) {
  return {items.begin(), items.begin() + static_cast<std::ptrdiff_t>(
                                             std::min<std::size_t>(items.size(), kListed))};
}

}  // namespace

void show_dependents(CallPtr call) {
  when_reached(call, [call] {
    if (const Status good = only_query(*call, {"min_position"}); !good)
      return refuse(*call, good.error());
    then(call, action_id(call->request.parameter("action")), [&](const ActionId& action) {
      then(call, ticket_of(*call, action), [&](const TicketId& ticket) {
        const ServedDecisions source(*call);
        Digest digest;
        DecisionState known(source, digest);
        // The plan of a cascade has the whole closure; planning records nothing.
        const PlanTarget target{{action}, RollbackMode::cascade, true, false};
        const RollbackPlan plan = plan_rollback(known.state(), target, call->app.clock.now());
        if (source.fault()) return refuse(*call, *source.fault());
        JsonObject object;
        object.value("action", action)
            .value("ticket", ticket)
            .number("count", static_cast<std::int64_t>(plan.lists.dependents.size()))
            .value("dependents", some_of(plan.lists.dependents))
            .value("conflicts", some_of(plan.lists.conflicts))
            .value("cannot_undo", some_of(plan.lists.cannot_undo));
        respond(*call, http::json(std::move(object).take()));
      });
    });
  });
}

}  // namespace recourse::routes
