#include "engine/event/clear_names.h"

#include <algorithm>

namespace recourse {

bool is_code(std::string_view text) {
  constexpr std::string_view kPunctuation = "_.:/-";
  return !text.empty() && text.size() <= 128 && std::all_of(text.begin(), text.end(), [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           kPunctuation.find(c) != std::string_view::npos;
  });
}

bool is_label(std::string_view text) {
  if (text.empty() || text.size() > 64) return false;
  const bool clean = std::none_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7F || c == '@';
  });
  return clean && text.find_first_not_of(' ') != std::string_view::npos;
}

}  // namespace recourse
