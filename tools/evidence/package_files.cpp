#include "tools/evidence/package_files.h"

#include "tools/report/report.h"
#include "tools/soc2/package_json.h"

namespace recourse::soc2 {

recourse::Result<std::vector<File>> files_of(const Package& package) {
  RECOURSE_LET(std::vector<File> files, write_report(package));
  for (File& file : package_files(package)) files.push_back(std::move(file));
  return files;
}

}  // namespace recourse::soc2
