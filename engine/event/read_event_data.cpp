#include <simdjson.h>

#include <unordered_map>

#include "engine/event/canonical_json.h"
#include "engine/event/event_data.h"
#include "engine/event/parse_json.h"
#include "engine/event/read_json.h"

namespace recourse {
namespace {

enum class Parts { all, folded };

/// A type of event to a reader who has only its name.
struct Newest {
  std::size_t index;
  std::string_view not_folded;
};

template <class E>
constexpr Newest newest() {
  Newest made{EventData::kIndex<E>, {}};
  if constexpr (requires { E::kNotFolded; }) made.not_folded = E::kNotFolded;
  return made;
}

template <class... E>
std::unordered_map<std::string_view, Newest> by_name(boost::mp11::mp_list<E...>) {
  return {{E::kType, newest<E>()}...};
}

Status read_newest(std::string_view type, const simdjson::dom::element& json, EventData& data,
                   Parts parts = Parts::all) {
  static const auto types = by_name(EventTypes());
  const auto found = types.find(type);
  if (found == types.end())
    return Error{ErrorCode::unsupported,
                 "this program does not know events of type " + std::string(type)};
  const auto& [index, not_folded] = found->second;
  data.renew(index);
  const std::string_view skipped = parts == Parts::folded ? not_folded : std::string_view();
  std::string_view where;
  if (!described::read_struct(json, describe(data).table, data.value(), where, skipped))
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
