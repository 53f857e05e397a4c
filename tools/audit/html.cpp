#include "tools/audit/html.h"

#include "engine/base/bytes.h"
#include "engine/base/sha256.h"

namespace recourse {

std::string html_escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string json_for_script(std::string_view json) {
  std::string out;
  for (const char c : json) out += c == '<' ? std::string("\\u003c") : std::string(1, c);
  return out;
}

std::string csp_hash(std::string_view content) {
  return "'sha256-" + to_base64(as_text(sha256(content))) + "'";
}

}  // namespace recourse
