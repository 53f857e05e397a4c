#include "tools/audit/state_fold.h"

#include "projections/action_history.h"
#include "projections/tickets.h"

namespace recourse {
namespace {

/// The id behind a row key: both projections keep their main rows under `ticket/`, the id last.
/// Nothing for the rows that only serve look-ups.
std::optional<std::string> entity_of(std::string_view key) {
  constexpr std::string_view kMain = "ticket/";
  if (!key.starts_with(kMain)) return std::nullopt;
  return std::string(key.substr(key.rfind('/') + 1));
}

}  // namespace

std::optional<std::string> StateFold::Rows::load(std::string_view key) const {
  const auto found = by_key.find(key);
  if (found == by_key.end()) return std::nullopt;
  return found->second;
}

StateFold::StateFold() {
  tickets_.projection = tickets_kind().make(tickets_.rows, tickets_.digest);
  actions_.projection = action_history_kind().make(actions_.rows, actions_.digest);
}

std::vector<RowChange> StateFold::apply(const RecordedEvent& event) {
  std::vector<RowChange> changes;
  for (View* view : {&tickets_, &actions_}) {
    view->projection->apply(event);
    flush(*view, changes);
  }
  return changes;
}

void StateFold::flush(View& view, std::vector<RowChange>& changes) {
  view.projection->flush([&](std::string_view key, std::string_view json) {
    std::string& stored = view.rows.by_key[std::string(key)];
    if (const auto entity = entity_of(key); entity && stored != json) {
      keys_[*entity] = key;
      changes.push_back({*entity, stored, std::string(json)});
    }
    if (json.empty()) {
      view.rows.by_key.erase(std::string(key));
    } else {
      stored = json;
    }
  });
}

const std::string* StateFold::row(const std::string& entity) const {
  const auto key = keys_.find(entity);
  if (key == keys_.end()) return nullptr;
  for (const View* view : {&tickets_, &actions_}) {
    const auto found = view->rows.by_key.find(key->second);
    if (found != view->rows.by_key.end()) return &found->second;
  }
  return nullptr;
}

std::map<std::string, std::string> StateFold::rows() const {
  std::map<std::string, std::string> all;
  for (const auto& [entity, key] : keys_)
    if (const std::string* json = row(entity)) all.emplace(entity, *json);
  return all;
}

}  // namespace recourse
