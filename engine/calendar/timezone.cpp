#include "engine/calendar/timezone.h"

#include <algorithm>
#include <fstream>
#include <iterator>

#include "engine/calendar/posix_timezone.h"

namespace recourse {
namespace {

constexpr std::int64_t kSecondsPerDay = 86400;
// The Gregorian calendar, weekdays included, repeats after 400 years.
constexpr int kCycleYears = 400;
constexpr std::int64_t kCycleSeconds = std::int64_t{146097} * kSecondsPerDay;

std::int64_t wall_seconds(const WallTime& wall) {
  const std::chrono::sys_days date =
      std::chrono::year{wall.year} / std::chrono::month{wall.month} / std::chrono::day{wall.day};
  return std::int64_t{date.time_since_epoch().count()} * kSecondsPerDay +
         std::int64_t{wall.hour} * 3600 + std::int64_t{wall.minute} * 60 + wall.second;
}

int year_of(std::int64_t seconds) {
  const auto days = std::chrono::floor<std::chrono::days>(
      std::chrono::sys_seconds{std::chrono::seconds{seconds}});
  return int{std::chrono::year_month_day{days}.year()};
}

/// Big-endian numbers of a TZif file; reading past the end gives 0 and sets `failed`.
class TzifBytes {
 public:
  explicit TzifBytes(std::string_view bytes) : bytes_(bytes) {}

  std::int64_t number(std::size_t width) {
    if (bytes_.size() < width) {
      failed_ = true;
      return 0;
    }
    std::uint64_t value = (bytes_[0] & 0x80) != 0 ? ~std::uint64_t{0} : 0;
    for (std::size_t i = 0; i < width; ++i) {
      value = (value << 8) | static_cast<unsigned char>(bytes_[i]);
    }
    bytes_.remove_prefix(width);
    return static_cast<std::int64_t>(value);
  }
  void skip(std::uint64_t count) {
    if (count > bytes_.size()) {
      failed_ = true;
      return;
    }
    bytes_.remove_prefix(count);
  }
  std::string_view rest() const { return bytes_; }
  bool failed() const { return failed_; }

 private:
  std::string_view bytes_;
  bool failed_ = false;
};

struct TzifHeader {
  char version = 0;
  std::uint64_t isutcnt = 0, isstdcnt = 0, leapcnt = 0, timecnt = 0, typecnt = 0, charcnt = 0;

  std::uint64_t body_bytes(std::uint64_t time_width) const {
    return timecnt * (time_width + 1) + typecnt * 6 + charcnt + leapcnt * (time_width + 4) +
           isstdcnt + isutcnt;
  }
};

Result<TzifHeader> read_header(TzifBytes& bytes) {
  constexpr std::string_view kMagic = "TZif";
  if (!bytes.rest().starts_with(kMagic)) return Error{ErrorCode::invalid, "not a TZif file"};
  bytes.skip(kMagic.size());
  TzifHeader header;
  header.version = static_cast<char>(bytes.number(1));
  bytes.skip(15);
  for (std::uint64_t* count : {&header.isutcnt, &header.isstdcnt, &header.leapcnt, &header.timecnt,
                               &header.typecnt, &header.charcnt}) {
    *count = static_cast<std::uint64_t>(bytes.number(4)) & 0xffffffffU;
  }
  if (bytes.failed() || header.typecnt == 0 || header.typecnt > 256) {
    return Error{ErrorCode::invalid, "the TZif file is cut or damaged"};
  }
  return header;
}

/// The number of minutes or hours of two digits at the front of `text`, -1 if there is none.
int two_digits(std::string_view& text) {
  if (text.size() < 2 || text[0] < '0' || text[0] > '9' || text[1] < '0' || text[1] > '9')
    return -1;
  const int value = (text[0] - '0') * 10 + (text[1] - '0');
  text.remove_prefix(2);
  return value;
}

/// Seconds of `+hh:mm`, `+hhmm` or `+hh`.
Result<std::int64_t> parse_offset(std::string_view name) {
  std::string_view rest = name.substr(1);
  const int hours = two_digits(rest);
  int minutes = 0;
  if (hours >= 0 && !rest.empty()) {
    if (rest.front() == ':') rest.remove_prefix(1);
    minutes = two_digits(rest);
  }
  if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59 || !rest.empty()) {
    return Error{ErrorCode::invalid,
                 "time zone " + std::string(name) + " is not an offset such as +01:00"};
  }
  const std::int64_t seconds = std::int64_t{hours} * 3600 + minutes * 60;
  return name.front() == '-' ? -seconds : seconds;
}

bool can_be_a_name(std::string_view name) {
  if (name.empty() || name.size() > 255 || name.front() == '/') return false;
  if (name.find("..") != std::string_view::npos) return false;
  return std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '/' ||
           c == '_' || c == '-' || c == '+';
  });
}

}  // namespace

