#include "tools/audit/event_filter.h"

#include <algorithm>
#include <boost/mp11.hpp>
#include <set>

#include "engine/event/catalogue.h"
#include "engine/event/leaf.h"
#include "engine/event/upcast.h"
#include "tools/audit/leaf_tail.h"

namespace recourse {
namespace {

constexpr std::string_view kPrefix = "recourse.";

/// Every type that a leaf may have: the newest of each, and those an upcaster starts from.
const std::vector<std::string_view>& stored_types() {
  static const std::vector<std::string_view> types = [] {
    std::vector<std::string_view> out;
    boost::mp11::mp_for_each<boost::mp11::mp_transform<boost::mp11::mp_identity, EventTypes>>(
        [&](auto type) { out.push_back(decltype(type)::type::kType); });
    for (const Upcaster& step : upcasters()) out.push_back(step.from);
    return out;
  }();
  return types;
}

/// <noun>.<verb> of recourse.<noun>.<verb>.v<N>
std::string_view name_of(std::string_view type) {
  type.remove_prefix(kPrefix.size());
  return type.substr(0, type.rfind('.'));
}

std::string_view noun_of(std::string_view name) { return name.substr(0, name.find('.')); }

bool is_meant(std::string_view type, std::string_view text) {
  return type == text || name_of(type) == text || noun_of(name_of(type)) == text;
}

/// What could have been meant: the types of the noun if that is known, else the nouns.
Error unknown_type(std::string_view text) {
  std::set<std::string_view> nouns, verbs;
  for (const std::string_view type : stored_types()) {
    const std::string_view name = name_of(type);
    nouns.insert(noun_of(name));
    if (noun_of(name) == noun_of(text)) verbs.insert(name);
  }
  const bool known_noun = !verbs.empty();
  std::string message = "there is no event type '" + std::string(text) + "'; ";
  message += known_noun ? "there are" : "a type is noun.verb and the nouns are";
  for (const std::string_view one : known_noun ? verbs : nouns)
    message.append(" ").append(one).append(",");
  message.pop_back();
  return {ErrorCode::invalid, std::move(message)};
}

}  // namespace

Result<std::vector<std::string>> event_types_named(std::string_view text) {
  std::string_view wanted = text;
  if (wanted.ends_with(".*")) wanted.remove_suffix(2);
  std::vector<std::string> types;
  for (const std::string_view type : stored_types())
    if (is_meant(type, wanted)) types.emplace_back(type);
  if (types.empty()) return unknown_type(text);
  return types;
}

Result<std::vector<std::string>> event_types_named(const std::vector<std::string>& texts) {
  std::vector<std::string> types;
  for (const std::string& text : texts) {
    RECOURSE_LET(const std::vector<std::string> named, event_types_named(std::string_view(text)));
    for (const std::string& type : named)
      if (std::find(types.begin(), types.end(), type) == types.end()) types.push_back(type);
  }
  return types;
}

bool passes(const EventFilter& filter, std::string_view leaf) {
  if (!filter.any()) return true;
  const auto tail = leaf_tail(leaf);
  if (!tail) return true;
  if (!filter.subject.empty() && tail->subject != filter.subject) return false;
  if (!filter.types.empty() &&
      std::find(filter.types.begin(), filter.types.end(), tail->type) == filter.types.end())
    return false;
  if (filter.actor.empty()) return true;
  const auto head = read_leaf_head(leaf);
  return !head || head->actor.id.value() == filter.actor;
}

}  // namespace recourse
