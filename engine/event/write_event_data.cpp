#include <array>

#include "engine/event/append_json.h"
#include "engine/event/event_data.h"

namespace recourse {
namespace {

using TableOf = const described::Table& (*)();

template <class... E>
constexpr std::array<TableOf, sizeof...(E)> tables_of(boost::mp11::mp_list<E...>) {
  return {&described::table_of<E>...};
}
constexpr auto kTables = tables_of(EventTypes());

}  // namespace

DescribedData describe(const EventData& data) { return {kTables[data.index()](), data.value()}; }

void append_event_data(std::string& out, const EventData& data) {
  const DescribedData described = describe(data);
  append_struct(out, described.table, described.value);
}

}  // namespace recourse
