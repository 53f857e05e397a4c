#include "engine/event/json.h"

#include <algorithm>
#include <cmath>

namespace recourse {
namespace {

// From here on the canonical form (ECMAScript) has an exponent and no longer looks like an integer.
constexpr double kFirstWithExponent = 1e21;

std::vector<const Json::Member*> sorted_by_name(const Json::Members& members) {
  std::vector<const Json::Member*> sorted;
  sorted.reserve(members.size());
  for (const Json::Member& member : members) sorted.push_back(&member);
  std::sort(sorted.begin(), sorted.end(), [](auto* a, auto* b) { return a->name < b->name; });
  return sorted;
}

const std::string* find_duplicate_name(const Json::Members& members) {
  // Most objects are small, and comparing pairs then beats sorting. A hostile one is not small.
  constexpr std::size_t kSmall = 12;
  if (members.size() <= kSmall) {
    for (std::size_t i = 1; i < members.size(); ++i) {
      for (std::size_t j = 0; j < i; ++j) {
        if (members[i].name == members[j].name) return &members[i].name;
      }
    }
    return nullptr;
  }
  const auto sorted = sorted_by_name(members);
  const auto same = std::adjacent_find(sorted.begin(), sorted.end(),
                                       [](auto* a, auto* b) { return a->name == b->name; });
  return same == sorted.end() ? nullptr : &(*same)->name;
}

bool same_members(const Json::Members& a, const Json::Members& b) {
  if (a.size() != b.size()) return false;
  const auto same = [](const Json::Member* x, const Json::Member* y) {
    return x->name == y->name && x->value == y->value;
  };
  const auto in_a = sorted_by_name(a);
  const auto in_b = sorted_by_name(b);
  return std::equal(in_a.begin(), in_a.end(), in_b.begin(), same);
}

}  // namespace

bool Json::can_hold(double number) {
  if (!std::isfinite(number)) return false;
  const double size = std::fabs(number);
  return size <= static_cast<double>(kMaxInteger) || size >= kFirstWithExponent;
}

Json::Json(double number) : value_(number) {
  RECOURSE_ASSERT(can_hold(number), "a JSON number is finite, and exact if it is an integer");
  if (std::fabs(number) <= static_cast<double>(kMaxInteger) && std::trunc(number) == number) {
    value_ = static_cast<std::int64_t>(number);
  }
}

Json Json::array() { return array(Array()); }

Json Json::array(Array elements) {
  Json json;
  json.value_ = std::move(elements);
  return json;
}

Json Json::object() { return object_of({}).value(); }

Json Json::object(std::initializer_list<Member> members) {
  return object_of(Members(members)).value();
}

Result<Json> Json::object_of(Members members) {
  if (const std::string* name = find_duplicate_name(members)) {
    return Error{ErrorCode::invalid, "two members are named " + *name};
  }
  Json json;
  json.value_ = std::move(members);
  return json;
}

std::optional<bool> Json::boolean() const {
  const bool* value = std::get_if<bool>(&value_);
  return value ? std::optional(*value) : std::nullopt;
}

std::optional<std::int64_t> Json::integer() const {
  const std::int64_t* value = std::get_if<std::int64_t>(&value_);
  return value ? std::optional(*value) : std::nullopt;
}

std::optional<double> Json::number() const {
  if (const auto* value = std::get_if<std::int64_t>(&value_)) return static_cast<double>(*value);
  if (const auto* value = std::get_if<double>(&value_)) return *value;
  return std::nullopt;
}

const Json* Json::find(std::string_view name) const {
  if (const Members* all = members()) {
    for (const Member& member : *all) {
      if (member.name == name) return &member.value;
    }
  }
  return nullptr;
}

Json* Json::find(std::string_view name) {
  return const_cast<Json*>(std::as_const(*this).find(name));
}

Json& Json::set(std::string_view name, Json value) {
  if (is_null()) value_ = Members{};
  if (Json* present = find(name)) {
    *present = std::move(value);
    return *this;
  }
  Members* members = std::get_if<Members>(&value_);
  RECOURSE_ASSERT(members, "set() of what is not an object");
  members->push_back({std::string(name), std::move(value)});
  return *this;
}

Json& Json::push_back(Json element) {
  if (is_null()) value_ = Array{};
  Array* elements = std::get_if<Array>(&value_);
  RECOURSE_ASSERT(elements, "push_back() on what is not an array");
  elements->push_back(std::move(element));
  return *this;
}

bool operator==(const Json& a, const Json& b) {
  if (a.value_.index() != b.value_.index()) return false;
  if (const auto* members = a.members()) return same_members(*members, *b.members());
  if (const auto* elements = a.elements()) return *elements == *b.elements();
  if (const auto* text = a.string()) return *text == *b.string();
  if (a.is_boolean()) return a.boolean() == b.boolean();
  if (a.is_integer()) return a.integer() == b.integer();
  return a.number() == b.number();
}

}  // namespace recourse
