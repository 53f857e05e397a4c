#include "api/routes/long_reads.h"

namespace recourse::routes {

LongReads::LongReads(std::size_t max_waiting)
    : max_waiting_(max_waiting), thread_([this] { work(); }) {}

bool LongReads::run(Read read) {
  const std::lock_guard lock(mutex_);
  if (stopping_ || waiting_.size() >= max_waiting_) return false;
  waiting_.push_back(std::move(read));
  wake_.notify_one();
  return true;
}

void LongReads::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    wake_.notify_one();
  }
  if (thread_.joinable()) thread_.join();
}

void LongReads::work() {
  while (true) {
    Read read;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
      if (waiting_.empty()) return;
      read = std::move(waiting_.front());
      waiting_.pop_front();
    }
    read([this] { return !stopping_; });
  }
}

}  // namespace recourse::routes
