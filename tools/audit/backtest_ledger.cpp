#include "tools/audit/backtest_ledger.h"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

namespace recourse {
namespace {

constexpr std::size_t kBatch = 512;
constexpr std::size_t kBatchesAhead = 8;

/// The type of a leaf, found without reading it: its members are sorted, so `type` is the last one
/// and nothing that somebody typed can stand behind it. Empty when it is not where it should be.
std::string_view type_of_leaf(std::string_view leaf) {
  constexpr std::string_view kMember = "\"type\":\"";
  const auto at = leaf.rfind(kMember);
  if (at == std::string_view::npos) return {};
  const auto begin = at + kMember.size();
  const auto end = leaf.find('"', begin);
  return end == std::string_view::npos ? std::string_view() : leaf.substr(begin, end - begin);
}

/// Hands batches from the thread that reads to the one that judges.
class Batches {
 public:
  using Batch = std::vector<RecordedEvent>;

  /// False once the reader of the batches has left.
  bool put(Batch batch) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return left_ || waiting_.size() < kBatchesAhead; });
    if (left_) return false;
    waiting_.push_back(std::move(batch));
    changed_.notify_all();
    return true;
  }

  void end() {
    const std::lock_guard lock(mutex_);
    ended_ = true;
    changed_.notify_all();
  }

  std::optional<Batch> take() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return ended_ || !waiting_.empty(); });
    if (waiting_.empty()) return std::nullopt;
    Batch batch = std::move(waiting_.front());
    waiting_.pop_front();
    changed_.notify_all();
    return batch;
  }

  void leave() {
    const std::lock_guard lock(mutex_);
    left_ = true;
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Batch> waiting_;
  bool ended_ = false, left_ = false;
};

/// Reads what the backtest looks at, in order, and puts it into `batches`.
Status read_events(const Ledger& ledger, const BacktestRequest& request, LogSize end,
                   Batches& batches) {
  Batches::Batch batch;
  Status status;
  std::uint64_t seen = 0;
  RECOURSE_TRY(ledger.scan(request.ledger, Position(0), Position(end.value()),
                           [&](Position, std::string_view leaf) {
                             if (++seen % kBatch == 0 && request.go_on && !request.go_on(seen)) {
                               status = Error{ErrorCode::unavailable, "the backtest was stopped"};
                               return false;
                             }
                             const std::string_view type = type_of_leaf(leaf);
                             if (!type.empty() && !Backtest::looks_at(type)) return true;
                             Result<RecordedEvent> event = read_leaf(leaf);
                             if (!event) {
                               status = event.error();
                               return false;
                             }
                             batch.push_back(std::move(*event));
                             if (batch.size() < kBatch) return true;
                             return batches.put(std::exchange(batch, {}));
                           }));
  if (status && !batch.empty()) batches.put(std::move(batch));
  return status;
}

}  // namespace

Result<std::vector<BacktestReport>> backtest(const Ledger& ledger, const BacktestRequest& request) {
  const LogSize end = ledger.head(request.ledger).size;
  Backtest test(request.candidates, request.options);
  Batches batches;
  Status read;
  std::thread reader([&] {
    read = read_events(ledger, request, end, batches);
    batches.end();
  });
  while (auto batch = batches.take())
    for (const RecordedEvent& event : *batch) test.apply(event);
  batches.leave();
  reader.join();
  if (!read) return read.error();
  return test.finish(end);
}

}  // namespace recourse
