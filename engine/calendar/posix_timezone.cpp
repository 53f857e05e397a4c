#include "engine/calendar/posix_timezone.h"

#include <chrono>
#include <string>

namespace recourse {
namespace {

constexpr int kSecondsPerHour = 3600;

/// Reads the rule from left to right; a step that does not fit sets `failed`.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : rest_(text) {}

  bool failed() const { return failed_; }
  bool at_end() const { return rest_.empty(); }
  bool take(char wanted) {
    if (rest_.empty() || rest_.front() != wanted) return false;
    rest_.remove_prefix(1);
    return true;
  }
  void expect(char wanted) {
    if (!take(wanted)) failed_ = true;
  }

  void name() {
    const bool quoted = take('<');
    std::size_t length = 0;
    while (length < rest_.size() && (quoted ? rest_[length] != '>' : is_letter(rest_[length]))) {
      ++length;
    }
    if (length < 3) failed_ = true;
    rest_.remove_prefix(length);
    if (quoted) expect('>');
  }

  int number(int least, int most) {
    int value = 0;
    std::size_t digits = 0;
    while (digits < rest_.size() && digits < 4 && rest_[digits] >= '0' && rest_[digits] <= '9') {
      value = value * 10 + (rest_[digits++] - '0');
    }
    rest_.remove_prefix(digits);
    if (digits == 0 || value < least || value > most) failed_ = true;
    return value;
  }

  /// [+-]hh[:mm[:ss]] in seconds.
  int time() {
    const bool negative = take('-');
    if (!negative) take('+');
    int seconds = number(0, 167) * kSecondsPerHour;
    if (take(':')) {
      seconds += number(0, 59) * 60;
      if (take(':')) seconds += number(0, 59);
    }
    return negative ? -seconds : seconds;
  }

  PosixTimezone::Day day() {
    using Kind = PosixTimezone::Day::Kind;
    PosixTimezone::Day day{};
    if (take('M')) {
      day.kind = Kind::week_of_month;
      day.month = number(1, 12);
      expect('.');
      day.week = number(1, 5);
      expect('.');
      day.day = number(0, 6);
    } else if (take('J')) {
      day.kind = Kind::julian_without_leap_day;
      day.day = number(1, 365);
    } else {
      day.kind = Kind::day_of_year;
      day.day = number(0, 365);
    }
    if (take('/')) day.time_s = time();
    return day;
  }

  bool at_offset() const {
    return !rest_.empty() && (rest_.front() == '+' || rest_.front() == '-' ||
                              (rest_.front() >= '0' && rest_.front() <= '9'));
  }

 private:
  static bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

  std::string_view rest_;
  bool failed_ = false;
};

}  // namespace

std::int64_t PosixTimezone::Day::wall_seconds(int year_number) const {
  namespace chrono = std::chrono;
  const chrono::year year{year_number};
  chrono::sys_days date = year / 1 / 1;
  switch (kind) {
    case Kind::day_of_year:
      date += chrono::days{day};
      break;
    case Kind::julian_without_leap_day:
      date += chrono::days{day - 1 + (year.is_leap() && day > 59 ? 1 : 0)};
      break;
    case Kind::week_of_month: {
      const chrono::weekday weekday{static_cast<unsigned>(day)};
      const auto in_month = year / month;
      date = week == 5 ? chrono::sys_days{in_month / weekday[chrono::last]}
                       : chrono::sys_days{in_month / weekday[static_cast<unsigned>(week)]};
      break;
    }
  }
  return std::int64_t{date.time_since_epoch().count()} * 86'400 + time_s;
}

Result<PosixTimezone> parse_posix_timezone(std::string_view rule) {
  Cursor cursor(rule);
  PosixTimezone zone;
  cursor.name();
  // POSIX counts west of Greenwich as positive.
  zone.offset_s = -std::int64_t{cursor.time()};
  if (!cursor.failed() && !cursor.at_end()) {
    PosixTimezone::Summer summer{};
    cursor.name();
    summer.offset_s =
        cursor.at_offset() ? -std::int64_t{cursor.time()} : zone.offset_s + kSecondsPerHour;
    cursor.expect(',');
    summer.begin = cursor.day();
    cursor.expect(',');
    summer.end = cursor.day();
    zone.summer = summer;
  }
  if (cursor.failed() || !cursor.at_end()) {
    return Error{ErrorCode::invalid, "not a POSIX time zone rule: " + std::string(rule)};
  }
  return zone;
}

}  // namespace recourse
