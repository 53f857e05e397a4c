#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tools/soc2/package.h"

namespace recourse::soc2 {

/// Rows as RFC 4180 has them: UTF-8, CRLF after each, quotes where a comma, a quote or the end of a
/// line is in a cell. Much of it was written by strangers, and spreadsheets run what looks like a
/// formula: a cell that begins with = + - @, their full-width forms, TAB, CR or LF gets a leading
/// '.
class Csv {
 public:
  void row(const std::vector<std::string_view>& cells);
  std::string bytes() && { return std::move(bytes_); }

 private:
  std::string bytes_;
};

/// One cell, safe and quoted.
std::string csv_cell(std::string_view text);

/// The population of a control: one file, or parts of kRowsPerFile rows where it is larger, so that
/// each can be uploaded (50 MB) and opened.
std::vector<File> population_csvs(const Scope& scope, const Chapter& chapter);

/// The exceptions, the matrix, completeness, duties, and one for each table of the package.
std::vector<File> register_csvs(const Package& package);

}  // namespace recourse::soc2
