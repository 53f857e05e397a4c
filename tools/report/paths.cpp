#include "tools/report/paths.h"

#include "tools/report/figures.h"

namespace recourse::soc2 {

std::string control_path(const Scope& scope, const Control& control) {
  const Timestamp last = scope.to ? *scope.to - std::chrono::microseconds(1) : scope.time;
  return "controls/" + control.id + '/' + control.id + '_' + path_name(control.slug) + '_' +
         (scope.from ? day(*scope.from) : "start") + '_' + day(last) + '_' +
         hex(scope.end.root).substr(0, 8);
}

std::string population_path(const Scope& scope, const Control& control, std::size_t rows) {
  return control_path(scope, control) + (rows > kRowsPerFile ? "_part-*.csv" : ".csv");
}

std::string table_path(std::string_view name) {
  const std::string path = "report/csv/" + path_name(name) + ".csv";
  for (const std::string_view taken :
       {kExceptionsCsv, kMatrixCsv, kCompletenessCsv, kByDayCsv, kDutiesCsv}) {
    if (path == taken) return "report/csv/table-" + path_name(name) + ".csv";
  }
  return path;
}

std::string path_name(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const char lower = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    if ((lower >= 'a' && lower <= 'z') || (lower >= '0' && lower <= '9')) {
      out += lower;
    } else if (!out.empty() && out.back() != '-') {
      out += '-';
    }
  }
  if (!out.empty() && out.back() == '-') out.pop_back();
  return out.empty() ? "table" : out;
}

}  // namespace recourse::soc2
