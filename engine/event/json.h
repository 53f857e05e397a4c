#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "engine/base/assert.h"
#include "engine/base/result.h"

namespace recourse {

/// One JSON value of a shape nobody described beforehand: a client's request body, the arguments of
/// a tool. It can hold exactly what may be written into the log (I-JSON, RFC 7493, made stricter):
/// numbers without loss, names that are unique within their object.
///
/// A number has one representation: an int64 when it is an integer in ±(2^53-1), else a finite
/// double that is not an integer below 10^21. So 1.0 is the integer 1, and -0.0 is 0.
/// Strings are UTF-8; parse_json() lets nothing else in, a caller who builds one vouches for it.
/// Threads: as a std::string. Copying copies deeply. Recursion is as deep as the value.
class Json {
 public:
  struct Member;
  using Array = std::vector<Json>;
  using Members = std::vector<Member>;

  static constexpr std::int64_t kMaxInteger = (std::int64_t{1} << 53) - 1;

  /// Whether a number can be held: finite, and not an integer that a reader of its canonical form
  /// would take for an exact one although doubles no longer tell it from its neighbours.
  static bool can_hold(double number);
  static bool can_hold(std::int64_t number) {
    return number >= -kMaxInteger && number <= kMaxInteger;
  }

  Json();
  Json(std::nullptr_t);
  /// A template so that a pointer does not become a truth value.
  template <std::same_as<bool> T>
  Json(T value);
  /// REQUIRES: can_hold(number).
  Json(double number);
  /// REQUIRES: can_hold(number). Larger ones, such as 64-bit ids, are written as strings.
  template <std::integral T>
  requires(!std::same_as<T, bool>) Json(T number);
  Json(std::string text);
  Json(std::string_view text);
  Json(const char* text);

  static Json array();
  static Json array(Array elements);
  static Json object();
  /// REQUIRES: the names are unique.
  static Json object(std::initializer_list<Member> members);
  /// Error: `invalid`, naming the duplicate, when two members have one name.
  static Result<Json> object_of(Members members);

  bool is_null() const { return std::holds_alternative<std::nullptr_t>(value_); }
  bool is_boolean() const { return std::holds_alternative<bool>(value_); }
  bool is_integer() const { return std::holds_alternative<std::int64_t>(value_); }
  bool is_number() const { return is_integer() || std::holds_alternative<double>(value_); }
  bool is_string() const { return std::holds_alternative<std::string>(value_); }
  bool is_array() const { return std::holds_alternative<Array>(value_); }
  bool is_object() const { return std::holds_alternative<Members>(value_); }

  /// The value, if it is of that type. Pointers borrow: valid until this value changes or dies.
  std::optional<bool> boolean() const;
  std::optional<std::int64_t> integer() const;
  /// Of any number, integers too.
  std::optional<double> number() const;
  const std::string* string() const { return std::get_if<std::string>(&value_); }
  const Array* elements() const { return std::get_if<Array>(&value_); }
  /// In the order in which they were parsed or set.
  const Members* members() const { return std::get_if<Members>(&value_); }

  /// The member of that name; null when there is none or this is not an object. Takes time
  /// proportional to the number of members.
  const Json* find(std::string_view name) const;
  Json* find(std::string_view name);

  /// Adds a member, or replaces the one of that name. REQUIRES: is_object() or is_null(); null
  /// becomes an object.
  Json& set(std::string_view name, Json value);
  /// REQUIRES: is_array() or is_null(); null becomes an array.
  Json& push_back(Json element);

  /// Objects are equal whatever the order of their members.
  friend bool operator==(const Json& a, const Json& b);

 private:
  std::variant<std::nullptr_t, bool, std::int64_t, double, std::string, Array, Members> value_;
};

struct Json::Member {
  std::string name;
  Json value;
};

// Below the members, because a constructor has to know how to destroy them.
inline Json::Json() : value_(nullptr) {}
inline Json::Json(std::nullptr_t) : value_(nullptr) {}
inline Json::Json(std::string text) : value_(std::move(text)) {}
inline Json::Json(std::string_view text) : value_(std::string(text)) {}
inline Json::Json(const char* text) : value_(std::string(text)) {}

template <std::same_as<bool> T>
Json::Json(T value) : value_(value) {}

template <std::integral T>
requires(!std::same_as<T, bool>) Json::Json(T number) : value_(static_cast<std::int64_t>(number)) {
  RECOURSE_ASSERT(
      std::in_range<std::int64_t>(number) && can_hold(static_cast<std::int64_t>(number)),
      "a JSON integer is at most 2^53-1");
}

}  // namespace recourse
