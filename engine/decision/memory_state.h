#pragma once

#include <string>
#include <unordered_map>

#include "engine/decision/state_tables.h"

namespace recourse {

/// A table of rows that lives in memory only.
template <class IdType, class Row>
class MemoryTable final : public StateTable<IdType, Row> {
 public:
  const Row* find(const IdType& id) override {
    const auto found = rows_.find(id);
    return found != rows_.end() ? &found->second : nullptr;
  }
  Row& change(const IdType& id) override { return rows_[id]; }
  void erase(const IdType& id) override { rows_.erase(id); }

 private:
  std::unordered_map<IdType, Row> rows_;
};

/// The state that decisions read, for who folds events without keeping rows. Threads: one.
using MemoryState = StateTables<MemoryTable>;

}  // namespace recourse
