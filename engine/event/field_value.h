#pragma once

#include <cstring>

#include "engine/event/field_table.h"

/// Values of which only the kind is known at compile time.
namespace recourse::described {

/// Of a Clear or a text id.
inline const std::string& text_at(const void* value) {
  return *static_cast<const std::string*>(value);
}

template <class T>
const T& value_at(const void* value) {
  return *static_cast<const T*>(value);
}

/// An unsigned one of 64 bits beyond INT64_MAX comes out negative.
inline std::int64_t integer_at(const Type& type, const void* value) {
  if (type.bytes == sizeof(std::int64_t)) return value_at<std::int64_t>(value);
  // Little-endian, as all machines that this program is built for.
  std::uint64_t bits = 0;
  std::memcpy(&bits, value, type.bytes);
  const int unused = 64 - 8 * type.bytes;
  return type.is_signed ? static_cast<std::int64_t>(bits << unused) >> unused
                        : static_cast<std::int64_t>(bits);
}

/// Empty for an enum's value that is none of its enumerators.
inline std::string_view word_at(const Type& type, const void* value) {
  int number;
  std::memcpy(&number, value, sizeof number);
  const auto at = static_cast<std::size_t>(number);
  return at < type.words.size() ? type.words[at] : std::string_view();
}

}  // namespace recourse::described
