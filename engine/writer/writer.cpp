#include "engine/writer/writer.h"

#include <spdlog/spdlog.h>

#include <atomic>
#include <condition_variable>
#include <deque>
#include <future>
#include <map>
#include <thread>
#include <unordered_map>

#include "engine/writer/decide_command.h"
#include "engine/writer/ledger_views.h"
#include "engine/writer/write_group.h"

namespace recourse {

class Writer::Impl {
 public:
  Impl(Ledger& ledger, ViewStore& views, const Clock& clock, Random& random,
       const WriterOptions& options)
      : ledger_(ledger), views_(views), clock_(clock), random_(random), options_(options) {}

  ~Impl() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    wake_.notify_all();
    if (thread_.joinable()) thread_.join();
    if (const Status flushed = views_.flush(); !flushed)
      spdlog::error("views were not flushed at the end: {}", flushed.error().message);
  }

  Status start() {
    const LedgerId meta(0);
    RECOURSE_TRY(ledger_.scan(meta, Position(0), Position(ledger_.head(meta).size.value()),
                              [&](Position, std::string_view leaf) {
                                const auto event = read_leaf(leaf);
                                if (event) directory_.apply(*event);
                                return event.ok();
                              }));
    for (const LedgerInfo& info : ledger_.ledgers()) {
      auto opened = LedgerViews::open(ledger_, views_, info.ledger);
      if (!opened) return opened.error();
      ledger_views_[info.ledger.value()] = std::move(*opened);
      commits_.publish(info.ledger, ledger_.head(info.ledger).size);
    }
    thread_ = std::thread([this] { run(); });
    return {};
  }

  void submit(WriteRequest request, Callback answer) {
    {
      const std::lock_guard lock(mutex_);
      if (!failed_ && !stopping_ && queue_.size() < options_.max_queued) {
        queue_.push_back({std::move(request), std::move(answer)});
        wake_.notify_one();
        return;
      }
    }
    if (failed_) return answer(write_failed());
    answer(Error{ErrorCode::unavailable, "the queue of commands is full; retry in a moment"});
  }

  Ledger& ledger_;
  ViewStore& views_;
  const Clock& clock_;
  Random& random_;
  const WriterOptions options_;
  Directory directory_;
  CommitFeed commits_;
  std::atomic<bool> failed_{false};

  std::size_t queued() const {
    const std::lock_guard lock(mutex_);
    return queue_.size();
  }

 private:
  struct Waiting {
    WriteRequest request;
    Callback answer;
  };

  static Error write_failed() {
    return {ErrorCode::unknown_outcome,
            "a write to the ledger failed and its outcome is unknown; restart the server, then "
            "retry with the same idempotency key"};
  }

  void run() {
    std::deque<Waiting> group;
    while (take(group)) process(group);
  }

  /// Waits for requests and takes all of them up to the group's limit. False at the end.
  bool take(std::deque<Waiting>& group) {
    const std::size_t answered = group.size();
    group.clear();
    std::unique_lock lock(mutex_);
    wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
    if (queue_.empty()) return false;
    // Clients that wait for their answers before they ask again form two cohorts that take turns,
    // and each sync then serves half of them. A pause that is short beside a commit lets those just
    // answered come back first.
    if (answered > 1) {
      const std::size_t all = std::min(options_.max_group, queue_.size() + answered);
      wake_.wait_for(lock, last_commit_ / kLingerShare,
                     [&] { return stopping_ || queue_.size() >= all; });
    }
    if (queue_.size() <= options_.max_group) {
      group.swap(queue_);
    } else {
      for (std::size_t i = 0; i < options_.max_group; ++i) {
        group.push_back(std::move(queue_.front()));
        queue_.pop_front();
      }
    }
    return true;
  }

