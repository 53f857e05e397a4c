#include "engine/writer/chunk_pipeline.h"

#include <array>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

namespace recourse {
namespace {

class Pipeline {
 public:
  explicit Pipeline(const ChunkWork& work) : work_(work), consumers_(work.consumers) {}

  Status run() {
    std::thread other([this] { take_part(); });
    take_part();
    other.join();
    return failed_;
  }

 private:
  struct Task {
    std::optional<std::size_t> consumer;  ///< None: the chunk is to be read.
    std::size_t chunk = 0;
  };
  struct Slot {
    bool full = false;
    std::size_t waited_for = 0;  ///< Consumers that have yet to take it.
  };
  struct Consumer {
    std::size_t next = 0;
    bool busy = false;
  };

  void take_part() {
    std::unique_lock lock(mutex_);
    while (failed_.ok() && done_ < work_.chunks) {
      const std::optional<Task> task = pick();
      if (!task) {
        changed_.wait(lock);
        continue;
      }
      begin(*task);
      lock.unlock();
      Status outcome = carry_out(*task);
      lock.lock();
      if (!outcome.ok() && failed_.ok()) failed_ = std::move(outcome);
      end(*task);
      changed_.notify_all();
    }
    changed_.notify_all();
  }

  /// What is furthest behind first, so that slots become free; a new chunk where nothing waits.
  std::optional<Task> pick() const {
    std::optional<Task> best;
    for (std::size_t i = 0; i < consumers_.size(); ++i) {
      const Consumer& consumer = consumers_[i];
      if (consumer.busy || !is_ready(consumer.next)) continue;
      if (!best || consumer.next < best->chunk) best = Task{i, consumer.next};
    }
    if (!best && to_read_ < work_.chunks && to_read_ < done_ + kChunkSlots)
      return Task{{}, to_read_};
    return best;
  }

  bool is_ready(std::size_t chunk) const {
    return chunk < to_read_ && slots_[chunk % kChunkSlots].full;
  }

  void begin(const Task& task) {
    if (task.consumer) {
      consumers_[*task.consumer].busy = true;
    } else {
      ++to_read_;
    }
  }

  Status carry_out(const Task& task) const {
    const std::size_t slot = task.chunk % kChunkSlots;
    if (task.consumer) return work_.consume(*task.consumer, task.chunk, slot);
    return work_.read(task.chunk, slot);
  }

  void end(const Task& task) {
    Slot& slot = slots_[task.chunk % kChunkSlots];
    if (!task.consumer) {
      slot = {true, work_.consumers};
      return;
    }
    Consumer& consumer = consumers_[*task.consumer];
    consumer.busy = false;
    ++consumer.next;
    // Consumers take chunks in order, so chunks are done in order too.
    if (--slot.waited_for > 0) return;
    slot.full = false;
    ++done_;
    if (work_.progress) work_.progress(done_);
  }

  const ChunkWork& work_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Consumer> consumers_;
  std::array<Slot, kChunkSlots> slots_{};
  std::size_t to_read_ = 0, done_ = 0;
  Status failed_;
};

}  // namespace

Status run_on_two_threads(const ChunkWork& work) { return Pipeline(work).run(); }

}  // namespace recourse
