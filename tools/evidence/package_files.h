#pragma once

#include <string_view>
#include <vector>

#include "tools/soc2/package.h"

namespace recourse::soc2 {

inline constexpr std::string_view kSource = "report/source.json";
inline constexpr std::string_view kParameters = "report/parameters.json";
inline constexpr std::string_view kHeads = "report/heads.ndjson";
/// Only when no quorum cosigned the end: the newest head of the log with one, and who has to.
inline constexpr std::string_view kWitnessedProof = "report/witnessed.tlog-proof";
inline constexpr std::string_view kWitnesses = "report/witnesses.txt";
inline constexpr std::string_view kMetaLeaves = "meta/leaves.ndjson";

/// The report and its machine-readable form: all that is made from leaves and parameters.
recourse::Result<std::vector<File>> files_of(const Package& package);

}  // namespace recourse::soc2
