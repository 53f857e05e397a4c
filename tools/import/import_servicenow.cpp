#include "tools/import/import_servicenow.h"

#include "tools/import/incident_events.h"
#include "tools/import/record_identity.h"
#include "tools/import/unreadable_record.h"

namespace recourse {
namespace {

constexpr std::uint64_t kRecordsBetweenProgress = 1024;

}  // namespace

Result<IncidentLog> read_incident_log(const ImportOptions& options) {
  IncidentLogOptions wanted;
  RECOURSE_LET(wanted.zone, TimeZone::find(options.timezone));
  if (options.progress)
    wanted.progress = [&](std::uint64_t read, std::uint64_t total) {
      options.progress({true, read, total});
    };
  RECOURSE_LET(ByteSource source, ByteSource::open(options.file));
  return IncidentLog::read(source, wanted);
}

void import_servicenow(const IncidentLog& log, const ImportTarget& target,
                       const ImportOptions& options, ImportSummary& summary,
                       ImportFigures& figures) {
  summary.cut_short = log.cut_short();
  summary.ambiguous_times = log.ambiguous_times();
  summary.nonexistent_times = log.nonexistent_times();

  const IncidentRowJson rows(log.header());
  IncidentTickets tickets(target);
  IncidentEvents incidents(target, rows);
  RecordSink sink(target, options.batch, summary, figures);
  for (const UnreadableRow& row : log.unreadable()) {
    note_unreadable(summary, row.line, row.reason);
    if (!sink.add(unreadable_record(target, row.line, row.text))) break;
  }
  for (std::size_t place = 0; place < log.size(); ++place) {
    IncidentChange change = log.at(place);
    if (change.runs_backwards) ++summary.backward_times;
    ImportRecord record;
    record.identity =
        record_identity({target.source, change.number, std::to_string(change.ordinal)});
    record.content = rows.content(change.row);
    record.line = change.line;
    const TicketId& ticket = tickets.of(change);
    record.decide = [&incidents, &ticket, change = std::move(change)](DecisionStep& step) {
      return incidents.decide(step, change, ticket);
    };
    if (!sink.add(std::move(record))) break;
    if (options.progress && place % kRecordsBetweenProgress == 0)
      options.progress({false, place, log.size()});
  }
  sink.finish();
  if (options.progress) options.progress({false, log.size(), log.size()});
}

}  // namespace recourse
