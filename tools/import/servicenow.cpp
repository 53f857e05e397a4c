#include "tools/import/servicenow.h"

#include <algorithm>
#include <charconv>
#include <unordered_map>
#include <utility>

#include "tools/import/csv.h"
#include "tools/import/wall_time.h"

namespace recourse {
namespace {

constexpr std::string_view kUnknown = "?";
constexpr std::uint64_t kRowsBetweenProgress = 4096;

std::string_view known(std::string_view field) { return field == kUnknown ? "" : field; }

/// Whether the zone left the time in a year of four digits, the only ones that can be written.
bool can_be_written(Timestamp time) {
  using namespace std::chrono;
  return time >= sys_days{year{0} / 1 / 1} && time < sys_days{year{10'000} / 1 / 1};
}

/// A count of the desk; -1 when it is unknown, nothing when it is no count.
std::optional<std::int64_t> parse_count(std::string_view text) {
  if (text.empty()) return -1;
  std::int64_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc{} || end != text.data() + text.size() || count < 0) return std::nullopt;
  return count;
}

bool equals_word(std::string_view text, std::string_view lower) {
  return std::equal(text.begin(), text.end(), lower.begin(), lower.end(), [](char a, char b) {
    return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b;
  });
}

}  // namespace

/// Takes the records of a file one after the other.
class IncidentLogBuilder {
 public:
  IncidentLogBuilder(IncidentLog& log, const IncidentLogOptions& options)
      : log_(log), options_(options) {}

  void add(CsvRecord& record) {
    std::string reason = record.problem.empty() ? add_row(record) : record.problem;
    if (reason.empty()) return;
    unreadable_bytes_ += sizeof(UnreadableRow) + record.text.size() + reason.size();
    log_.unreadable_.push_back({record.line, record.text, std::move(reason)});
  }

  std::size_t bytes() const {
    constexpr std::size_t kIncidentBytes = sizeof(Incident) + 48;
    return log_.pool_.bytes() + log_.rows_.capacity() * sizeof(IncidentLog::Row) +
           log_.values_.capacity() * sizeof(TextPool::Number) +
           log_.rows_.size() * sizeof(std::size_t) + incidents_.size() * kIncidentBytes +
           unreadable_bytes_;
  }

  void put_in_order() {
    const auto& rows = log_.rows_;
    log_.order_.resize(rows.size());
    for (std::size_t row = 0; row < rows.size(); ++row) log_.order_[row] = row;
    std::sort(log_.order_.begin(), log_.order_.end(), [&](std::size_t a, std::size_t b) {
      return std::pair(rows[a].replayed_at, a) < std::pair(rows[b].replayed_at, b);
    });
  }

 private:
  struct Incident {
    std::uint64_t rows = 0;
    std::size_t last = IncidentLog::kNone;
  };

  std::string_view field(const CsvRecord& record, IncidentColumn column) const {
    const auto index = log_.header_.index_of(column);
    if (!index || *index >= record.fields.size()) return {};
    return known(record.fields[*index]);
  }

  /// Adds the row, or says why it cannot be.
  std::string add_row(const CsvRecord& record) {
    const std::string_view number = field(record, IncidentColumn::number);
    // Counted before anything else can fail: mending a row must not move the identity of others.
    Incident* incident = nullptr;
    std::uint64_t ordinal = 0;
    if (!number.empty()) {
      incident = &incidents_[log_.pool_.intern(number)];
      ordinal = incident->rows++;
    }
    if (record.fields.size() != log_.header_.size()) {
      return "has " + std::to_string(record.fields.size()) + " fields, the header has " +
             std::to_string(log_.header_.size());
    }
    if (incident == nullptr) return "has no incident number";

    const std::string_view updated_at = field(record, IncidentColumn::sys_updated_at);
    const auto updated = parse_wall_time(updated_at);
    if (!updated) return "sys_updated_at '" + std::string(updated_at) + "' is no d/m/yyyy HH:MM";
    const std::string_view opened_at = field(record, IncidentColumn::opened_at);
    const auto opened = parse_wall_time(opened_at);
    if (!opened && !opened_at.empty()) {
      return "opened_at '" + std::string(opened_at) + "' is no d/m/yyyy HH:MM";
    }
    const std::string_view count = field(record, IncidentColumn::reopen_count);
    const auto reopen_count = parse_count(count);
    if (!reopen_count) return "reopen_count '" + std::string(count) + "' is no count";

    const TimeZone::Moment moment = options_.zone.to_utc(*updated);
    if (moment.kind == WallTimeKind::ambiguous) ++log_.ambiguous_times_;
    if (moment.kind == WallTimeKind::nonexistent) ++log_.nonexistent_times_;
    IncidentLog::Row row{moment.utc,     moment.utc,    record.line, ordinal,
                         incident->last, *reopen_count, std::nullopt};
    if (opened) row.opened_at = options_.zone.to_utc(*opened).utc;
    if (!can_be_written(row.occurred_at) || !can_be_written(row.opened_at.value_or(moment.utc)))
      return "a time of it lies outside the years 0000 to 9999 in UTC";
    if (row.before != IncidentLog::kNone) {
      row.replayed_at = std::max(row.replayed_at, log_.rows_[row.before].replayed_at);
    }
    incident->last = log_.rows_.size();
    log_.rows_.push_back(row);
    add_values(record);
    return {};
  }

