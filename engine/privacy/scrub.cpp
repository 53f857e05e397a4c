#include "engine/privacy/scrub.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace recourse {
namespace {

constexpr std::string_view kRedacted = "[redacted]";

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return lower(c) >= 'a' && lower(c) <= 'z'; }
bool is_word(char c) { return is_digit(c) || is_letter(c) || c == '_' || c == '-'; }
/// token68 of RFC 9110, what stands after "Bearer" or "Basic".
bool is_token(char c) {
  return is_word(c) || c == '.' || c == '~' || c == '+' || c == '/' || c == '=';
}
bool is_blank(char c) { return c == ' ' || c == '\t'; }

/// `word` is in lower case.
bool starts_with_word(std::string_view text, std::string_view word) {
  return text.size() >= word.size() && std::equal(word.begin(), word.end(), text.begin(),
                                                  [](char w, char t) { return w == lower(t); });
}

template <class Predicate>
std::size_t run_of(std::string_view text, Predicate belongs) {
  return static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), belongs) -
                                  text.begin());
}

/// A part of the text that is to be replaced.
struct Found {
  std::size_t start;  ///< From where the search stood.
  std::size_t size;
};

/// Keys that say by their first characters what they are. Enough characters after the prefix, one a
/// digit, keep words with the same beginning.
struct KnownPrefix {
  std::string_view prefix;
  std::size_t least;  ///< Characters after the prefix.
};
constexpr std::array kKnownPrefixes{
    KnownPrefix{"sk-", 16},         KnownPrefix{"sk_live_", 16}, KnownPrefix{"sk_test_", 16},
    KnownPrefix{"rk_live_", 16},    KnownPrefix{"rk_test_", 16}, KnownPrefix{"whsec_", 16},
    KnownPrefix{"xoxb-", 10},       KnownPrefix{"xoxp-", 10},    KnownPrefix{"xoxa-", 10},
    KnownPrefix{"xoxr-", 10},       KnownPrefix{"xoxs-", 10},    KnownPrefix{"xoxe-", 10},
    KnownPrefix{"xapp-", 10},       KnownPrefix{"AKIA", 16},     KnownPrefix{"ASIA", 16},
    KnownPrefix{"AIza", 30},        KnownPrefix{"ghp_", 20},     KnownPrefix{"gho_", 20},
    KnownPrefix{"ghu_", 20},        KnownPrefix{"ghs_", 20},     KnownPrefix{"ghr_", 20},
    KnownPrefix{"github_pat_", 20}, KnownPrefix{"glpat-", 16},   KnownPrefix{"SG.", 16},
};

std::optional<Found> known_key(std::string_view rest) {
  for (const KnownPrefix& known : kKnownPrefixes) {
    if (rest.front() != known.prefix.front() || !rest.starts_with(known.prefix)) continue;
    const bool dotted = known.prefix.back() == '.';
    const std::string_view tail = rest.substr(known.prefix.size());
    const std::size_t size =
        run_of(tail, [dotted](char c) { return is_word(c) || (dotted && c == '.'); });
    if (size < known.least) continue;
    if (std::none_of(tail.begin(), tail.begin() + static_cast<std::ptrdiff_t>(size), is_digit))
      continue;
    return Found{0, known.prefix.size() + size};
  }
  return std::nullopt;
}

/// A JSON Web Token: three parts, the first of which begins with {" in base64url.
std::optional<Found> web_token(std::string_view rest) {
  if (!rest.starts_with("eyJ")) return std::nullopt;
  const std::size_t size = run_of(rest, [](char c) { return is_word(c) || c == '.'; });
  const std::string_view token = rest.substr(0, size);
  if (size < 40 || std::count(token.begin(), token.end(), '.') != 2) return std::nullopt;
  return Found{0, size};
}

/// "Bearer x" with an x that is no word of a sentence: has a digit, or is very long.
std::optional<Found> bearer(std::string_view rest) {
  constexpr std::string_view scheme = "bearer";
  if (!starts_with_word(rest, scheme)) return std::nullopt;
  std::size_t at = scheme.size();
  const std::size_t blanks = run_of(rest.substr(at), is_blank);
  if (blanks == 0) return std::nullopt;
  at += blanks;
  const std::string_view token = rest.substr(at, run_of(rest.substr(at), is_token));
  const bool digits = std::any_of(token.begin(), token.end(), is_digit);
  if (token.size() < 8 || (!digits && token.size() < 24)) return std::nullopt;
  return Found{at, token.size()};
}

/// The size of a quoted string that began just before `rest`: up to its closing quote, which in
/// JSON within JSON has as many backslashes (`escape`) before it as the opening one had. A string
/// that was cut off reaches to the end of its line.
std::size_t string_size(std::string_view rest, char quote, std::size_t escape) {
  std::size_t backslashes = 0;
  for (std::size_t i = 0; i < rest.size(); ++i) {
    if (rest[i] == '\n') return i;
    if (rest[i] == quote && (escape == 0 ? backslashes % 2 == 0 : backslashes == escape))
      return i - escape;
    backslashes = rest[i] == '\\' ? backslashes + 1 : 0;
  }
  return rest.size();
}

