#include "engine/event/append_json.h"
#include "engine/event/event_data.h"

namespace recourse {

void append_event_data(std::string& out, const EventData& data) {
  std::visit([&](const auto& event) { append_json(out, event); }, data);
}

}  // namespace recourse
