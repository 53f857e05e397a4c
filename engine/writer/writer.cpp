#include "engine/writer/writer.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <future>
#include <map>
#include <span>
#include <thread>
#include <unordered_map>
#include <utility>

#include "engine/writer/decide_command.h"
#include "engine/writer/ledger_views.h"
#include "engine/writer/second_stage.h"
#include "engine/writer/write_group.h"

namespace recourse {

class Writer::Impl {
 public:
  Impl(Ledger& ledger, ViewStore& views, const Clock& clock, Random& random,
       const WriterOptions& options)
      : ledger_(ledger),
        views_(views),
        clock_(clock),
        random_(random),
        options_(options),
        kinds_(options.projections.empty() ? all_projections() : options.projections) {}

  ~Impl() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    wake_.notify_all();
    if (thread_.joinable()) thread_.join();
    second_.drain();
    if (const Status flushed = views_.flush(); !flushed)
      spdlog::error("views were not flushed at the end: {}", flushed.error().message);
  }

  Status start() {
    RECOURSE_TRY(parks_.open(options_.park_file));
    RECOURSE_TRY(read_deployment());
    for (const LedgerInfo& info : ledger_.ledgers()) {
      RECOURSE_TRY(open_views(info.ledger));
      commits_.publish(info.ledger, ledger_.head(info.ledger).size);
    }
    thread_ = std::thread([this] { run(); });
    return {};
  }

  std::vector<ViewBehind> behind(LedgerId ledger) const {
    if (!any_behind_) return {};
    const std::lock_guard lock(behind_mutex_);
    const auto found = behind_.find(ledger);
    return found == behind_.end() ? std::vector<ViewBehind>() : found->second;
  }

  std::vector<std::pair<LedgerId, ViewBehind>> behind() const {
    std::vector<std::pair<LedgerId, ViewBehind>> all;
    const std::lock_guard lock(behind_mutex_);
    for (const auto& [ledger, views] : behind_)
      for (const ViewBehind& view : views) all.emplace_back(ledger, view);
    return all;
  }

  void record_parked(LedgerId ledger, const std::string& projection, const ParkedEvent& event) {
    if (!parks_.begin_recording(projection, ledger, event.position)) return;
    spdlog::warn("{} of ledger {} leaves out event {}: {}", projection, ledger.value(),
                 event.position.value(), event.cause);
    Submission one;
    one.request.tenant = TenantId("meta");
    one.request.principal = {PrincipalId("sys_recourse"), ActorType::system, Role::admin, {}};
    one.request.decide = [=](DecisionStep&) -> Result<std::vector<NewEvent>> {
      return std::vector<NewEvent>{
          {"deployment", "", Actor{}, "", "",
           ProjectionEventParked{projection, static_cast<std::int64_t>(ledger.value()),
                                 static_cast<std::int64_t>(event.position.value()), event.cause}}};
    };
    one.answer = [=, this](const Outcome& outcome) {
      // The next start finds it among the rows and tries again.
      if (!outcome) parks_.end_recording(projection, ledger, event.position);
    };
    submit(std::span(&one, 1));
  }

  void submit(std::span<Submission> submissions) {
    std::size_t taken = 0;
    {
      const std::lock_guard lock(mutex_);
      while (taken < submissions.size() && !failed_ && !stopping_ &&
             queue_.size() < options_.max_queued)
        queue_.push_back(std::move(submissions[taken++]));
      load_.peak = std::max(load_.peak, queue_.size());
      if (!failed_) load_.refused += submissions.size() - taken;
    }
    if (taken > 0) wake_.notify_one();
    for (Submission& left : submissions.subspan(taken))
      left.answer(failed_ ? write_failed()
                          : Error{ErrorCode::unavailable,
                                  "the queue of commands is full; retry in a moment"});
  }

  Ledger& ledger_;
  ViewStore& views_;
  const Clock& clock_;
  Random& random_;
  const WriterOptions options_;
  const std::vector<ProjectionKind> kinds_;
  ParkList parks_;
  Directory directory_;
  CommitFeed commits_;
  std::atomic<bool> failed_{false};

  Status at_rest(LedgerId ledger, const std::function<Status()>& work) {
    Pause pause{ledger, work, {}};
    auto done = pause.done.get_future();
    {
      const std::lock_guard lock(mutex_);
      if (stopping_) return Error{ErrorCode::unavailable, "the program ends"};
      pauses_.push_back(&pause);
    }
    wake_.notify_one();
    return done.get();
  }

  std::size_t queued() const {
    const std::lock_guard lock(mutex_);
    return queue_.size();
  }

  Load take_load() {
    const std::lock_guard lock(mutex_);
    load_.limit = options_.max_queued;
    return std::exchange(load_, Load());
  }

