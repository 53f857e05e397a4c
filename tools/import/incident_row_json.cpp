#include <algorithm>
#include <numeric>

#include "engine/event/canonical_json.h"
#include "tools/import/incident_events.h"
#include "tools/import/storable_text.h"

namespace recourse {
namespace {

/// Names of changed fields in one event: a leaf has an end.
constexpr std::size_t kMaxFields = 256;

}  // namespace

IncidentRowJson::IncidentRowJson(const IncidentHeader& header)
    : names_(header.names()), sorted_(header.size()) {
  for (std::string& name : names_) name = storable_text(name);
  std::iota(sorted_.begin(), sorted_.end(), std::size_t{0});
  std::stable_sort(sorted_.begin(), sorted_.end(), [this](std::size_t a, std::size_t b) {
    return canonical_name_less(names_[a], names_[b]);
  });
  // Two names that became equal when they were made storable are one: objects have no twins.
  const auto twins =
      std::unique(sorted_.begin(), sorted_.end(),
                  [this](std::size_t a, std::size_t b) { return names_[a] == names_[b]; });
  sorted_.erase(twins, sorted_.end());
}

template <class Text>
std::string IncidentRowJson::object(const IncidentRow& row, const std::vector<std::size_t>& columns,
                                    Text text) const {
  std::string json = "{";
  for (const std::size_t column : columns) {
    if (json.size() > 1) json.push_back(',');
    append_canonical_string(json, names_[column]);
    json.push_back(':');
    append_canonical_string(json, text(row.value_at(column)));
  }
  json.push_back('}');
  return json;
}

std::string IncidentRowJson::content(const IncidentRow& row) const {
  return object(row, sorted_, [](std::string_view value) { return value; });
}

std::string IncidentRowJson::record(const IncidentRow& row) const {
  return object(row, sorted_, [](std::string_view value) { return storable_text(value); });
}

IncidentRowJson::Changed IncidentRowJson::changed(const IncidentRow& before, const IncidentRow& row,
                                                  const ImportTarget& target) const {
  std::vector<std::size_t> columns;
  Changed changed;
  for (const std::size_t column : sorted_) {
    if (before.value_at(column) == row.value_at(column)) continue;
    columns.push_back(column);
    if (changed.fields.size() < kMaxFields)
      changed.fields.push_back(clear_word(as_text(target.key), names_[column]));
  }
  changed.values =
      object(row, columns, [](std::string_view value) { return storable_text(value); });
  return changed;
}

}  // namespace recourse
