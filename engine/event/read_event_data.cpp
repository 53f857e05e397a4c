#include <unordered_map>

#include "engine/event/canonical_json.h"
#include "engine/event/event_data.h"
#include "engine/event/parse_json.h"
#include "engine/event/read_json.h"

namespace recourse {
namespace {

namespace mp = boost::mp11;

enum class Parts { all, folded };

using Reader = bool (*)(const simdjson::dom::element&, EventData&, std::string_view&, Parts);

template <class E>
bool read_as(const simdjson::dom::element& json, EventData& data, std::string_view& where,
             Parts parts) {
  E& event = data.emplace<E>();
  if constexpr (requires { E::kNotFolded; }) {
    if (parts == Parts::folded) return described::read_struct(json, event, where, E::kNotFolded);
  }
  return read_json(json, event, where);
}

const std::unordered_map<std::string_view, Reader>& readers() {
  static const auto table = [] {
    std::unordered_map<std::string_view, Reader> made;
    mp::mp_for_each<mp::mp_transform<mp::mp_identity, EventTypes>>([&](auto identity) {
      using E = typename decltype(identity)::type;
      made.emplace(E::kType, &read_as<E>);
    });
    return made;
  }();
  return table;
}

Status read_newest(std::string_view type, const simdjson::dom::element& json, EventData& data,
                   Parts parts = Parts::all) {
  const auto reader = readers().find(type);
  if (reader == readers().end())
    return Error{ErrorCode::unsupported,
                 "this program does not know events of type " + std::string(type)};
  std::string_view where;
  if (!reader->second(json, data, where, parts))
    return Error{
        ErrorCode::unsupported,
        std::string(type) + " does not have the members of its schema: " + std::string(where)};
  return {};
}

}  // namespace

Status read_folded_data(std::string_view type, const simdjson::dom::element& json,
                        EventData& data) {
  if (needs_upcast(type, upcasters())) return read_event_data(type, json, upcasters(), data);
  return read_newest(type, json, data, Parts::folded);
}

Status read_event_data(std::string_view type, const simdjson::dom::element& json,
                       std::span<const Upcaster> steps, EventData& data) {
  if (!needs_upcast(type, steps)) return read_newest(type, json, data);
  // The rare way: an old version is lifted as a dynamic value and read again as the newest type.
  RECOURSE_LET(Json old, parse_json(simdjson::minify(json)));
  const Upcast lifted = upcast(std::string(type), std::move(old), steps);
  const std::string text = canonical_json(lifted.data);
  thread_local simdjson::dom::parser second;
  simdjson::dom::element element;
  if (second.parse(text).get(element))
    return Error{ErrorCode::corrupt, "an upcaster made something that is not JSON"};
  return read_newest(lifted.type, element, data);
}

}  // namespace recourse
