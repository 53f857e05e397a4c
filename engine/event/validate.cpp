#include "engine/event/validate.h"

#include <simdjson.h>

#include <algorithm>
#include <cstring>
#include <string>

#include "engine/base/vocabulary.h"
#include "engine/event/event_data.h"
#include "engine/event/field_value.h"
#include "engine/event/limits.h"

namespace recourse {
namespace {

using namespace described;

/// Why a value may not be written. A literal, so that the good case costs nothing.
using Fault = const char*;

constexpr Fault kNotAnId = "is not an identifier [A-Za-z0-9_.:@/-]{1,128}";
constexpr Fault kTooLong = "is too long";

bool is_text(std::string_view text) {
  // Nearly all text is ASCII, so eight bytes are asked at once.
  constexpr std::uint64_t kEachOne = 0x0101010101010101;
  constexpr std::uint64_t kTopBits = 0x8080808080808080;
  constexpr std::size_t kStep = sizeof(std::uint64_t);
  std::uint64_t all = 0, zeros = 0;
  if (text.size() < kStep) {
    for (const char c : text) {
      all |= static_cast<std::uint8_t>(c) & std::uint64_t{0x80};
      if (c == '\0') return false;
    }
  } else {
    const char* const last = text.data() + text.size() - kStep;
    for (const char* at = text.data();; at = std::min(at + kStep, last)) {
      std::uint64_t word;
      std::memcpy(&word, at, kStep);
      all |= word;
      zeros |= (word - kEachOne) & ~word;
      if (at == last) break;
    }
  }
  if ((zeros & kTopBits) != 0) return false;
  return (all & kTopBits) == 0 || simdjson::validate_utf8(text);
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
Fault fault_in(const Table& table, const void* value, std::string_view& where);

Fault fault_of_value(const Field& field, const Type& type, const void* value,
                     std::string_view& where) {
  switch (type.kind) {
    case Kind::clear:
      return fault_of(text_at(value), field.max_bytes);
    case Kind::text_id:
      return is_identifier(text_at(value)) ? nullptr : kNotAnId;
    case Kind::sealed:
      return fault_of(value_at<Sealed>(value));
    case Kind::time:
      return fault_of(value_at<Timestamp>(value));
    case Kind::boolean:
    case Kind::hash:
      return nullptr;
    case Kind::integer: {
      const std::int64_t number = integer_at(type, value);
      return number >= -kMaxSafeInteger && number <= kMaxSafeInteger ? nullptr : "is beyond 2^53-1";
    }
    case Kind::word:
      return word_at(type, value).empty() ? "is not a word of its list" : nullptr;
    case Kind::list: {
      const Elements elements = type.elements(value);
      const auto* at = static_cast<const char*>(elements.first);
      for (std::size_t i = 0; i < elements.count; ++i, at += type.stride)
        if (const Fault fault = fault_of_value(field, *type.element, at, where)) return fault;
      return nullptr;
    }
    case Kind::structure:
      return fault_in(type.table(), value, where);
    case Kind::own:
      break;
  }
  return "has a form of its own, which no event has";
}

Fault fault_in(const Table& table, const void* value, std::string_view& where) {
  for (const Field& field : table.fields) {
    if (field.of_provenance && !table.is_imported(value)) continue;
    const void* member = field.in(value);
    if (field.optional != nullptr) member = field.optional->get(member);
    if (member == nullptr) continue;
    if (const Fault fault = fault_of_value(field, *field.type, member, where)) {
      if (where.empty()) where = field.name;
      return fault;
    }
  }
  return nullptr;
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
    const DescribedData data = describe(event.data);
    fault = fault_in(data.table, data.value, where);
  }
  if (fault == nullptr) return {};
  return Error{fault == kTooLong ? ErrorCode::too_large : ErrorCode::invalid,
               std::string(type_of(event.data)) + ": " + std::string(where) + ' ' + fault};
}

}  // namespace recourse
