#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "tools/import/byte_source.h"

namespace recourse {

/// One record of a CSV file, reused from call to call.
struct CsvRecord {
  std::uint64_t line = 0;           ///< Where it begins, from 1.
  std::string text;                 ///< As it stands in the file, without its last line end.
  std::vector<std::string> fields;  ///< Unquoted. Empty when `problem` says why.
  std::string problem;              ///< Why it is no CSV record; empty when it is one.
};

/// Records of a CSV file: quoted fields with `""`, commas and line ends in them, LF or CRLF, a byte
/// order mark at the start skipped, blank lines between records skipped.
/// What is no record (text behind a closing quote, a quote never closed, no UTF-8, longer than
/// ByteSource::kMaxLineBytes) is returned with its `problem`; reading goes on at the next line of
/// the file, so that one stray quote does not swallow what follows. How many fields a record must
/// have is for the caller to judge. Threads: one at a time. Source: RFC 4180.
class CsvReader {
 public:
  /// `source` must outlive the reader and be read by nobody else.
  explicit CsvReader(ByteSource& source) : source_(source) {}

  /// Fills `record`; false at the end. Errors: those of ByteSource::read_line, but for `too_large`.
  Result<bool> next(CsvRecord& record);

 private:
  struct Line {
    std::uint64_t number = 0;
    std::string text;
    std::string problem;
  };
  Result<bool> next_line(Line& line);
  Result<bool> extend(std::string& text, std::vector<Line>& taken);

  ByteSource& source_;
  std::deque<Line> returned_;  // lines to read again after a record that failed
  bool at_start_ = true;
};

}  // namespace recourse