 private:
  /// What the deployment's own ledger says: who may do what, and what projections left out.
  Status read_deployment() {
    const LedgerId meta(0);
    Status unreadable;
    RECOURSE_TRY(ledger_.scan(
        meta, Position(0), Position(ledger_.head(meta).size.value()),
        [&](Position position, std::string_view leaf) {
          const auto event = read_leaf(leaf);
          if (event) {
            directory_.apply(*event);
            parks_.apply(*event);
          } else {
            // Perhaps it takes somebody's key away.
            unreadable = Error{event.error().code, "event " + std::to_string(position.value()) +
                                                       " of the deployment's own ledger: " +
                                                       event.error().message};
          }
          return event.ok();
        }));
    return unreadable;
  }

  static Error write_failed() {
    return {ErrorCode::unknown_outcome,
            "a write to the ledger failed and its outcome is unknown; restart the server, then "
            "retry with the same idempotency key"};
  }

  /// Something that is done while nothing is written. Lives with who waits for it.
  struct Pause {
    LedgerId ledger;
    const std::function<Status()>& work;
    std::promise<Status> done;
  };

  void run() {
    std::deque<Submission> waiting;
    std::deque<Pause*> pauses;
    while (take(waiting, pauses)) {
      for (Pause* const pause : pauses) rest(*pause);
      pauses.clear();
      while (!waiting.empty()) process(waiting);
    }
  }

  void rest(Pause& pause) {
    second_.drain();
    Status status = pause.work();
    ledger_views_.erase(pause.ledger.value());
    views_of(pause.ledger);  // At once, so that behind() is right when the caller goes on.
    pause.done.set_value(std::move(status));
  }

