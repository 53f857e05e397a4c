#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/http/message.h"
#include "api/routes/call.h"
#include "engine/event/json.h"

namespace recourse::routes {

/// What is wrong with one member of a body.
struct BodyFault {
  std::string pointer;  ///< RFC 6901
  std::string detail;
};

/// Reads the members of a JSON object by name and type. Every member that nobody asks for is a
/// fault, and so is a wrong type or a missing member; all faults are collected, so a client learns
/// of them at once. Reading goes on after a fault with an empty value.
class BodyReader {
 public:
  struct Shared {
    std::vector<BodyFault> faults;
  };
  /// `object` and `shared` outlive the reader.
  BodyReader(const Json& object, Shared& shared, std::string pointer = "");
  /// Notes the members that were not asked for.
  ~BodyReader();
  BodyReader(const BodyReader&) = delete;
  BodyReader& operator=(const BodyReader&) = delete;

  struct TextLimits {
    std::size_t least = 1;
    std::size_t most_bytes = 64U << 10;
  };
  std::string text(std::string_view name, TextLimits limits);
  std::string text(std::string_view name) { return text(name, TextLimits{}); }
  std::optional<std::string> optional_text(std::string_view name, TextLimits limits);
  std::optional<std::string> optional_text(std::string_view name) {
    return optional_text(name, TextLimits{});
  }
  /// A short name that may stand in a leaf in clear: [A-Za-z0-9_.:@/-]{1,128}.
  std::string code(std::string_view name);
  std::optional<std::string> optional_code(std::string_view name);
  /// A short text that will stand in clear, such as a category: at most 64 bytes. What else it must
  /// be is the decision's to say.
  std::optional<std::string> optional_label(std::string_view name) {
    return optional_text(name, TextLimits{1, 64});
  }
  std::optional<std::int64_t> optional_integer(std::string_view name, std::int64_t least,
                                               std::int64_t most);
  std::optional<bool> optional_flag(std::string_view name);
  /// The canonical JSON of an object.
  std::string object_json(std::string_view name);
  std::optional<std::string> optional_object_json(std::string_view name);
  /// The canonical JSON of any value but null.
  std::optional<std::string> optional_json(std::string_view name);
  /// The objects of an array; `read` is called with a reader for each.
  void each_object(std::string_view name, std::size_t most,
                   const std::function<void(BodyReader&)>& read);
  /// Whether the member is there and an object; says no fault.
  bool is_object(std::string_view name);
  /// Calls `read` with a reader of the member's object. REQUIRES: is_object(name).
  void object(std::string_view name, const std::function<void(BodyReader&)>& read);
  /// The short texts of an array; empty when it is absent.
  std::vector<std::string> codes(std::string_view name, std::size_t most);
  /// One word of an enumeration.
  template <class Enum>
  Enum word_of(std::string_view name) {
    return optional_word_of<Enum>(name, true).value_or(Enum{});
  }
  template <class Enum>
  std::optional<Enum> optional_word_of(std::string_view name, bool required = false) {
    const auto text = required ? std::optional(this->text(name)) : optional_text(name);
    if (!text || (required && text->empty())) return std::nullopt;
    const auto found = from_word<Enum>(*text);
    if (!found) fault(name, "not one of the words known here: " + words<Enum>());
    return found;
  }

  void fault(std::string_view name, std::string detail);

 private:
  template <class Enum>
  static std::string words() {
    std::string list;
    boost::mp11::mp_for_each<boost::describe::describe_enumerators<Enum>>([&](auto described) {
      if (!list.empty()) list += ", ";
      list += word(described.value);
    });
    return list;
  }
  /// The member; null when it is absent or JSON null.
  const Json* find(std::string_view name);
  const Json* need(std::string_view name);
  std::optional<std::string> checked_text(std::string_view name, const Json* value,
                                          TextLimits limits);

  const Json& object_;
  Shared& shared_;
  std::string pointer_;
  std::vector<std::string_view> asked_;
};

/// A request's body as one JSON object. An absent body reads as an empty object.
struct Body {
  Json json;
  std::string canonical;
};

/// Why a body was refused: the answer to give.
struct BodyRefusal {
  http::Response response;
};

/// Errors as answers: 415 unless Content-Type is application/json; 400 for what is not JSON, holds
/// a name twice, is too deep or holds no object; 413 past the size limit.
std::variant<Body, BodyRefusal> read_body(const Call& call);

/// 422 with every fault in `errors`.
http::Response unprocessable(const std::vector<BodyFault>& faults);

/// Reads the body by `read` and answers when something is wrong with it. True when all is well.
bool with_body(const Call& call, Body& body, const std::function<void(BodyReader&)>& read);

}  // namespace recourse::routes
