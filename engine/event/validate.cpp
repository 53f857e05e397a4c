#include "engine/event/validate.h"

#include <simdjson.h>

#include <string>

#include "engine/base/vocabulary.h"
#include "engine/event/fields.h"
#include "engine/event/limits.h"

namespace recourse {
namespace {

using namespace described;

/// Why a value may not be written. A literal, so that the good case costs nothing.
using Fault = const char*;

constexpr Fault kNotAnId = "is not an identifier [A-Za-z0-9_.:@/-]{1,128}";
constexpr Fault kTooLong = "is too long";

bool is_text(std::string_view text) {
  bool ascii = true;
  for (const char c : text) {
    if (c == '\0') return false;
    ascii = ascii && static_cast<unsigned char>(c) < 0x80;
  }
  return ascii || simdjson::validate_utf8(text);
}

Fault fault_of(std::string_view clear, std::size_t max_bytes) {
  if (clear.size() > max_bytes) return kTooLong;
  return is_text(clear) ? nullptr : "is not UTF-8 without U+0000";
}

Fault fault_of(const Sealed& sealed) {
  if (!is_identifier(sealed.retention)) return "has no retention class";
  for (std::size_t i = 0; i < sealed.subjects.size(); ++i) {
    if (!is_identifier(sealed.subjects[i])) return "is about a subject without an identifier";
    if (i > 0 && sealed.subjects[i - 1] >= sealed.subjects[i])
      return "does not name each subject once and in order";
  }
  return nullptr;
}

Fault fault_of(Timestamp time) {
  using namespace std::chrono;
  constexpr Timestamp kFirst{sys_days{year{0} / 1 / 1}};
  constexpr Timestamp kEnd{sys_days{year{10'000} / 1 / 1}};
  return time >= kFirst && time < kEnd ? nullptr : "is not a time from 0000 to 9999";
}

/// `where` is the name of the innermost faulty member.
template <class T>
Fault fault_in(const T& value, std::string_view& where);

template <class Owner, class M>
Fault fault_of_member(const M& value, std::string_view name, std::string_view& where) {
  if constexpr (std::same_as<M, Clear>) {
    return fault_of(value.text, max_clear_bytes<Owner>(name));
  } else if constexpr (IsTextId<M>::value) {
    return is_identifier(value.value()) ? nullptr : kNotAnId;
  } else if constexpr (std::same_as<M, Sealed> || std::same_as<M, Timestamp>) {
    return fault_of(value);
  } else if constexpr (std::same_as<M, bool> || std::same_as<M, Hash>) {
    return nullptr;
  } else if constexpr (Integer<M>) {
    const auto number = static_cast<std::int64_t>(value);
    return number >= -kMaxSafeInteger && number <= kMaxSafeInteger ? nullptr : "is beyond 2^53-1";
  } else if constexpr (Enum<M>) {
    return word(value).empty() ? "is not a word of its list" : nullptr;
  } else if constexpr (IsOptional<M>::value) {
    return value ? fault_of_member<Owner>(*value, name, where) : nullptr;
  } else if constexpr (IsVector<M>::value) {
    for (const auto& item : value)
      if (const Fault fault = fault_of_member<Owner>(item, name, where)) return fault;
    return nullptr;
  } else {
    return fault_in(value, where);
  }
}

template <class T>
Fault fault_in(const T& value, std::string_view& where) {
  Fault fault = nullptr;
  mp::mp_for_each<Fields<T>>([&](auto field) {
    using F = decltype(field);
    if (fault != nullptr) return;
    if constexpr (F::of_provenance) {
      if (!F::provenance(value).imported) return;
    }
    fault = fault_of_member<T>(F::get(value), F::name, where);
    if (fault != nullptr && where.empty()) where = F::name;
  });
  return fault;
}

Fault fault_in_attributes(const NewEvent& event, std::string_view& where) {
  const auto check = [&](std::string_view name, std::string_view text, bool may_be_empty) {
    if ((may_be_empty && text.empty()) || is_identifier(text)) return true;
    where = name;
    return false;
  };
  const bool good = check("stream", event.stream, true) && check("subject", event.subject, true) &&
                    check("actor", event.actor.id.value(), false) &&
                    check("causationid", event.causation, true) &&
                    check("correlationid", event.correlation, true);
  if (!good) return kNotAnId;
  where = "actortype";
  return word(event.actor.type).empty() ? "is not a word of its list" : nullptr;
}

}  // namespace

Status validate(const NewEvent& event) {
  std::string_view where;
  Fault fault = fault_in_attributes(event, where);
  if (fault == nullptr) {
    where = {};
    fault = std::visit([&](const auto& data) { return fault_in(data, where); }, event.data);
  }
  if (fault == nullptr) return {};
  return Error{fault == kTooLong ? ErrorCode::too_large : ErrorCode::invalid,
               std::string(type_of(event.data)) + ": " + std::string(where) + ' ' + fault};
}

}  // namespace recourse
