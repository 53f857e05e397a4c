#pragma once

#include <map>

#include "engine/decision/state_tables.h"

namespace recourse {

/// A table over another one: it reads through, and keeps changes to itself.
template <class IdType, class Row>
class OverlayTable final : public StateTable<IdType, Row> {
 public:
  /// REQUIRES: before anything else is asked of it. `below` outlives the table.
  void lay_over(StateTable<IdType, Row>& below) { below_ = &below; }

  const Row* find(const IdType& id) override {
    const auto found = changed_.find(id);
    if (found == changed_.end()) return below_->find(id);
    return found->second ? &*found->second : nullptr;
  }
  Row& change(const IdType& id) override {
    const auto [found, made] = changed_.try_emplace(id);
    if (const Row* const row = made ? below_->find(id) : nullptr) found->second = *row;
    if (!found->second) found->second.emplace();
    return *found->second;
  }
  void erase(const IdType& id) override { changed_[id].reset(); }

 private:
  StateTable<IdType, Row>* below_ = nullptr;
  std::map<IdType, std::optional<Row>> changed_;  ///< Nothing: erased.
};

/// What folding makes of events that are not recorded yet, laid over a state that stays as it is
/// and outlives it.
class OverlayState {
 public:
  explicit OverlayState(State& below) {
    for_each_table(tables_, below,
                   [](const char*, auto& over, auto& table) { over.lay_over(table); });
  }

  State& state() { return tables_.state; }

 private:
  StateTables<OverlayTable> tables_;
};

}  // namespace recourse