  /// Waits for requests and takes all of them up to the group's limit. False at the end.
  bool take(std::deque<Submission>& group, std::deque<Pause*>& pauses) {
    std::unique_lock lock(mutex_);
    wake_.wait(lock, [this] { return stopping_ || !queue_.empty() || !pauses_.empty(); });
    if (queue_.empty() && pauses_.empty()) return false;
    pauses.swap(pauses_);
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

  /// A commit on its way to the rows and the callers.
  struct Underway {
    WriteGroup group;
    std::deque<Submission> callers;
    std::unique_ptr<ViewStore::Batch> rows;  ///< Null when there is nothing to commit.
    std::map<LedgerId, LedgerViews*> views;  ///< Of the ledgers that are written.
    std::promise<Status> committed;
    std::map<std::size_t, Error> undone;  ///< What was to follow, by caller. Set before the promise.
  };

  /// Decides and commits as many of `waiting` as fit into one batch, and takes them off.
  void process(std::deque<Submission>& waiting) {
    if (failed_) {
      for (Submission& one : waiting) one.answer(write_failed());
      return waiting.clear();
    }
    const auto underway = std::make_shared<Underway>(
        Underway{WriteGroup(ledger_, directory_, clock_, random_, options_.quiet,
                            [this](LedgerId id) { return views_of(id); }),
                 {},
                 nullptr,
                 {},
                 {},
                 {}});
    WriteGroup& group = underway->group;
    while (!waiting.empty() && ledger_.staged_bytes() <= options_.max_group_bytes) {
      const bool alone = waiting.front().request.alone;
      if (alone && !underway->callers.empty()) break;
      group.decide(waiting.front().request);
      underway->callers.push_back(std::move(waiting.front()));
      waiting.pop_front();
      if (alone) break;
    }
    if (!group.touched().empty()) {
      underway->rows = views_.batch();
      for (const LedgerId id : group.touched()) {
        LedgerViews* const views = underway->views[id] = views_of(id);
        RECOURSE_ASSERT(views != nullptr, "a ledger that is written has views");
        views->put_decisions(*underway->rows, group.size_of(id));
      }
    }
    // The read models fold the events while these are on their way to the disk.
    second_.run([this, underway] { finish(*underway); });
    const Status committed = group.commit();
    const bool new_ledgers = group.touched().contains(LedgerId(0));
    if (!committed && committed.error().code != ErrorCode::disk_full) failed_ = true;
    // The next decision asks it.
    if (committed && new_ledgers)
      for (const RecordedEvent* event : group.events_of(LedgerId(0))) {
        directory_.apply(*event);
        parks_.apply(*event);
      }
    if (committed) follow_up(*underway);
    underway->committed.set_value(committed);
    if (!committed) drop_views(group, committed.error());
    // Views of a new ledger are opened there.
    if (new_ledgers) second_.drain();
  }

  /// What requests want done on this thread once their events are durable.
  void follow_up(Underway& underway) {
    for (std::size_t i = 0; i < underway.callers.size(); ++i) {
      const auto& then = underway.callers[i].request.after_commit;
      const auto events = underway.group.events_of_request(i);
      if (!then || events.empty()) continue;
      if (const Status done = then(events); !done) {
        failed_ = true;
        spdlog::error("what follows from a commit failed: {}", done.error().message);
        underway.undone.emplace(i, done.error());
      }
    }
  }

  /// The state and the read models ran ahead of the log; what the rows hold is what is true.
  void drop_views(const WriteGroup& group, const Error& error) {
    second_.drain();
    for (const LedgerId id : group.touched()) ledger_views_.erase(id.value());
    spdlog::error("commit failed: {}", error.message);
  }

  void finish(Underway& underway) {
    if (underway.rows) fold(underway);
    const Status committed = underway.committed.get_future().get();
    if (committed && underway.rows) show(underway);
    if (!committed && committed.error().code == ErrorCode::disk_full) {
      const std::lock_guard lock(mutex_);
      load_.refused += underway.callers.size();
    }
    std::vector<Outcome> answers = underway.group.outcomes(committed);
    for (const auto& [i, error] : underway.undone)
      answers[i] = Error{ErrorCode::unknown_outcome,
                         "it is recorded, and what follows from it was not carried out (" +
                             error.message +
                             "); restart the server, which completes it, then retry with the same "
                             "idempotency key"};
    for (std::size_t i = 0; i < answers.size(); ++i)
      underway.callers[i].answer(std::move(answers[i]));
  }

  void fold(Underway& underway) {
    for (const auto& [id, views] : underway.views) {
      views->fold_read_models(underway.group.events_of(id), underway.group.size_of(id),
                              *underway.rows);
    }
  }

  void show(Underway& underway) {
    const WriteGroup& group = underway.group;
    // The events are durable whatever happens here: rows are made again from them at the next open.
    if (const Status written = underway.rows->write(); !written) {
      spdlog::error("views are behind: {}", written.error().message);
      failed_ = true;
      return;
    }
    for (const auto& [id, views] : underway.views)
      if (views->take_news()) tell_news(id, *views);
    for (const LedgerId id : group.touched()) commits_.publish(id, group.size_of(id));
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
    if (slot) return slot.get();
    if (const Status opened = open_views(id); !opened) {
      spdlog::error("views of ledger {} cannot be opened: {}", id.value(), opened.error().message);
      return nullptr;
    }
    return slot.get();
  }

  Status open_views(LedgerId id) {
    RECOURSE_LET(auto opened, LedgerViews::open(ledger_, views_, id, {kinds_, parks_}));
    (void)opened->take_news();
    tell_news(id, *opened);
    ledger_views_[id.value()] = std::move(opened);
    return {};
  }

  void tell_news(LedgerId id, LedgerViews& views) {
    for (const auto& [projection, event] : views.take_parked())
      record_parked(id, projection, event);
    std::vector<ViewBehind> now = views.behind();
    const std::lock_guard lock(behind_mutex_);
    for (const ViewBehind& view : now)
      if (view.why == ViewBehind::Why::stopped)
        spdlog::error("{} of ledger {} stopped at event {}: {}", view.projection, id.value(),
                      view.applied.value(), view.cause);
    if (now.empty()) {
      behind_.erase(id);
    } else {
      behind_[id] = std::move(now);
    }
    any_behind_ = !behind_.empty();
  }

  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Submission> queue_;
  Load load_;
  std::deque<Pause*> pauses_;
  bool stopping_ = false;
  std::map<std::uint32_t, std::unique_ptr<LedgerViews>> ledger_views_;
  mutable std::mutex behind_mutex_;
  std::map<LedgerId, std::vector<ViewBehind>> behind_;
  std::atomic<bool> any_behind_{false};
  SecondStage second_;
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
  Submission one{std::move(request), std::move(answer)};
  impl_->submit(std::span(&one, 1));
}

void Writer::submit(std::vector<Submission> submissions) { impl_->submit(submissions); }

Outcome Writer::handle(WriteRequest request) {
  std::promise<Outcome> promise;
  auto answer = promise.get_future();
  submit(std::move(request), [&](Outcome outcome) { promise.set_value(std::move(outcome)); });
  return answer.get();
}

Status Writer::at_rest(LedgerId ledger, const std::function<Status()>& work) {
  return impl_->at_rest(ledger, work);
}

std::vector<ViewBehind> Writer::behind(LedgerId ledger) const { return impl_->behind(ledger); }
std::vector<std::pair<LedgerId, ViewBehind>> Writer::behind() const { return impl_->behind(); }
ParkList& Writer::parks() { return impl_->parks_; }
std::span<const ProjectionKind> Writer::projections() const { return impl_->kinds_; }
void Writer::record_parked(LedgerId ledger, const std::string& projection,
                           const ParkedEvent& event) {
  impl_->record_parked(ledger, projection, event);
}

const Directory& Writer::directory() const { return impl_->directory_; }
CommitFeed& Writer::commits() { return impl_->commits_; }
Ledger& Writer::ledger() { return impl_->ledger_; }
ViewStore& Writer::views() { return impl_->views_; }
const Clock& Writer::clock() const { return impl_->clock_; }
Random& Writer::random() { return impl_->random_; }
bool Writer::failed() const { return impl_->failed_; }
std::size_t Writer::queued() const { return impl_->queued(); }
Writer::Load Writer::take_load() { return impl_->take_load(); }

WriteRequest command_request(TenantId tenant, Principal principal, Command command,
                             std::string requester_address) {
  WriteRequest request;
  request.tenant = std::move(tenant);
  request.principal = std::move(principal);
  request.decide = [command = std::move(command), address = std::move(requester_address)](
                       DecisionStep& step) { return decide_command(step, command, address); };
  return request;
}

}  // namespace recourse
