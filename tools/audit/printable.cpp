#include "tools/audit/printable.h"

#include <array>
#include <cstdio>

namespace recourse {

std::string printable(std::string_view text) {
  // C0 and DEL are single bytes; C1 (U+0080 to U+009F) and the marks that turn the direction of
  // writing (U+200E, U+200F, U+202A to U+202E, U+2066 to U+2069) are found by their UTF-8.
  std::string out;
  const auto escape = [&](unsigned code) {
    std::array<char, 8> digits;
    std::snprintf(digits.data(), digits.size(), "\\u%04x", code);
    out += digits.data();
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto at = [&](std::size_t k) {
      return i + k < text.size() ? static_cast<unsigned char>(text[i + k]) : 0U;
    };
    const unsigned three = (at(0) & 0x0F) << 12 | (at(1) & 0x3F) << 6 | (at(2) & 0x3F);
    const bool turns = at(0) == 0xE2 && (three == 0x200E || three == 0x200F ||
                                         (three >= 0x2028 && three <= 0x202E) ||
                                         (three >= 0x2066 && three <= 0x2069));
    if (at(0) < 0x20 || at(0) == 0x7F) {
      escape(at(0));
    } else if (at(0) == 0xC2 && at(1) >= 0x80 && at(1) < 0xA0) {
      escape(at(1));
      i += 1;
    } else if (turns) {
      escape(three);
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

}  // namespace recourse