Result<TimeZone> TimeZone::find(std::string_view name, const std::filesystem::path& database) {
  if (name == "UTC" || name == "Z") return utc();
  if (name.starts_with('+') || name.starts_with('-')) {
    RECOURSE_LET(const std::int64_t offset_s, parse_offset(name));
    return TimeZone(offset_s);
  }
  const std::string shown(name);
  if (!can_be_a_name(name)) {
    return Error{ErrorCode::invalid, "time zone '" + shown +
                                         "' is neither an IANA name such as Europe/Rome nor an "
                                         "offset such as +01:00"};
  }
  const std::filesystem::path path = database / shown;
  std::error_code ignored;
  std::ifstream file(path, std::ios::binary);
  if (!std::filesystem::is_regular_file(path, ignored) || !file) {
    return Error{ErrorCode::not_found, "time zone " + shown + " is not in " + database.string() +
                                           ": correct the name, install tzdata, or give an offset "
                                           "such as +01:00"};
  }
  const std::string bytes{std::istreambuf_iterator<char>(file), {}};
  auto zone = from_tzif(bytes);
  if (!zone) return Error{zone.error().code, path.string() + ": " + zone.error().message};
  return zone;
}

Result<TimeZone> TimeZone::from_tzif(std::string_view file) {
  TzifBytes bytes(file);
  RECOURSE_LET(TzifHeader header, read_header(bytes));
  std::size_t time_width = 4;
  if (header.version >= '2') {
    // The first block is for readers of 32 bits; the same follows with 64.
    bytes.skip(header.body_bytes(4));
    RECOURSE_LET(header, read_header(bytes));
    time_width = 8;
  }
  const Error damaged{ErrorCode::invalid, "the TZif file is cut or damaged"};
  if (header.body_bytes(time_width) > bytes.rest().size()) return damaged;

  std::vector<std::int64_t> times(header.timecnt);
  for (auto& time : times) time = bytes.number(time_width);
  if (!std::is_sorted(times.begin(), times.end())) return damaged;
  std::vector<std::size_t> types(header.timecnt);
  for (auto& type : types) type = static_cast<std::size_t>(bytes.number(1)) & 0xffU;
  std::vector<std::int64_t> offsets(header.typecnt);
  for (auto& offset : offsets) {
    offset = bytes.number(4);
    bytes.skip(2);
  }
  TimeZone zone(offsets.front());
  for (std::size_t i = 0; i < times.size(); ++i) {
    if (types[i] >= offsets.size()) return damaged;
    zone.transitions_.push_back({times[i], offsets[types[i]]});
  }
  bytes.skip(header.charcnt + header.leapcnt * (time_width + 4) + header.isstdcnt + header.isutcnt);
  if (time_width == 8) {
    const std::string_view footer = bytes.rest();
    const std::size_t end = footer.size() < 2 ? std::string_view::npos : footer.find('\n', 1);
    if (bytes.failed() || end == std::string_view::npos || footer.front() != '\n') return damaged;
    RECOURSE_TRY(zone.extend_by_rule(footer.substr(1, end - 1)));
  }
  return zone;
}

