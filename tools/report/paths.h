#pragma once

#include <string>
#include <string_view>

#include "tools/soc2/package.h"

/// Where each file of the package lies, relative to the bundle.
namespace recourse::soc2 {

/// controls/RC-08/RC-08_access-grants_2026-01-01_2026-03-31_0a1b2c3d without its ending. The last
/// day is the last one of which the period has a part; the hexadecimal digits begin the end's root.
std::string control_path(const Scope& scope, const Control& control);

/// The file of the population with so many rows: the path and .csv; in parts, `_part-*.csv`.
std::string population_path(const Scope& scope, const Control& control, std::size_t rows);
inline constexpr std::size_t kRowsPerFile = 50'000;

/// report/csv/<name>.csv
std::string table_path(std::string_view name);

/// `text` with what may stand in a path of a bundle: lower-case letters, digits and single dashes.
std::string path_name(std::string_view text);

inline constexpr std::string_view kExceptionsCsv = "report/csv/exceptions.csv";
inline constexpr std::string_view kMatrixCsv = "report/csv/criteria-matrix.csv";
inline constexpr std::string_view kCompletenessCsv = "report/csv/completeness.csv";
inline constexpr std::string_view kByDayCsv = "report/csv/completeness-by-day.csv";
inline constexpr std::string_view kDutiesCsv = "report/csv/duties.csv";

}  // namespace recourse::soc2
