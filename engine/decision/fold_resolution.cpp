#include <algorithm>

#include "engine/decision/fold.h"

namespace recourse {
namespace {

class ResolutionFold {
 public:
  explicit ResolutionFold(State& state) : state_(state) {}

  template <class Other>
  void operator()(const Other&) {}

  void operator()(const ResolutionAsserted& asserted) { row(asserted).action = asserted.action; }
  void operator()(const ResolutionConfirmed& e) { row(e).confirmed = true; }
  void operator()(const ResolutionContradicted& e) { row(e).confirmed = false; }
  void operator()(const ResolutionVoided& e) { row(e).voided = true; }

 private:
  template <class Event>
  ResolutionState& row(const Event& event) {
    ResolutionState& resolution = state_.resolutions.change(event.resolution);
    resolution.resolution = event.resolution;
    resolution.ticket = event.ticket;
    return resolution;
  }

  State& state_;
};

class TenantFold {
 public:
  explicit TenantFold(State& state) : state_(state) {}

  template <class Other>
  void operator()(const Other&) {}

  void operator()(const TicketOpened& opened) {
    TenantState& tenant = row();
    tenant.next_ticket_number = std::max(tenant.next_ticket_number, opened.number + 1);
  }
  void operator()(const KillswitchEngaged& engaged) {
    std::vector<Clear>& scopes = row().killed_scopes;
    std::erase(scopes, engaged.scope);
    scopes.push_back(engaged.scope);
  }
  void operator()(const KillswitchReleased& released) {
    std::erase(row().killed_scopes, released.scope);
  }

 private:
  TenantState& row() { return state_.tenant.change(TenantId()); }

  State& state_;
};

}  // namespace

void fold_resolution(State& state, const RecordedEvent& event) {
  std::visit(ResolutionFold(state), event.data);
}

void fold_tenant(State& state, const RecordedEvent& event) {
  std::visit(TenantFold(state), event.data);
}

}  // namespace recourse
