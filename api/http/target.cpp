#include "api/http/target.h"

#include "api/http/utf8.h"

namespace recourse::http {
namespace {

const Error kBad{ErrorCode::invalid, "the request target is malformed"};

int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

Result<std::string> decoded(std::string_view text, bool plus_is_space) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '%') {
      if (i + 2 >= text.size()) return kBad;
      const int high = digit(text[i + 1]);
      const int low = digit(text[i + 2]);
      if (high < 0 || low < 0) return kBad;
      c = static_cast<char>(high << 4 | low);
      i += 2;
    } else if (c == '+' && plus_is_space) {
      c = ' ';
    }
    // A query may carry a text with line breaks; nothing has a use for a NUL.
    const auto byte = static_cast<unsigned char>(c);
    if (byte == 0 || (!plus_is_space && (byte < 0x20 || byte == 0x7F))) return kBad;
    out.push_back(c);
  }
  if (!is_utf8(out)) return kBad;
  return out;
}

/// The path and query of an absolute form; nothing when it is not one.
std::optional<std::string_view> after_authority(std::string_view target) {
  const std::size_t colon = target.find("://");
  if (colon == std::string_view::npos) return std::nullopt;
  if (!same_field(target.substr(0, colon), "http") && !same_field(target.substr(0, colon), "https"))
    return std::nullopt;
  const std::string_view rest = target.substr(colon + 3);
  const std::size_t path = rest.find_first_of("/?");
  if (path == 0) return std::nullopt;
  return path == std::string_view::npos ? std::string_view() : rest.substr(path);
}

}  // namespace

Result<std::vector<std::pair<std::string, std::string>>> read_query(std::string_view text) {
  std::vector<std::pair<std::string, std::string>> out;
  while (!text.empty()) {
    const std::string_view pair = text.substr(0, text.find('&'));
    text.remove_prefix(std::min(text.size(), pair.size() + 1));
    if (pair.empty()) continue;
    const std::size_t equals = pair.find('=');
    RECOURSE_LET(std::string key, decoded(pair.substr(0, equals), true));
    std::string value;
    if (equals != std::string_view::npos) {
      RECOURSE_LET(value, decoded(pair.substr(equals + 1), true));
    }
    out.emplace_back(std::move(key), std::move(value));
  }
  return out;
}

Status read_target(std::string_view target, Request& request) {
  request.target = std::string(target);
  request.segments.clear();
  request.query.clear();
  request.trailing_slash = false;
  if (target == "*") {
    if (request.method == Method::options) return {};
    return kBad;
  }
  if (target.find('#') != std::string_view::npos) return kBad;
  if (!target.starts_with('/')) {
    const auto rest = after_authority(target);
    if (!rest) return kBad;
    target = *rest;
  }
  const std::size_t question = target.find('?');
  std::string_view path = target.substr(0, question);
  if (question != std::string_view::npos) {
    RECOURSE_LET(request.query, read_query(target.substr(question + 1)));
  }
  if (path.starts_with('/')) path.remove_prefix(1);
  while (!path.empty()) {
    const std::size_t slash = path.find('/');
    RECOURSE_LET(std::string segment, decoded(path.substr(0, slash), false));
    // Whoever maps a path to files must not meet these, and nobody else needs them.
    if (segment == "." || segment == "..") return kBad;
    request.segments.push_back(std::move(segment));
    if (slash == std::string_view::npos) return {};
    path.remove_prefix(slash + 1);
  }
  request.trailing_slash = !request.segments.empty();
  return {};
}

}  // namespace recourse::http
