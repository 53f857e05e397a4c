#pragma once

#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include "engine/event/json.h"

namespace recourse::cli {

/// One line on standard output. False once nobody reads any more.
bool print_line(std::string_view line);
/// The lines of `text`, the last one ended if it is not.
bool print_text(std::string_view text);
/// Canonical JSON and a line end.
bool print_json(const Json& json);

/// The member as a cell of a table: texts as they are, numbers grouped, nothing for null.
std::string text_of(const Json& json, std::string_view name);

/// Columns as wide as their widest cell, the first row being the header.
void print_table(const std::vector<std::vector<std::string>>& rows);

/// 1234567 -> 1,234,567
std::string grouped(std::uint64_t number);

}  // namespace recourse::cli
