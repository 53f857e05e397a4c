#include "engine/reactor/reactor.h"

#include <spdlog/spdlog.h>

#include <condition_variable>
#include <deque>
#include <future>
#include <map>
#include <mutex>
#include <thread>

#include "engine/base/sha256.h"
#include "engine/decision/rollouts.h"
#include "engine/reactor/timers.h"
#include "engine/writer/tenant_rollouts.h"

namespace recourse {
namespace {

// The pace of catching up after a standstill: so many a tick, so many in one commit at most.
constexpr std::size_t kMaxDuePerTick = 1'000;
constexpr std::size_t kMaxTogether = 128;
constexpr std::chrono::minutes kRefusedRests{10};
const TenantId kMeta("meta");

Principal system_principal() {
  return {PrincipalId("sys_timer"), ActorType::system, Role::admin, {}};
}

/// The newest anchored size of each origin. Read once from the meta ledger, then kept.
Result<std::map<Hash, std::int64_t>> anchored_sizes(const Ledger& ledger) {
  std::map<Hash, std::int64_t> sizes;
  const LedgerId meta(0);
  Status unreadable;
  RECOURSE_TRY(ledger.scan(meta, Position(0), Position(ledger.head(meta).size.value()),
                           [&](Position, std::string_view leaf) {
                             const auto event = read_leaf(leaf);
                             if (!event) unreadable = event.error();
                             if (!event) return false;
                             if (const auto* anchor = get_if<LogAnchored>(&event->data))
                               sizes[anchor->origin_hash] = anchor->size;
                             return true;
                           }));
  RECOURSE_TRY(unreadable);
  return sizes;
}

Status anchor_changed(Writer& writer, std::map<Hash, std::int64_t>& anchored) {
  std::vector<NewEvent> events;
  for (const LedgerInfo& info : writer.ledger().ledgers()) {
    const TreeHead head = writer.ledger().head(info.ledger);
    const Hash origin = sha256(info.origin);
    const auto size = static_cast<std::int64_t>(head.size.value());
    if (info.ledger == LedgerId(0) || size == 0 || anchored[origin] == size) continue;
    NewEvent event;
    event.stream = info.origin;
    event.actor.id = system_principal().id;
    event.data = LogAnchored{origin, size, head.root};
    events.push_back(std::move(event));
  }
  if (events.empty()) return {};
  WriteRequest request;
  request.tenant = kMeta;
  request.principal = system_principal();
  request.decide = [&](DecisionStep&) -> Result<std::vector<NewEvent>> { return events; };
  RECOURSE_TRY(writer.handle(std::move(request)));
  for (const NewEvent& event : events) {
    const auto& anchor = get<LogAnchored>(event.data);
    anchored[anchor.origin_hash] = anchor.size;
  }
  return {};
}

}  // namespace

Status anchor_heads(Writer& writer) {
  RECOURSE_LET(auto anchored, anchored_sizes(writer.ledger()));
  return anchor_changed(writer, anchored);
}

class Reactor::Impl {
 public:
  Impl(Writer& writer, Signer& signer, const ReactorOptions& options)
      : writer_(writer), signer_(signer), options_(options) {
    thread_ = std::thread([this] { run(); });
  }

  ~Impl() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    wake_.notify_all();
    thread_.join();
    report(signer_.sign_round(), "the last heads were not signed");
  }

  Status tick() {
    const std::lock_guard lock(working_);
    // After a failed write nothing more can be said about what is stored.
    if (writer_.failed()) return {};
    RECOURSE_TRY(fire_timers());
    RECOURSE_TRY(stop_rollouts());
    const auto now = std::chrono::steady_clock::now();
    if (now >= next_anchor_) {
      if (!anchored_) {
        RECOURSE_LET(anchored_, anchored_sizes(writer_.ledger()));
      }
      RECOURSE_TRY(anchor_changed(writer_, *anchored_));
      next_anchor_ = now + options_.anchor_every;
    }
    return signer_.sign_round();
  }

 private:
  static void report(const Status& status, std::string_view what) {
    if (!status) spdlog::error("{}: {}", what, status.error().message);
  }

