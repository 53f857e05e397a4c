#include "tools/audit/wrap.h"

#include <algorithm>
#include <clocale>
#include <cwchar>

namespace recourse {
namespace {

/// While it lives, this thread's characters are those of Unicode: the C library knows how wide they
/// are.
class UnicodeWidths {
 public:
  UnicodeWidths() : before_(::uselocale(unicode())) {}
  ~UnicodeWidths() { ::uselocale(before_); }
  UnicodeWidths(const UnicodeWidths&) = delete;
  UnicodeWidths& operator=(const UnicodeWidths&) = delete;

 private:
  static ::locale_t unicode() {
    static const ::locale_t locale = ::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
    return locale != nullptr ? locale : LC_GLOBAL_LOCALE;
  }
  ::locale_t before_;
};

struct Glyph {
  std::size_t bytes = 1, columns = 1;
  bool space = false;
};

/// The colour sequence at the front of `text`: ESC [ … m. 0 bytes when there is none.
std::size_t colour_bytes(std::string_view text) {
  if (!text.starts_with("\x1b[")) return 0;
  const auto end = text.find('m');
  return end == text.npos ? 0 : end + 1;
}

/// The character at the front. Bytes that are no UTF-8 count as one column each.
Glyph first_glyph(std::string_view text) {
  if (const std::size_t bytes = colour_bytes(text)) return {bytes, 0, false};
  std::mbstate_t state{};
  wchar_t character = 0;
  const std::size_t bytes = std::mbrtowc(&character, text.data(), text.size(), &state);
  if (bytes == 0 || bytes > text.size()) return {};
  const int columns = ::wcwidth(character);
  return {bytes, columns < 0 ? 1 : static_cast<std::size_t>(columns), character == L' '};
}

}  // namespace

std::vector<std::string> wrapped(std::string_view text, std::size_t columns) {
  const UnicodeWidths widths;
  std::vector<std::string> lines;
  std::size_t begin = 0, used = 0;
  std::size_t space = text.npos, used_at_space = 0;  // The last place where a line may end.
  for (std::size_t at = 0; at < text.size();) {
    const Glyph glyph = first_glyph(text.substr(at));
    if (columns > 0 && used + glyph.columns > columns && at > begin) {
      if (glyph.space) {
        space = at;
        used_at_space = used;
      }
      const bool at_space = space != text.npos;
      const std::size_t end = at_space ? space : at;
      lines.emplace_back(text.substr(begin, end - begin));
      begin = at_space ? space + 1 : at;
      used = at_space ? used - used_at_space : 0;
      space = text.npos;
      at = std::max(at, begin);
      continue;
    }
    used += glyph.columns;
    if (glyph.space) {
      space = at;
      used_at_space = used;
    }
    at += glyph.bytes;
  }
  lines.emplace_back(text.substr(begin));
  return lines;
}

std::size_t columns_of(std::string_view text) {
  const UnicodeWidths widths;
  std::size_t columns = 0;
  for (std::size_t at = 0; at < text.size();) {
    const Glyph glyph = first_glyph(text.substr(at));
    columns += glyph.columns;
    at += glyph.bytes;
  }
  return columns;
}

}  // namespace recourse
