#include "engine/event/append_json.h"
#include "engine/event/event_data.h"

namespace recourse {

DescribedData describe(const EventData& data) {
  return std::visit(
      []<class E>(const E& event) {
        return DescribedData{described::table_of<E>(), &event};
      },
      data);
}

void append_event_data(std::string& out, const EventData& data) {
  const DescribedData described = describe(data);
  append_struct(out, described.table, described.value);
}

}  // namespace recourse