Status TimeZone::extend_by_rule(std::string_view rule) {
  if (rule.empty()) return {};
  RECOURSE_LET(const PosixTimezone posix, parse_posix_timezone(rule));
  const std::int64_t last = transitions_.empty() ? INT64_MIN : transitions_.back().utc_s;
  if (!posix.summer) {
    if (transitions_.empty()) first_offset_s_ = posix.offset_s;
    return {};
  }
  // One cycle and a year beyond the last listed change; later times are moved back into it.
  const int first_year = transitions_.empty() ? 1900 : year_of(last);
  std::vector<Transition> more;
  for (int year = first_year; year <= first_year + kCycleYears + 1; ++year) {
    const auto& summer = *posix.summer;
    more.push_back({summer.begin.wall_seconds(year) - posix.offset_s, summer.offset_s});
    more.push_back({summer.end.wall_seconds(year) - summer.offset_s, posix.offset_s});
  }
  std::stable_sort(more.begin(), more.end(),
                   [](const auto& a, const auto& b) { return a.utc_s < b.utc_s; });
  for (const Transition& transition : more) {
    if (transition.utc_s > last) transitions_.push_back(transition);
  }
  repeats_after_s_ = transitions_.back().utc_s - kSecondsPerDay;
  return {};
}

std::size_t TimeZone::period_at(std::int64_t utc_s) const {
  const auto after = std::upper_bound(
      transitions_.begin(), transitions_.end(), utc_s,
      [](std::int64_t time, const Transition& transition) { return time < transition.utc_s; });
  return static_cast<std::size_t>(after - transitions_.begin());
}

std::int64_t TimeZone::offset_of(std::size_t period) const {
  return period == 0 ? first_offset_s_ : transitions_[period - 1].offset_s;
}

std::chrono::seconds TimeZone::offset_at(Timestamp utc) const {
  std::int64_t utc_s = std::chrono::floor<std::chrono::seconds>(utc).time_since_epoch().count();
  if (repeats_after_s_ != 0 && utc_s > repeats_after_s_) {
    const std::int64_t beyond = utc_s - repeats_after_s_;
    utc_s -= (beyond / kCycleSeconds + 1) * kCycleSeconds;
  }
  return std::chrono::seconds{offset_of(period_at(utc_s))};
}

TimeZone::Moment TimeZone::to_utc(const WallTime& wall) const {
  return to_utc(std::chrono::seconds{wall_seconds(wall)});
}

TimeZone::Moment TimeZone::to_utc(std::chrono::seconds wall) const {
  std::int64_t local_s = wall.count();
  std::int64_t moved_back_s = 0;
  if (repeats_after_s_ != 0 && local_s > repeats_after_s_ - 2 * kSecondsPerDay) {
    const std::int64_t beyond = local_s - (repeats_after_s_ - 2 * kSecondsPerDay);
    moved_back_s = (beyond / kCycleSeconds + 1) * kCycleSeconds;
    local_s -= moved_back_s;
  }
  // Offsets are below 26 hours, so only the periods around the same number in UTC can matter.
  constexpr std::int64_t kReach = 26 * 3600;
  const std::size_t first = period_at(local_s - kReach);
  const std::size_t last = period_at(local_s + kReach);
  std::size_t matches = 0;
  std::int64_t utc_s = local_s - offset_of(last);
  for (std::size_t period = first; period <= last; ++period) {
    const std::int64_t candidate = local_s - offset_of(period);
    if (period_at(candidate) == period) {
      if (matches++ == 0) utc_s = candidate;
    }
  }
  if (matches == 0) {
    // In a gap: read with the offset of the last period whose clock had not yet reached it.
    for (std::size_t period = first; period <= last; ++period) {
      const std::int64_t candidate = local_s - offset_of(period);
      if (period_at(candidate) > period) {
        utc_s = candidate;
        break;
      }
    }
  }
  const WallTimeKind kind = matches == 0   ? WallTimeKind::nonexistent
                            : matches == 1 ? WallTimeKind::unique
                                           : WallTimeKind::ambiguous;
  return {Timestamp{std::chrono::seconds{utc_s + moved_back_s}}, kind};
}

}  // namespace recourse
