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

constexpr std::size_t kMaxScanned = 1'000;  ///< Rows that rest, or are under way.
constexpr std::chrono::seconds kFailedRests{5};

}  // namespace

class Outbox::Impl {
 public:
  Impl(Writer& writer, ToolPort& tools, const OutboxOptions& options)
      : writer_(writer), tools_(tools), options_(options) {
    for (std::size_t i = 0; i < options_.threads; ++i) workers_.emplace_back([this] { work(); });
    if (options_.threads > 0) scanner_ = std::thread([this] { watch(); });
  }

  ~Impl() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
      waiting_.clear();
    }
    tools_.stop();
    changed_.notify_all();
    if (scanner_.joinable()) scanner_.join();
    for (std::thread& worker : workers_) worker.join();
  }

  Status tick() {
    const Status scanned = scan();
    std::unique_lock lock(mutex_);
    while (options_.threads == 0 && !waiting_.empty()) do_next(lock);
    changed_.wait(lock, [this] { return under_way_.empty(); });
    return scanned;
  }

 private:
  void watch() {
    std::unique_lock lock(mutex_);
    while (!changed_.wait_for(lock, options_.tick, [this] { return stopping_; })) {
      lock.unlock();
      if (const Status scanned = scan(); !scanned)
        spdlog::error("the outbox cannot be read: {}", scanned.error().message);
      lock.lock();
    }
  }

  Status scan() {
    // After a failed write nothing more can be said about what is stored, so nothing is sent.
    if (writer_.failed()) return {};
    {
      const std::lock_guard lock(mutex_);
      const Timestamp now = writer_.clock().now();
      std::erase_if(resting_, [&](const auto& one) { return one.second <= now; });
    }
    for (const TenantId& tenant : writer_.directory().tenants()) {
      const auto info = writer_.ledger().find_tenant(tenant);
      if (!info) continue;
      std::vector<ConnectorState> connectors;
      RECOURSE_TRY(each_row<ConnectorState>(info->ledger, "connector/", [&](ConnectorState row) {
        connectors.push_back(std::move(row));
        return true;
      }));
      for (ConnectorState& connector : connectors)
        RECOURSE_TRY(offer({tenant, info->ledger, {}, std::move(connector), {}}));
    }
    return {};
  }

  struct Task {
    TenantId tenant;
    LedgerId ledger;
    TimerState timer;
    ConnectorState connector;
    std::string key;
    std::string owner() const { return tenant.value() + '/' + connector.connector.text; }
  };

  /// What is due at one connector, as far as it has hands free.
  Status offer(Task task) {
    if (!has_room(task)) return {};
    const Timestamp now = writer_.clock().now();
    const std::string prefix = "due/" + outbox_prefix(task.connector.connector.text);
    std::size_t scanned = 0;
    return each_row<TimerState>(task.ledger, prefix, [&](TimerState timer) {
      if (timer.due_at > now || ++scanned > kMaxScanned) return false;
      task.timer = std::move(timer);
      task.key = task.tenant.value() + '/' + timer_key(task.timer.kind, task.timer.id.text);
      return take(task);
    });
  }

  template <class Row>
  Status each_row(LedgerId ledger, const std::string& prefix,
                  const std::function<bool(Row)>& visit) const {
    std::string unreadable;
    // What is due goes at the front, and there are few connectors.
    RECOURSE_TRY(writer_.views().each_queued(kDecisionState, ledger, prefix,
                                             [&](std::string_view key, std::string_view json) {
                                               Row row;
                                               if (decode_row(json, row))
                                                 return visit(std::move(row));
                                               unreadable = key;
                                               return false;
                                             }));
    if (unreadable.empty()) return {};
    return Error{ErrorCode::corrupt, unreadable + " cannot be read: rebuild"};
  }

  bool has_room(const Task& task) {
    const std::lock_guard lock(mutex_);
    return !stopping_ && calls_[task.owner()] < options_.per_connector;
  }

  /// False when the connector's hands are full.
  bool take(const Task& task) {
    const std::lock_guard lock(mutex_);
    if (stopping_) return false;
    if (under_way_.contains(task.key) || resting_.contains(task.key)) return true;
    std::size_t& calls = calls_[task.owner()];
    if (calls >= options_.per_connector) return false;
    ++calls;
    under_way_.insert(task.key);
    waiting_.push_back(task);
    changed_.notify_all();
    return calls < options_.per_connector;
  }

  void work() {
    std::unique_lock lock(mutex_);
    while (true) {
      changed_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
      if (stopping_) return;
      do_next(lock);
    }
  }

  /// REQUIRES: something waits. `lock` is open meanwhile.
  void do_next(std::unique_lock<std::mutex>& lock) {
    const Task task = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    const Status sent = send_effect({writer_, tools_, options_.committed}, task.tenant, task.ledger,
                                    task.connector, task.timer);
    // A conflict is one who came first, or a rollback that is paused: nothing is wrong.
    if (!sent)
      spdlog::log(
          sent.error().code == ErrorCode::conflict ? spdlog::level::debug : spdlog::level::warn,
          "outbox: {}: {}", task.key, sent.error().message);
    lock.lock();
    if (!sent) resting_[task.key] = writer_.clock().now() + kFailedRests;
    under_way_.erase(task.key);
    --calls_[task.owner()];
    changed_.notify_all();
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
  std::map<std::string, Timestamp> resting_;
  bool stopping_ = false;
  std::vector<std::thread> workers_;
  std::thread scanner_;
};

Outbox::Outbox(Writer& writer, ToolPort& tools, const OutboxOptions& options)
    : impl_(std::make_unique<Impl>(writer, tools, options)) {}
Outbox::~Outbox() = default;

Status Outbox::tick() { return impl_->tick(); }

}  // namespace recourse
