#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace recourse {

/// `text` in lines of at most `columns` columns of a terminal, broken at spaces, and within a word
/// that is longer than a line. Colours (ANSI CSI sequences) take no room, wide characters two
/// columns, combining ones none. 0 columns: no limit. Never empty. Threads: any.
std::vector<std::string> wrapped(std::string_view text, std::size_t columns);

/// Columns that `text` takes.
std::size_t columns_of(std::string_view text);

}  // namespace recourse