  void run() {
    std::unique_lock lock(mutex_);
    while (!stopping_) {
      lock.unlock();
      report(tick(), "a round of timers failed");
      lock.lock();
      wake_.wait_for(lock, options_.tick, [this] { return stopping_; });
    }
  }

  Status fire_timers() {
    for (const TenantId& tenant : writer_.directory().tenants()) {
      const auto info = writer_.ledger().find_tenant(tenant);
      if (!info) continue;
      const Timestamp now = writer_.clock().now();
      std::erase_if(refused_, [&](const auto& one) { return one.second <= now; });
      RECOURSE_LET(std::vector<DueCommand> due,
                   due_commands(writer_.views(), info->ledger, now, kMaxDuePerTick,
                                [&](const std::string& timer) {
                                  return refused_.contains({tenant, timer});
                                }));
      for (std::size_t from = 0; from < due.size(); from += kMaxTogether) {
        const std::size_t to = std::min(due.size(), from + kMaxTogether);
        RECOURSE_LET(const bool more, fire(tenant, std::span(due).subspan(from, to - from)));
        if (!more) break;
      }
    }
    return {};
  }

  /// Rollouts over tenants: only here is known what all of them came to.
  Status stop_rollouts() {
    RECOURSE_LET(const auto rollouts, tenant_rollouts(writer_));
    for (const RolloutState& rollout : rollouts) {
      const auto stop = demanded_stop(rollout);
      if (!stop) continue;
      const auto done = writer_.handle(command_request(
          kMeta, system_principal(),
          StopRollout{rollout.key.text, stop->metric, stop->count, stop->executed}));
      if (done && options_.committed) options_.committed(*done);
      // Somebody may have stopped or changed it in between.
      if (!done && done.error().code != ErrorCode::conflict &&
          done.error().code != ErrorCode::unavailable)
        return done.error();
    }
    return {};
  }

  /// Gives the commands together and waits for them. False: the writer has too much to do for more.
  /// Errors: only those after which nothing can be written.
  Result<bool> fire(const TenantId& tenant, std::span<DueCommand> due) {
    std::deque<std::promise<Outcome>> promises(due.size());
    std::vector<Writer::Submission> together;
    for (std::size_t i = 0; i < due.size(); ++i) {
      WriteRequest request = command_request(tenant, system_principal(), due[i].command);
      request.idempotency_key = request.fingerprint = due[i].timer;
      together.push_back({std::move(request), [&promise = promises[i]](Outcome outcome) {
                            promise.set_value(std::move(outcome));
                          }});
    }
    writer_.submit(std::move(together));
    bool more = true;
    Status broken;
    for (std::size_t i = 0; i < due.size(); ++i) {
      const Outcome done = promises[i].get_future().get();
      if (done && !done->repeated && options_.committed) options_.committed(*done);
      if (done && !done->repeated) continue;
      const ErrorCode code = done ? ErrorCode::conflict : done.error().code;
      if (code == ErrorCode::unavailable) {
        more = false;
      } else if (code == ErrorCode::unknown_outcome || code == ErrorCode::disk_full) {
        broken = done.error();
      } else if (!due[i].timer.empty()) {
        // Usually somebody else came first and the timer's row is gone by now. If it is not, it
        // must not stand in the way of those behind it.
        refused_[{tenant, due[i].timer}] = writer_.clock().now() + kRefusedRests;
      }
    }
    RECOURSE_TRY(std::move(broken));
    return more;
  }

  Writer& writer_;
  Signer& signer_;
  const ReactorOptions options_;
  std::mutex working_;
  std::map<std::pair<TenantId, std::string>, Timestamp> refused_;  ///< Until when they rest.
  std::optional<std::map<Hash, std::int64_t>> anchored_;
  std::chrono::steady_clock::time_point next_anchor_{};
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::thread thread_;
};

Reactor::Reactor(Writer& writer, Signer& signer, const ReactorOptions& options)
    : impl_(std::make_unique<Impl>(writer, signer, options)) {}
Reactor::~Reactor() = default;

Status Reactor::tick() { return impl_->tick(); }

}  // namespace recourse