  void process(std::deque<Waiting>& waiting) {
    if (failed_) {
      for (Waiting& one : waiting) one.answer(write_failed());
      return;
    }
    WriteGroup group(ledger_, directory_, clock_, random_, options_.quiet,
                     [this](LedgerId id) { return views_of(id); });
    std::vector<std::optional<Outcome>> outcomes(waiting.size());
    std::size_t at = 0;
    for (; at < waiting.size(); ++at) {
      // What does not fit into this batch starts the next one.
      if (ledger_.staged_bytes() > options_.max_group_bytes) break;
      group.decide(waiting[at].request);
    }
    const auto began = std::chrono::steady_clock::now();
    const Status committed = group.commit();
    last_commit_ = std::chrono::steady_clock::now() - began;
    if (!committed) {
      // The state ran ahead of the log; what the views hold is what is true.
      for (const LedgerId id : group.touched()) ledger_views_.erase(id.value());
      if (committed.error().code != ErrorCode::disk_full) failed_ = true;
      spdlog::error("commit failed: {}", committed.error().message);
    } else {
      apply(group);
    }
    std::vector<Outcome> answers = group.outcomes(committed);
    for (std::size_t i = 0; i < at; ++i) waiting[i].answer(std::move(answers[i]));
    if (at < waiting.size()) {
      std::deque<Waiting> rest;
      for (; at < waiting.size(); ++at) rest.push_back(std::move(waiting[at]));
      process(rest);
    }
  }

  void apply(const WriteGroup& group) {
    const auto batch = views_.batch();
    for (const LedgerId id : group.touched()) {
      LedgerViews* const views = views_of(id);
      RECOURSE_ASSERT(views != nullptr, "a ledger that was written has views");
      for (const RecordedEvent* event : group.events_of(id)) {
        views->apply_to_read_models(*event);
        if (id == LedgerId(0)) directory_.apply(*event);
      }
      views->flush_to(*batch, ledger_.head(id).size);
    }
    // The events are durable whatever happens here: rows are made again from them at the next open.
    if (const Status written = batch->write(); !written) {
      spdlog::error("views are behind: {}", written.error().message);
      failed_ = true;
      return;
    }
    for (const LedgerId id : group.touched()) commits_.publish(id, ledger_.head(id).size);
    // Ledgers are made in commits of the meta ledger.
    if (group.touched().contains(LedgerId(0))) show_new_ledgers();
  }

  /// A new tenant's first rows are there before anybody hears that the tenant is.
  void show_new_ledgers() {
    for (const LedgerInfo& info : ledger_.ledgers())
      if (commits_.applied(info.ledger).value() == 0 && views_of(info.ledger) != nullptr)
        commits_.publish(info.ledger, ledger_.head(info.ledger).size);
  }

  /// Opened when first used: a new tenant's, or after a refused commit.
  LedgerViews* views_of(LedgerId id) {
    auto& slot = ledger_views_[id.value()];
    if (!slot) {
      auto opened = LedgerViews::open(ledger_, views_, id);
      if (!opened) {
        spdlog::error("views of ledger {} cannot be opened: {}", id.value(), opened.error().message);
        return nullptr;
      }
      slot = std::move(*opened);
    }
    return slot.get();
  }

  static constexpr int kLingerShare = 8;
  std::chrono::nanoseconds last_commit_{0};

  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Waiting> queue_;
  bool stopping_ = false;
  std::map<std::uint32_t, std::unique_ptr<LedgerViews>> ledger_views_;
  std::thread thread_;
};

Writer::Writer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Writer::~Writer() = default;

Result<std::unique_ptr<Writer>> Writer::open(Ledger& ledger, ViewStore& views, const Clock& clock,
                                             Random& random, const WriterOptions& options) {
  auto impl = std::make_unique<Impl>(ledger, views, clock, random, options);
  RECOURSE_TRY(impl->start());
  return std::unique_ptr<Writer>(new Writer(std::move(impl)));
}

void Writer::submit(WriteRequest request, Callback answer) {
  impl_->submit(std::move(request), std::move(answer));
}

Outcome Writer::handle(WriteRequest request) {
  std::promise<Outcome> promise;
  auto answer = promise.get_future();
  submit(std::move(request), [&](Outcome outcome) { promise.set_value(std::move(outcome)); });
  return answer.get();
}

const Directory& Writer::directory() const { return impl_->directory_; }
CommitFeed& Writer::commits() { return impl_->commits_; }
Ledger& Writer::ledger() { return impl_->ledger_; }
ViewStore& Writer::views() { return impl_->views_; }
const Clock& Writer::clock() const { return impl_->clock_; }
Random& Writer::random() { return impl_->random_; }
bool Writer::failed() const { return impl_->failed_; }
std::size_t Writer::queued() const { return impl_->queued(); }

WriteRequest command_request(TenantId tenant, Principal principal, Command command,
                             std::string requester_address) {
  WriteRequest request;
  request.tenant = std::move(tenant);
  request.principal = std::move(principal);
  request.decide = [command = std::move(command),
                    address = std::move(requester_address)](DecisionStep& step) {
    return decide_command(step, command, address);
  };
  return request;
}

}  // namespace recourse
