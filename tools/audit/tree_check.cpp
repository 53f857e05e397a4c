#include "tools/audit/tree_check.h"

#include <chrono>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>

namespace recourse {
namespace {

constexpr std::size_t kChunkLeaves = 1024;
constexpr std::size_t kChunkBytes = std::size_t{512} << 10;
constexpr std::uint64_t kTreeWorthThreads =
    4096;  // Below, starting threads costs more than it saves.

struct Leaf {
  std::uint32_t begin, size;
  bool readable;
  Hash hash;
};

/// Neighbouring leaves on their way from the reader to a hasher.
struct Chunk {
  explicit Chunk(Findings none) : findings(std::move(none)) {}
  std::uint64_t number = 0;
  Position first;
  std::string bytes;
  std::vector<Leaf> leaves;
  Findings findings;  ///< Of the reader, then of the hasher.
  std::vector<QuotedHead> quoted;
  std::string first_time, last_time;

  bool full() const { return leaves.size() >= kChunkLeaves || bytes.size() >= kChunkBytes; }
};

/// Takes chunks in order of their numbers whatever thread finished them.
class OrderedFold {
 public:
  OrderedFold(TreeFold& tree, Findings& findings, std::vector<QuotedHead>& quoted)
      : tree_(tree), findings_(findings), quoted_(quoted) {}

  void take(const Chunk& chunk) {
    std::unique_lock lock(mutex_);
    turn_.wait(lock, [&] { return chunk.number == next_; });
    if (!chunk.first_time.empty()) {
      if (chunk.first_time < last_time_) time_ran_back(findings_, chunk.first);
      last_time_ = chunk.last_time;
    }
    findings_.add(chunk.findings);
    for (const Leaf& leaf : chunk.leaves) tree_.add(leaf.hash);
    quoted_.insert(quoted_.end(), chunk.quoted.begin(), chunk.quoted.end());
    ++next_;
    lock.unlock();
    turn_.notify_all();
  }

  static void time_ran_back(Findings& findings, Position at) {
    findings.add(Integrity::damaged, "the leaf's time is before that of the leaf before it",
                 kRestoreLedger, at);
  }

 private:
  std::mutex mutex_;
  std::condition_variable turn_;
  std::uint64_t next_ = 0;
  std::string last_time_;
  TreeFold& tree_;
  Findings& findings_;
  std::vector<QuotedHead>& quoted_;
};

/// Chunks between the reader and the hashers; the reader waits while `kWaiting` of them wait.
class ChunkQueue {
 public:
  void push(std::unique_ptr<Chunk> chunk) {
    std::unique_lock lock(mutex_);
    room_.wait(lock, [&] { return waiting_.size() < kWaiting; });
    waiting_.push_back(std::move(chunk));
    lock.unlock();
    more_.notify_one();
  }
  void close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    more_.notify_all();
  }
  /// Null after the last one.
  std::unique_ptr<Chunk> pop() {
    std::unique_lock lock(mutex_);
    more_.wait(lock, [&] { return closed_ || !waiting_.empty(); });
    if (waiting_.empty()) return nullptr;
    std::unique_ptr<Chunk> chunk = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    room_.notify_one();
    return chunk;
  }

 private:
  static constexpr std::size_t kWaiting = 6;
  std::mutex mutex_;
  std::condition_variable room_, more_;
  std::deque<std::unique_ptr<Chunk>> waiting_;
  bool closed_ = false;
};

void hash_chunk(Chunk& chunk, const LeafCheck& check) {
  std::string_view last_time;
  std::uint64_t position = chunk.first.value();
  for (Leaf& leaf : chunk.leaves) {
    const Position at(position++);
    if (!leaf.readable) continue;
    const std::string_view line(chunk.bytes.data() + leaf.begin, leaf.size);
    leaf.hash = leaf_hash(line);
    const std::string_view time = check.check(at, line, chunk.findings, chunk.quoted);
    if (time.empty()) continue;
    if (last_time.empty()) chunk.first_time = time;
    if (time < last_time) OrderedFold::time_ran_back(chunk.findings, at);
    last_time = time;
  }
  chunk.last_time = last_time;
}

/// Reads all leaves in order and hands them on in chunks, past those that cannot be read.
class Reader {
 public:
  Reader(const Ledger& ledger, LedgerReport& report, const TreeCheckOptions& options,
         std::function<void(std::unique_ptr<Chunk>)> hand_on)
      : ledger_(ledger), report_(report), options_(options), hand_on_(std::move(hand_on)) {
    start_chunk();
  }

