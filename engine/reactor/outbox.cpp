#include "engine/reactor/outbox.h"

#include <spdlog/spdlog.h>

#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <set>
#include <thread>

#include "engine/decision/timers.h"
#include "engine/reactor/send_effect.h"
#include "engine/writer/decision_state.h"
#include "projections/row_codec.h"

namespace recourse {
namespace {

constexpr std::size_t kMaxScanned = 1'000;
constexpr std::chrono::seconds kFailedRests{5};

}  // namespace

class Outbox::Impl {
 public:
  Impl(Writer& writer, ToolPort& tools, const OutboxOptions& options)
      : writer_(writer), tools_(tools), options_(options) {
    for (std::size_t i = 0; i < options_.threads; ++i) workers_.emplace_back([this] { work(); });
    scanner_ = std::thread([this] { watch(); });
  }

  ~Impl() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
      waiting_.clear();
    }
    tools_.stop();
    changed_.notify_all();
    scanner_.join();
    for (std::thread& worker : workers_) worker.join();
  }

  Status tick() {
    const Status scanned = scan();
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return under_way_.empty(); });
    return scanned;
  }

 private:
  void watch() {
    std::unique_lock lock(mutex_);
    while (!stopping_) {
      lock.unlock();
      if (const Status scanned = scan(); !scanned)
        spdlog::error("the outbox cannot be read: {}", scanned.error().message);
      lock.lock();
      changed_.wait_for(lock, options_.tick, [this] { return stopping_; });
    }
  }

  Status scan() {
    // After a failed write nothing more can be said about what is stored, so nothing is sent.
    if (writer_.failed()) return {};
    for (const TenantId& tenant : writer_.directory().tenants()) {
      const auto info = writer_.ledger().find_tenant(tenant);
      if (!info) continue;
      RECOURSE_LET(std::vector<TimerState> due, due_effects(info->ledger));
      for (TimerState& timer : due) RECOURSE_TRY(take(tenant, info->ledger, std::move(timer)));
    }
    return {};
  }

  Result<std::vector<TimerState>> due_effects(LedgerId ledger) const {
    std::vector<TimerState> due;
    bool readable = true;
    const Timestamp now = writer_.clock().now();
    RECOURSE_TRY(writer_.views().each(kDecisionState, ledger, "due/" + std::string(kOutbox), "",
                                      ViewStore::Order::forward,
                                      [&](std::string_view, std::string_view json) {
                                        TimerState timer;
                                        readable = decode_row(json, timer);
                                        if (!readable || timer.due_at > now) return false;
                                        due.push_back(std::move(timer));
                                        return due.size() < kMaxScanned;
                                      }));
    if (!readable) return Error{ErrorCode::corrupt, "a row of the outbox cannot be read: rebuild"};
    return due;
  }

  struct Task {
    TenantId tenant;
    LedgerId ledger;
    TimerState timer;
    std::string connector;
    std::string key;
  };

  Status take(const TenantId& tenant, LedgerId ledger, TimerState timer) {
    Task task{tenant, ledger, std::move(timer), {}, {}};
    task.key = tenant.value() + '/' + timer_key(task.timer.kind, task.timer.id.text);
    const auto now = std::chrono::steady_clock::now();
    {
      const std::lock_guard lock(mutex_);
      std::erase_if(resting_, [&](const auto& one) { return one.second <= now; });
      if (stopping_ || under_way_.contains(task.key) || resting_.contains(task.key)) return {};
    }
    RECOURSE_LET(task.connector, connector_of(writer_, ledger, task.timer));
    if (task.connector.empty()) return {};  // Removed: somebody else takes it, or recalls it.
    const std::lock_guard lock(mutex_);
    std::size_t& calls = calls_[tenant.value() + '/' + task.connector];
    if (stopping_ || calls >= options_.per_connector) return {};
    ++calls;
    under_way_.insert(task.key);
    waiting_.push_back(std::move(task));
    changed_.notify_all();
    return {};
  }

  void work() {
    std::unique_lock lock(mutex_);
    while (true) {
      changed_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
      if (stopping_) return;
      const Task task = std::move(waiting_.front());
      waiting_.pop_front();
      lock.unlock();
      const Status sent =
          send_effect({writer_, tools_, options_.committed}, task.tenant, task.ledger, task.timer);
      // A conflict is one who came first, or a rollback that is paused: nothing is wrong.
      if (!sent)
        spdlog::log(
            sent.error().code == ErrorCode::conflict ? spdlog::level::debug : spdlog::level::warn,
            "outbox: {}: {}", task.key, sent.error().message);
      lock.lock();
      if (!sent) resting_[task.key] = std::chrono::steady_clock::now() + kFailedRests;
      under_way_.erase(task.key);
      --calls_[task.tenant.value() + '/' + task.connector];
      changed_.notify_all();
    }
  }

  Writer& writer_;
  ToolPort& tools_;
  const OutboxOptions options_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Task> waiting_;
  std::set<std::string> under_way_;           ///< Waiting, or in the hands of a worker.
  std::map<std::string, std::size_t> calls_;  ///< Of each tenant's connector.
  /// What was refused, and until when it rests.
  std::map<std::string, std::chrono::steady_clock::time_point> resting_;
  bool stopping_ = false;
  std::vector<std::thread> workers_;
  std::thread scanner_;
};

Outbox::Outbox(Writer& writer, ToolPort& tools, const OutboxOptions& options)
    : impl_(std::make_unique<Impl>(writer, tools, options)) {}
Outbox::~Outbox() = default;

Status Outbox::tick() { return impl_->tick(); }

}  // namespace recourse