constexpr std::array<std::string_view, 8> kSecretNames{
    "authorization", "proxy-authorization", "x-api-key", "x-auth-token", "api-key", "api_key",
    "apikey",        "x-recourse-key"};
constexpr std::array<std::string_view, 5> kSchemes{"basic", "bearer", "token", "negotiate",
                                                   "apikey"};

/// What a header line or a JSON member named like a credential holds.
std::optional<Found> named_secret(std::string_view rest) {
  std::size_t at = 0;
  for (const std::string_view name : kSecretNames)
    if (starts_with_word(rest, name)) at = std::max(at, name.size());
  if (at == 0) return std::nullopt;

  // As a member of an object: the whole string is the secret.
  const std::size_t escape = run_of(rest.substr(at), [](char c) { return c == '\\'; });
  const std::string_view after = rest.substr(at + escape);
  const bool quoted = after.starts_with('"') || after.starts_with('\'');
  std::size_t value = at + (quoted ? escape + 1 : 0);
  value += run_of(rest.substr(value), is_blank);
  const std::string_view sign = rest.substr(value);
  if (!sign.starts_with(':') && (quoted || !sign.starts_with('='))) return std::nullopt;
  ++value;
  value += run_of(rest.substr(value), is_blank);
  if (quoted) {
    const std::string opening = std::string(escape, '\\') + after.front();
    if (!rest.substr(value).starts_with(opening)) return std::nullopt;
    value += opening.size();
    const std::size_t size = string_size(rest.substr(value), after.front(), escape);
    return size > 0 ? std::optional(Found{value, size}) : std::nullopt;
  }

  // As a header line: a scheme with its credentials, or one long word with a digit.
  for (const std::string_view scheme : kSchemes) {
    const std::string_view line = rest.substr(value);
    if (!starts_with_word(line, scheme)) continue;
    const std::size_t blanks = run_of(line.substr(scheme.size()), is_blank);
    if (blanks == 0) continue;
    const std::size_t start = scheme.size() + blanks;
    const std::size_t size = run_of(line.substr(start), is_token);
    if (size >= 6) return Found{value + start, size};
  }
  const std::string_view word = rest.substr(value, run_of(rest.substr(value), is_token));
  if (word.size() < 12 || std::none_of(word.begin(), word.end(), is_digit)) return std::nullopt;
  return Found{value, word.size()};
}

/// Whether the character at `at` goes on with a word. After \n, \r or \t, as JSON writes them, a
/// new one begins.
bool in_word(std::string_view text, std::size_t at) {
  if (at == 0 || !is_word(text[at - 1])) return false;
  const char last = text[at - 1];
  return at < 2 || text[at - 2] != '\\' || (last != 'n' && last != 'r' && last != 't');
}

/// Which patterns can begin with a character. Most texts hold no credential: they are read at the
/// speed of this table.
enum Pattern : std::uint8_t { kNamed = 1, kBearer = 2, kKnown = 4, kWebToken = 8 };
constexpr std::array<std::uint8_t, 256> kPatterns = [] {
  std::array<std::uint8_t, 256> patterns{};
  const auto add = [&patterns](char first, std::uint8_t pattern) {
    patterns[static_cast<unsigned char>(first)] |= pattern;
  };
  for (const std::string_view name : kSecretNames) {
    add(name.front(), kNamed);
    add(static_cast<char>(name.front() - 'a' + 'A'), kNamed);
  }
  add('b', kBearer);
  add('B', kBearer);
  for (const KnownPrefix& known : kKnownPrefixes) add(known.prefix.front(), kKnown);
  add('e', kWebToken);
  return patterns;
}();

std::optional<Found> find_at(std::string_view rest, std::uint8_t patterns) {
  std::optional<Found> found;
  if (patterns & kNamed) found = named_secret(rest);
  if (!found && (patterns & kBearer)) found = bearer(rest);
  if (!found && (patterns & kKnown)) found = known_key(rest);
  if (!found && (patterns & kWebToken)) found = web_token(rest);
  return found;
}

}  // namespace

Scrubbed scrub(std::string_view text) {
  Scrubbed result;
  std::size_t copied = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::uint8_t patterns = kPatterns[static_cast<unsigned char>(text[i])];
    if (patterns == 0 || in_word(text, i)) continue;
    const std::optional<Found> found = find_at(text.substr(i), patterns);
    if (!found) continue;
    const std::size_t start = i + found->start;
    if (text.substr(start, found->size) != kRedacted) {
      result.text.append(text.substr(copied, start - copied)).append(kRedacted);
      result.changed = true;
      copied = start + found->size;
    }
    i = start + found->size - 1;
  }
  result.text.append(text.substr(copied));
  return result;
}

}  // namespace recourse