  void add_values(const CsvRecord& record) {
    const std::size_t columns = log_.header_.size();
    const std::size_t above = log_.values_.size() - (log_.values_.empty() ? 0 : columns);
    const bool has_above = !log_.values_.empty();
    for (std::size_t column = 0; column < columns; ++column) {
      const std::string_view text = known(record.fields[column]);
      // Most values repeat those of the row above: cheaper than asking the pool.
      const TextPool::Number guess = has_above ? log_.values_[above + column] : TextPool::kEmpty;
      log_.values_.push_back(log_.pool_.text(guess) == text ? guess : log_.pool_.intern(text));
    }
  }

  IncidentLog& log_;
  const IncidentLogOptions& options_;
  std::unordered_map<TextPool::Number, Incident> incidents_;
  std::size_t unreadable_bytes_ = 0;
};

Result<IncidentLog> IncidentLog::read(ByteSource& source, const IncidentLogOptions& options) {
  const std::string name = source.path().string();
  CsvReader csv(source);
  CsvRecord record;
  RECOURSE_LET(const bool any, csv.next(record));
  if (!any)
    return Error{ErrorCode::invalid, name + ": is empty, an incident log has a header line"};
  if (!record.problem.empty()) {
    return Error{ErrorCode::invalid, name + ": the header (first line) " + record.problem};
  }
  auto header = IncidentHeader::from(record.fields);
  if (!header) return Error{header.error().code, name + ": " + header.error().message};

  IncidentLog log(std::move(*header));
  IncidentLogBuilder builder(log, options);
  bool over = false;
  for (std::uint64_t rows = 1; !over; ++rows) {
    const auto more = csv.next(record);
    if (!more) log.cut_short_ = more.error();
    over = !more || !*more;
    if (!over) builder.add(record);
    if (!over && rows % kRowsBetweenProgress != 0) continue;
    if (options.progress) options.progress(source.bytes_read(), source.bytes_total());
    if (builder.bytes() > options.memory_limit_bytes) {
      return Error{ErrorCode::too_large,
                   name + ": its rows up to line " + std::to_string(source.line_number()) +
                       " need more than the " + std::to_string(options.memory_limit_bytes >> 20) +
                       " MiB allowed to put them in order: split the file by incident"};
    }
  }
  builder.put_in_order();
  return log;
}

TextPool::Number IncidentLog::value(std::size_t row, IncidentColumn column) const {
  const auto index = header_.index_of(column);
  return index ? values_[row * header_.size() + *index] : TextPool::kEmpty;
}

std::vector<IncidentFact> IncidentLog::facts_of(std::size_t row) const {
  using Column = IncidentColumn;
  const std::size_t before = rows_[row].before;
  const auto now = [&](Column column) { return pool_.text(value(row, column)); };
  std::vector<IncidentFact> facts;
  facts.reserve(std::variant_size_v<IncidentFact>);
  if (before == kNone) {
    const incident::Assigned assigned{
        now(Column::assignment_group), now(Column::assigned_to), {}, {}};
    if (!assigned.group.empty() || !assigned.person.empty()) facts.emplace_back(assigned);
    return facts;
  }
  const auto then = [&](Column column) { return pool_.text(value(before, column)); };
  const auto changed = [&](Column column) { return value(row, column) != value(before, column); };
  if (changed(Column::assignment_group) || changed(Column::assigned_to)) {
    facts.emplace_back(incident::Assigned{now(Column::assignment_group), now(Column::assigned_to),
                                          then(Column::assignment_group),
                                          then(Column::assigned_to)});
  }
  if (changed(Column::incident_state)) {
    facts.emplace_back(
        incident::StateChanged{then(Column::incident_state), now(Column::incident_state)});
  }
  if (changed(Column::impact) || changed(Column::urgency) || changed(Column::priority)) {
    facts.emplace_back(incident::Triaged{now(Column::impact), now(Column::urgency),
                                         now(Column::priority), then(Column::impact),
                                         then(Column::urgency), then(Column::priority)});
  }
  if (facts.empty()) facts.emplace_back(incident::Updated{});
  if (rows_[before].reopen_count >= 0 && rows_[row].reopen_count > rows_[before].reopen_count) {
    facts.emplace_back(incident::Reopened{rows_[row].reopen_count});
  }
  if (equals_word(then(Column::made_sla), "true") && equals_word(now(Column::made_sla), "false")) {
    facts.emplace_back(incident::SlaBreached{});
  }
  return facts;
}

IncidentChange IncidentLog::at(std::size_t place) const {
  const std::size_t index = order_[place];
  const Row& row = rows_[index];
  return IncidentChange{
      pool_.text(value(index, IncidentColumn::number)),
      row.ordinal,
      row.line,
      row.occurred_at,
      pool_.text(value(index, IncidentColumn::sys_updated_by)),
      row.before == kNone,
      row.occurred_at < row.replayed_at,
      row.opened_at,
      IncidentRow(*this, index),
      row.before == kNone ? std::nullopt : std::optional(IncidentRow(*this, row.before)),
      facts_of(index)};
}

std::string_view IncidentRow::operator[](IncidentColumn column) const {
  return log_->pool_.text(log_->value(row_, column));
}
std::size_t IncidentRow::size() const { return log_->header_.size(); }
std::string_view IncidentRow::name_at(std::size_t index) const {
  return log_->header_.names()[index];
}
std::string_view IncidentRow::value_at(std::size_t index) const {
  return log_->pool_.text(log_->values_[row_ * size() + index]);
}

}  // namespace recourse
