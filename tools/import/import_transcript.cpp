#include "tools/import/import_transcript.h"

#include <memory>

#include "tools/import/record_identity.h"
#include "tools/import/run_events.h"
#include "tools/import/undo_wrong_writes.h"
#include "tools/import/unreadable_record.h"

namespace recourse {
namespace {

class RunImport {
 public:
  RunImport(const ImportTarget& target, const ImportOptions& options, ImportSummary& summary,
            ImportFigures& figures)
      : target_(target),
        undo_(options.undo_wrong_writes),
        summary_(summary),
        figures_(figures),
        runs_(target),
        sink_(target, options.batch, summary, figures) {}

  bool add(UnreadableRun unreadable) {
    note_unreadable(summary_, unreadable.line, unreadable.reason);
    return sink_.add(unreadable_record(target_, unreadable.line, std::move(unreadable.text)));
  }

  bool add(Run recorded) {
    const auto run = std::make_shared<const Run>(std::move(recorded));
    ImportRecord record;
    record.line = run->line;
    record.content = run_content(*run);
    const std::vector<RunPart> parts = parts_of(*run);
    RunIds ids;
    std::vector<RecordedEvent> earlier;
    for (const RunPart& part : parts) {
      record.identity =
          record_identity({target_.source, run->task, run->trial, std::to_string(part.begin)});
      record.decide = [this, run, part, ids](DecisionStep& step) {
        return runs_.decide(step, *run, part, ids);
      };
      if (part.last) break;
      // Too long for one commit: each part waits for the one before, whose ids it needs.
      auto written = sink_.write(record.identity, record.content, record.decide);
      if (!written) return give_up(record, written.error());
      if (part.first) ids = ids_of(written->events);
      ids.wrote = ids.wrote || has_committed_write(*run, part);
      std::move(written->events.begin(), written->events.end(), std::back_inserter(earlier));
    }
    record.written = [this, run, earlier = std::move(earlier)](const Committed& committed) {
      count(*run, earlier, committed.events);
    };
    return sink_.add(std::move(record));
  }

  void finish() {
    sink_.finish();
    if (undo_) undo_wrong_writes(target_, sink_, wrong_, summary_);
  }

 private:
  bool give_up(const ImportRecord& record, const Error& error) {
    ++summary_.records;
    if (error.code != ErrorCode::key_reused) return false;
    sink_.count_conflict(record);
    return true;
  }

  void count(const Run& run, const std::vector<RecordedEvent>& earlier,
             const std::vector<RecordedEvent>& events) {
    figures_.add_messages(run.messages);
    for (const Step& step : run.steps)
      if (const auto* call = std::get_if<ToolCall>(&step)) figures_.add_call_id(call->call_id);
    const std::vector<std::size_t> steps = wrong_writes(run, is_write_tool);
    figures_.add_wrong_writes(steps.size());
    if (!undo_ || steps.empty()) return;
    for (const auto* some : {&earlier, &events})
      for (WrongWrite& write : wrong_actions(target_, run, steps, *some))
        wrong_.push_back(std::move(write));
  }

  const ImportTarget& target_;
  const bool undo_;
  ImportSummary& summary_;
  ImportFigures& figures_;
  RunEvents runs_;
  std::vector<WrongWrite> wrong_;
  RecordSink sink_;  // Last: it waits for answers that use the others.
};

}  // namespace

void import_transcript(ByteSource& source, const ImportTarget& target, const ImportOptions& options,
                       ImportSummary& summary, ImportFigures& figures) {
  TranscriptReader reader(source);
  RunImport import(target, options, summary, figures);
  while (true) {
    auto line = reader.next();
    if (!line) summary.cut_short = line.error();
    if (!line || !*line) break;
    const bool more = std::visit([&](auto& one) { return import.add(std::move(one)); }, **line);
    if (!more) break;
    if (options.progress) options.progress({true, source.bytes_read(), source.bytes_total()});
  }
  import.finish();
}

}  // namespace recourse
