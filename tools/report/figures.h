#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "tools/soc2/package.h"

namespace recourse::soc2 {

/// 1,234,567
std::string grouped(std::uint64_t number);

/// 24,500 ppm as 2.45 %. `up`: a bound, whose last digit is rounded up.
std::string percent(std::uint64_t ppm, bool up = false);

/// RFC 3339 without a fraction of zeros: 2026-01-05T09:30:01Z.
std::string moment(Timestamp time);

/// 2026-01-05
std::string day(Timestamp time);

/// The period as asked for, each end named; `the start of the log` where none was.
std::string period(const Scope& scope);

/// `a 3, b 12`; `none` when there are none.
std::string tally(const std::map<std::string, std::uint64_t>& counts);

/// `one row`, `3 rows`
std::string counted(std::uint64_t count, std::string_view one, std::string_view many);

/// a, b and c
std::string listed(const std::vector<std::string>& texts);

std::string hex(const Hash& hash);

/// Rows that could not be tested, by reason.
std::map<std::string, std::uint64_t> untested(const Chapter& chapter);

/// Whether something was tested, so that the result says anything.
bool has_tested(const Chapter& chapter);

/// 117, and for one of the deployment's ledger meta/12.
std::string leaf_name(Position index, bool meta);

/// A title as a heading has it, without its full stop.
std::string heading(std::string_view title);

/// The result as it is shown: where nothing could be tested, none.
Result shown_result(const Chapter& chapter);

/// passed, exceptions, no population, not tested
std::string spoken(const Chapter& chapter);

}  // namespace recourse::soc2
