#include "engine/writer/decision_state.h"

#include <optional>

#include "engine/decision/state_tables.h"
#include "projections/row_table.h"

namespace recourse {
namespace {

const std::string& key_of(const std::string& id) { return id; }

/// Decimal with leading zeros, so that numbers sort.
std::string key_of(std::int64_t number) {
  std::string digits = std::to_string(number);
  return std::string(16 - std::min<std::size_t>(16, digits.size()), '0') + digits;
}

template <class Tag>
const std::string& key_of(const TextId<Tag>& id) {
  return id.value();
}

/// The decision layer's view of one stored table.
template <class IdType, class Row>
class StoredTable final : public StateTable<IdType, Row> {
 public:
  /// REQUIRES: before anything else is asked of it.
  void keep(const char* prefix, const RowSource& source, Digest& digest) {
    rows_.emplace(prefix, source, digest);
  }

  const Row* find(const IdType& id) override { return rows_->find(key_of(id)); }
  Row& change(const IdType& id) override { return rows_->change(key_of(id)); }
  void erase(const IdType& id) override { rows_->erase(key_of(id)); }
  FlushedTable* rows() { return &*rows_; }

 private:
  std::optional<RowTable<Row>> rows_;
};

}  // namespace

struct DecisionState::Tables : StateTables<StoredTable> {};

DecisionState::DecisionState(const RowSource& source, Digest& digest)
    : tables_(std::make_unique<Tables>()) {
  for_each_table(*tables_, *tables_, [&](const char* prefix, auto& table, auto&) {
    table.keep(prefix, source, digest);
  });
}
DecisionState::~DecisionState() = default;

State& DecisionState::state() { return tables_->state; }

std::vector<FlushedTable*> DecisionState::tables() {
  std::vector<FlushedTable*> all;
  for_each_table(*tables_, *tables_,
                 [&](const char*, auto& table, auto&) { all.push_back(table.rows()); });
  return all;
}

std::vector<ProjectionKind> all_projections() {
  std::vector<ProjectionKind> kinds = read_models();
  kinds.insert(kinds.begin(),
               {kDecisionState, "decision_state", 16,
                [](const RowSource& source, Digest& digest) -> std::unique_ptr<Projection> {
                  return std::make_unique<DecisionState>(source, digest);
                }});
  return kinds;
}

}  // namespace recourse
