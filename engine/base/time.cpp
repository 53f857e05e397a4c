#include "engine/base/time.h"

#include <charconv>
#include <optional>

namespace recourse {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::minutes;
using std::chrono::seconds;

void put_digits(char* to, int width, long long value) {
  for (int i = width - 1; i >= 0; --i, value /= 10) to[i] = static_cast<char>('0' + value % 10);
}

/// The decimal number in `text[at, at + width)`, or -1.
int digits(std::string_view text, std::size_t at, std::size_t width) {
  if (at + width > text.size()) return -1;
  int value = 0;
  for (std::size_t i = at; i < at + width; ++i) {
    if (text[i] < '0' || text[i] > '9') return -1;
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

}  // namespace

std::string to_rfc3339(Timestamp time) {
  std::string out;
  append_rfc3339(out, time);
  return out;
}

void append_rfc3339(std::string& out, Timestamp time) {
  const auto day = std::chrono::floor<days>(time);
  const std::chrono::year_month_day date{day};
  long long rest = (time - day).count();
  const std::size_t at = out.size();
  out += "0000-00-00T00:00:00.000000Z";
  char* const to = out.data() + at;
  put_digits(to, 4, int{date.year()});
  put_digits(to + 5, 2, static_cast<unsigned>(date.month()));
  put_digits(to + 8, 2, static_cast<unsigned>(date.day()));
  put_digits(to + 20, 6, rest % 1'000'000);
  rest /= 1'000'000;
  put_digits(to + 17, 2, rest % 60);
  put_digits(to + 14, 2, rest / 60 % 60);
  put_digits(to + 11, 2, rest / 3600);
}

namespace {

std::optional<Timestamp> parse_rfc3339(std::string_view text) {
  const int year = digits(text, 0, 4), month = digits(text, 5, 2), day = digits(text, 8, 2);
  const int hour = digits(text, 11, 2), minute = digits(text, 14, 2), second = digits(text, 17, 2);
  if (year < 0 || month < 0 || day < 0 || hour < 0 || minute < 0 || second < 0) return std::nullopt;
  if (text[4] != '-' || text[7] != '-' || (text[10] != 'T' && text[10] != 't') || text[13] != ':' ||
      text[16] != ':')
    return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{year},
                                         std::chrono::month{static_cast<unsigned>(month)},
                                         std::chrono::day{static_cast<unsigned>(day)}};
  if (!date.ok() || hour > 23 || minute > 59 || second > 60) return std::nullopt;
  std::size_t at = 19;
  long long micros = 0;
  if (at < text.size() && text[at] == '.') {
    std::size_t count = 0;
    for (++at; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at, ++count)
      if (count < 6) micros = micros * 10 + (text[at] - '0');
    if (count == 0 || count > 9) return std::nullopt;
    for (; count < 6; ++count) micros *= 10;
  }
  minutes offset{0};
  if (at >= text.size()) return std::nullopt;
  if (text[at] == '+' || text[at] == '-') {
    const int off_hour = digits(text, at + 1, 2), off_minute = digits(text, at + 4, 2);
    if (off_hour < 0 || off_hour > 23 || off_minute < 0 || off_minute > 59 ||
        text.size() != at + 6 || text[at + 3] != ':')
      return std::nullopt;
    offset = hours{off_hour} + minutes{off_minute};
    if (text[at] == '-') offset = -offset;
  } else if ((text[at] != 'Z' && text[at] != 'z') || text.size() != at + 1) {
    return std::nullopt;
  }
  const Timestamp time{std::chrono::sys_days{date}.time_since_epoch() + hours{hour} +
                       minutes{minute} + seconds{second} + microseconds{micros} - offset};
  const auto utc_day = std::chrono::floor<days>(time);
  const int utc_year{std::chrono::year_month_day{utc_day}.year()};
  if (utc_year < 0 || utc_year > 9999) return std::nullopt;
  if (second == 60 && std::chrono::floor<seconds>(time) != utc_day) return std::nullopt;
  return time;
}

}  // namespace

Result<Timestamp> from_rfc3339(std::string_view text) {
  if (const auto time = parse_rfc3339(text)) return *time;
  return Error{ErrorCode::invalid, "not an RFC 3339 time such as 2026-01-05T09:30:01Z"};
}

std::string month_of(Timestamp time) { return to_rfc3339(time).substr(0, 7); }

Timestamp SystemClock::now() const {
  return std::chrono::floor<microseconds>(std::chrono::system_clock::now());
}

}  // namespace recourse