  Status read() {
    const Position end(report_.head.size.value());
    while (next_ < end) {
      const Status status =
          ledger_.scan(report_.info.ledger, next_, end, [&](Position, std::string_view leaf) {
            take(leaf);
            return !stopped_;
          });
      if (stopped_) return Error{ErrorCode::unavailable, "it was stopped"};
      if (status) break;
      if (status.error().code != ErrorCode::corrupt) return status;
      RECOURSE_TRY(bridge());
    }
    hand_on_(std::move(chunk_));
    return {};
  }

 private:
  void start_chunk() {
    chunk_ = std::make_unique<Chunk>(Findings(report_.info.origin, SIZE_MAX));
    chunk_->number = chunks_++;
    chunk_->first = next_;
    chunk_->bytes.reserve(kChunkBytes + kMaxLeafBytes);
    chunk_->leaves.reserve(kChunkLeaves);
  }

  void step() {
    next_ = Position(next_.value() + 1);
    if (!chunk_->full()) return;
    hand_on_(std::move(chunk_));
    start_chunk();
  }

  void take(std::string_view leaf) {
    chunk_->leaves.push_back({static_cast<std::uint32_t>(chunk_->bytes.size()),
                              static_cast<std::uint32_t>(leaf.size()), true, Hash{}});
    chunk_->bytes.append(leaf);
    ++report_.leaves;
    report_.leaf_bytes += leaf.size();
    stopped_ = options_.pace && !options_.pace(leaf.size());
    step();
  }

  /// The next leaf cannot be read: its stored hash stands in for it.
  Status bridge() {
    chunk_->findings.add(Integrity::damaged, "the leaf is missing or cannot be read",
                         kRestoreLedger, next_);
    const Result<std::string> tile =
        ledger_.tile(report_.info.ledger, 0, next_.value() / kTileWidth);
    const auto slot = static_cast<unsigned>(next_.value() % kTileWidth);
    Leaf leaf{0, 0, false, Hash{}};
    if (tile && tile->size() >= (slot + 1) * sizeof(Hash)) leaf.hash = tile_hash(*tile, slot);
    chunk_->leaves.push_back(leaf);
    step();
    return {};
  }

  const Ledger& ledger_;
  LedgerReport& report_;
  const TreeCheckOptions& options_;
  std::function<void(std::unique_ptr<Chunk>)> hand_on_;
  bool stopped_ = false;
  Position next_{0};
  std::uint64_t chunks_ = 0;
  std::unique_ptr<Chunk> chunk_;
};

unsigned hashers(const TreeCheckOptions& options, std::uint64_t leaves) {
  if (leaves < kTreeWorthThreads) return 0;
  return options.threads > 0 ? options.threads : std::max(1U, std::thread::hardware_concurrency());
}

}  // namespace

Status check_tree(const Ledger& ledger, std::span<const StatedHead> stated,
                  const std::string& meta_origin, const TreeCheckOptions& options,
                  LedgerReport& report, Findings& findings, std::vector<QuotedHead>& quoted) {
  const auto start = std::chrono::steady_clock::now();
  TreeFold tree(ledger, report.info.ledger, stated, findings);
  OrderedFold fold(tree, findings, quoted);
  const LeafCheck check(report.info, meta_origin, options.strict);

  Status status;
  const unsigned threads = hashers(options, report.head.size.value());
  if (threads == 0) {
    status = Reader(ledger, report, options, [&](std::unique_ptr<Chunk> chunk) {
               hash_chunk(*chunk, check);
               fold.take(*chunk);
             }).read();
  } else {
    ChunkQueue queue;
    std::vector<std::jthread> workers;
    for (unsigned i = 0; i < threads; ++i)
      workers.emplace_back([&] {
        while (const std::unique_ptr<Chunk> chunk = queue.pop()) {
          hash_chunk(*chunk, check);
          fold.take(*chunk);
        }
      });
    status = Reader(ledger, report, options, [&](std::unique_ptr<Chunk> chunk) {
               queue.push(std::move(chunk));
             }).read();
    queue.close();
  }
  if (!status) return status;
  tree.finish();
  report.root = tree.root();
  report.heads_compared = tree.heads_compared();
  report.checkpoints = tree.checkpoints_compared();
  report.tree_seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return {};
}

}  // namespace recourse
