#pragma once

#include "tools/import/record_sink.h"

namespace recourse {

/// What is written for a record that could not be understood: import.record_unreadable with its
/// text, named by its line. Why it could not is for whoever imports: reasons quote the record.
ImportRecord unreadable_record(const ImportTarget& target, std::uint64_t line, std::string text);

/// Lists it in the summary, if there is room.
void note_unreadable(ImportSummary& summary, std::uint64_t line, std::string_view reason);

}  // namespace recourse
