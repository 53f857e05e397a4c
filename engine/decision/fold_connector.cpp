#include <algorithm>

#include "engine/decision/fold.h"

namespace recourse {
namespace {

class ConnectorFold {
 public:
  explicit ConnectorFold(State& state) : state_(state) {}

  template <class Other>
  void operator()(const Other&) {}

  void operator()(const ConnectorConfigured& e) {
    ConnectorState& row = state_.connectors.change(e.connector.text);
    row = {e.connector, e.url, e.look_up_url, e.types, e.credential, e.timeout_s, e.max_attempts};
    std::vector<Clear>& names = state_.tenant.change(TenantId()).connectors;
    if (std::find(names.begin(), names.end(), e.connector) == names.end())
      names.push_back(e.connector);
  }
  void operator()(const ConnectorRemoved& e) {
    state_.connectors.erase(e.connector.text);
    std::erase(state_.tenant.change(TenantId()).connectors, e.connector);
  }

 private:
  State& state_;
};

}  // namespace

void fold_connector(State& state, const RecordedEvent& event) {
  visit(ConnectorFold(state), event.data);
}

}  // namespace recourse
