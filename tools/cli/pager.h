#pragma once

#include <sys/types.h>

#include <cstddef>

namespace recourse::cli {

/// While it lives, standard output of a terminal goes through the reader's pager: $PAGER, else
/// `less` where there is one; else, and where standard output is no terminal, nothing changes. Its
/// end waits until the reader is done.
class Pager {
 public:
  explicit Pager(bool wanted);
  ~Pager();
  Pager(const Pager&) = delete;
  Pager& operator=(const Pager&) = delete;

 private:
  pid_t child_ = -1;
  int terminal_ = -1;  ///< Standard output as it was.
};

/// Whether standard output is a terminal, and how many columns it has; 0: it is none.
std::size_t terminal_columns();

/// Whether `asked` (auto, always or never) means colours. `auto`: on a terminal, unless NO_COLOR is
/// set (no-color.org) or TERM is dumb.
bool wants_colour(const char* asked);

}  // namespace recourse::cli
