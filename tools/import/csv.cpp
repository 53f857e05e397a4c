#include "tools/import/csv.h"

#include <simdjson.h>

#include <algorithm>
#include <utility>

namespace recourse {
namespace {

enum class Parsed { complete, open_quote, text_behind_quote };

/// Splits `text` into `fields`, whose strings are reused.
Parsed split(std::string_view text, std::vector<std::string>& fields) {
  std::size_t count = 0;
  std::size_t at = 0;
  const auto field = [&]() -> std::string& {
    if (count == fields.size()) fields.emplace_back();
    fields[count].clear();
    return fields[count++];
  };
  while (true) {
    std::string& value = field();
    if (at < text.size() && text[at] == '"') {
      ++at;
      while (true) {
        const std::size_t quote = text.find('"', at);
        if (quote == std::string_view::npos) return Parsed::open_quote;
        value.append(text.substr(at, quote - at));
        at = quote + 1;
        if (at == text.size() || text[at] != '"') break;
        value.push_back('"');
        ++at;
      }
      if (at < text.size() && text[at] != ',') return Parsed::text_behind_quote;
    } else {
      const std::size_t comma = std::min(text.find(',', at), text.size());
      value.assign(text.substr(at, comma - at));
      at = comma;
    }
    if (at == text.size()) break;
    ++at;
  }
  fields.resize(count);
  return Parsed::complete;
}

std::string_view without_carriage_return(std::string_view text) {
  if (!text.empty() && text.back() == '\r') text.remove_suffix(1);
  return text;
}

}  // namespace

Result<bool> CsvReader::next_line(Line& line) {
  if (!returned_.empty()) {
    line = std::move(returned_.front());
    returned_.pop_front();
    return true;
  }
  line.problem.clear();
  auto read = source_.read_line(line.text);
  if (!read && read.error().code == ErrorCode::too_large) {
    line.problem = read.error().message;
  } else if (!read || !*read) {
    return read;
  }
  line.number = source_.line_number();
  if (at_start_ && line.text.starts_with(kByteOrderMark)) line.text.erase(0, kByteOrderMark.size());
  at_start_ = false;
  return true;
}

/// Adds the next line to a record whose quote is open; false when there is none or no room.
Result<bool> CsvReader::extend(std::string& text, std::vector<Line>& taken) {
  Line line;
  RECOURSE_LET(const bool any, next_line(line));
  if (!any) return false;
  const bool fits =
      line.problem.empty() && text.size() + line.text.size() < ByteSource::kMaxLineBytes;
  if (fits) {
    text.push_back('\n');
    text.append(line.text);
  }
  taken.push_back(std::move(line));
  return fits;
}

Result<bool> CsvReader::next(CsvRecord& record) {
  Line first;
  first.text.swap(record.text);
  do {
    RECOURSE_LET(const bool any, next_line(first));
    if (!any) return false;
  } while (first.problem.empty() && without_carriage_return(first.text).empty());
  record.line = first.number;
  record.problem = std::move(first.problem);
  record.text = std::move(first.text);
  const std::size_t first_size = record.text.size();
  std::vector<Line> taken;
  Parsed parsed = Parsed::complete;
  while (record.problem.empty()) {
    parsed = split(without_carriage_return(record.text), record.fields);
    if (parsed == Parsed::text_behind_quote) {
      record.problem = "text follows a closing quote";
    } else if (parsed == Parsed::open_quote) {
      // An error of the file ends the record; what was read of it is not whole.
      RECOURSE_LET(const bool extended, extend(record.text, taken));
      if (!extended) record.problem = "a quote is opened and never closed";
      continue;
    }
    break;
  }
  if (!record.problem.empty()) {
    record.text.resize(first_size);
    for (auto line = taken.rbegin(); line != taken.rend(); ++line) {
      returned_.push_front(std::move(*line));
    }
  } else if (!simdjson::validate_utf8(record.text)) {
    record.problem = "is not UTF-8";
  }
  if (!record.problem.empty()) record.fields.clear();
  record.text.resize(without_carriage_return(record.text).size());
  return true;
}

}  // namespace recourse
