#include "tools/import/unreadable_record.h"

#include "tools/import/record_identity.h"
#include "tools/import/storable_text.h"

namespace recourse {

ImportRecord unreadable_record(const ImportTarget& target, std::uint64_t line, std::string text) {
  const std::string at = std::to_string(line);
  ImportRecord record;
  record.identity = record_identity({target.source, "", "line", at});
  record.line = line;
  record.unreadable = true;
  record.decide = [&target, at,
                   stored = storable_text(text)](DecisionStep&) -> Result<std::vector<NewEvent>> {
    RecordUnreadable data;
    data.record = target.source + '/' + at;
    data.reason_code = "not_understood";
    data.text = seal_text(stored, {});
    data.provenance = {true, target.source, std::nullopt};
    NewEvent event;
    event.stream = "import";
    event.actor = target.importer();
    event.data = std::move(data);
    return std::vector{std::move(event)};
  };
  record.content = std::move(text);
  return record;
}

void note_unreadable(ImportSummary& summary, std::uint64_t line, std::string_view reason) {
  if (summary.unreadable_list.size() < ImportSummary::kListed)
    summary.unreadable_list.push_back({line, std::string(reason)});
}

}  // namespace recourse
