#include "api/routes/waiters.h"

#include <algorithm>
#include <utility>

namespace recourse::routes {

Waiters::Waiters(CommitFeed& feed, std::size_t max_waiting)
    : feed_(feed), max_waiting_(max_waiting) {
  subscription_ = feed_.subscribe([this](LedgerId, LogSize) {
    const std::lock_guard lock(mutex_);
    if (waiters_.empty()) return;
    grown_ = true;
    wake_.notify_one();
  });
  thread_ = std::thread([this] { run(); });
}

void Waiters::stop() {
  feed_.unsubscribe(subscription_);
  std::vector<Waiter> left;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    left.swap(waiters_);
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
  for (Waiter& waiter : left) waiter.done(false);
}

void Waiters::wait(LedgerId ledger, LogSize size, Time deadline, std::function<void(bool)> done) {
  {
    const std::lock_guard lock(mutex_);
    if (!stopping_ && waiters_.size() < max_waiting_) {
      waiters_.push_back({ledger, size, deadline, std::move(done)});
      // It may have grown before we were listed, so the thread looks once in any case.
      grown_ = true;
      wake_.notify_one();
      return;
    }
  }
  done(false);
}

void Waiters::post(std::function<void()> job) { at(Time::min(), std::move(job)); }

void Waiters::at(Time time, std::function<void()> job) {
  const std::lock_guard lock(mutex_);
  if (stopping_) return;
  jobs_.push_back({time, std::move(job)});
  grown_ = true;
  wake_.notify_one();
}

std::size_t Waiters::waiting() const {
  const std::lock_guard lock(mutex_);
  return waiters_.size();
}

Waiters::Time Waiters::collect(Time now, std::vector<std::function<void()>>& due) {
  Time next = Time::max();
  std::erase_if(waiters_, [&](Waiter& waiter) {
    const bool reached = feed_.applied(waiter.ledger) >= waiter.size;
    if (!reached && waiter.deadline > now) {
      next = std::min(next, waiter.deadline);
      return false;
    }
    due.push_back([done = std::move(waiter.done), reached] { done(reached); });
    return true;
  });
  std::erase_if(jobs_, [&](Job& job) {
    if (job.time > now) {
      next = std::min(next, job.time);
      return false;
    }
    due.push_back(std::move(job.run));
    return true;
  });
  return next;
}

void Waiters::run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    grown_ = false;
    std::vector<std::function<void()>> due;
    const Time next = collect(std::chrono::steady_clock::now(), due);
    if (!due.empty()) {
      lock.unlock();
      for (const auto& call : due) call();
      lock.lock();
      continue;
    }
    const auto woken = [this] { return grown_ || stopping_; };
    if (next == Time::max()) {
      wake_.wait(lock, woken);
    } else {
      wake_.wait_until(lock, next, woken);
    }
  }
}

}  // namespace recourse::routes
