#pragma once

#include "tests/unit/tools/import/import_desk.h"

namespace recourse {

/// The report of progress at which an import dies: the nth of those while it reads its file, or of
/// those after.
struct DeathAt {
  bool reading = false;
  int report = 1;
};

/// Imports into `desk` in a process of its own that dies at `death` without a word. Whatever was
/// open is closed before, and stays closed. The process is this program started anew: one that is
/// only forked would have the database's locks without the threads that open them again.
void import_and_die(ImportDesk& desk, const ImportOptions& options, DeathAt death);

}  // namespace recourse
