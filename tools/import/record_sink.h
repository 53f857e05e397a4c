#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "engine/writer/writer.h"
#include "tools/import/import.h"
#include "tools/import/import_figures.h"

namespace recourse {

/// Where the records of an import go.
struct ImportTarget {
  Writer& writer;
  TenantId tenant;
  LedgerId ledger;
  std::string source;
  Principal principal;  ///< Always the same: identities are scoped by it.
  Hash key{};           ///< For ids and words that depend on the source alone.

  /// Who imports: what a source does not say somebody did.
  Actor importer() const { return {ActorType::system, principal.id}; }
};

/// One record on its way: its identity, its content, and what it becomes.
struct ImportRecord {
  std::string identity;
  std::string content;  ///< Same identity and other content is a conflict.
  std::uint64_t line = 0;
  bool unreadable = false;
  DecideEvents decide;
  /// Called when it stands in the ledger, now or since an earlier import, on the thread of add();
  /// once for each record, however often the file has it.
  std::function<void(const Committed&)> written = {};
};

/// Hands records to the writer in their order, a bounded number at a time, so that commits take
/// many together, and counts the answers. After the first record that the ledger does not take
/// none behind it is taken either: what is stored is always a beginning of the source.
/// Threads: one.
class RecordSink {
 public:
  RecordSink(const ImportTarget& target, std::size_t batch, ImportSummary& summary,
             ImportFigures& figures);
  /// Waits for the answers to what was submitted.
  ~RecordSink();

  /// False when the ledger takes no more.
  bool add(ImportRecord record);

  /// Writes a part of a record, or what is no record, and waits for the answer; not counted as a
  /// record.
  Outcome write(std::string identity, std::string content, DecideEvents decide);
  /// The same without waiting, in the order of the calls. `answered` is called on the thread of
  /// this class.
  void write_soon(WriteRequest request, std::function<void(const Outcome&)> answered);

  /// A record that was found to be in conflict by its first part.
  void count_conflict(const ImportRecord& record);

  /// The last record takes import.finished along with it, so that an import is either finished and
  /// says so or can be repeated. Waits for all answers.
  void finish();
  /// Waits for all answers.
  void drain();

  bool stopped() const { return stopped_; }

 private:
  using Answer = std::function<void(const Outcome&)>;
  void submit(ImportRecord record);
  void submit(WriteRequest request, Answer answer);
  Result<std::vector<NewEvent>> decide_in_order(DecisionStep& step, const DecideEvents& decide);
  void submit_held();
  void take_answers(std::size_t leave_waiting);
  void count(const ImportRecord& record, const Outcome& outcome);
  WriteRequest request(std::string identity, std::string content, DecideEvents decide);
  NewEvent finished(std::uint64_t added_now) const;

  const ImportTarget& target_;
  const std::size_t batch_;
  ImportSummary& summary_;
  ImportFigures& figures_;
  std::optional<ImportRecord> held_;  // The newest: it may turn out to be the last.
  std::uint64_t submitted_ = 0;
  std::map<std::uint64_t, Answer> waiting_;  // By the number of their submission.
  std::atomic<bool> stopped_{false};
  // Of the newest decision, on the writer's thread: by these it shows whether it was staged.
  std::string last_stream_;
  std::int64_t last_version_ = 0;
  std::mutex mutex_;
  std::condition_variable answered_;
  std::vector<std::pair<std::uint64_t, Outcome>> answers_;
  std::unordered_set<std::uint64_t> counted_;  // Positions of first events.
};

}  // namespace recourse
