#include "engine/writer/second_stage.h"

#include <utility>

namespace recourse {

SecondStage::SecondStage() : thread_([this] { work(); }) {}

SecondStage::~SecondStage() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void SecondStage::run(std::function<void()> work) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return !next_; });
  next_ = std::move(work);
  changed_.notify_all();
}

void SecondStage::drain() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return !next_ && !working_; });
}

void SecondStage::work() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return stopping_ || next_; });
    if (!next_) return;
    const std::function<void()> now = std::exchange(next_, nullptr);
    working_ = true;
    changed_.notify_all();
    lock.unlock();
    now();
    lock.lock();
    working_ = false;
    changed_.notify_all();
  }
}

}  // namespace recourse
