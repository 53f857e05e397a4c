#include "engine/writer/projection_builds.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <set>

#include "engine/writer/decision_state.h"

namespace recourse {
namespace {

/// A previous build further behind than this is not brought to the head while commits wait.
constexpr std::uint64_t kMostBehind = 200'000;

}  // namespace

ProjectionBuilds::ProjectionBuilds(Writer& writer, Options options)
    : writer_(writer), options_(options) {
  for (const LedgerInfo& info : writer_.ledger().ledgers())
    for (const ProjectionKind& kind : writer_.projections()) {
      const auto state = writer_.views().slot(kind.number, info.ledger, ViewSlot::candidate);
      if (!state) continue;
      if (state->version != kind.version) {  // Of another program; nobody could fold it further.
        const Status dropped =
            writer_.views().drop_slot(kind.number, info.ledger, ViewSlot::candidate);
        if (!dropped) spdlog::warn("an old build stays: {}", dropped.error().message);
        continue;
      }
      builds_[{info.ledger.value(), kind.number}] = std::make_unique<FoldedView>(
          kind, info.ledger, ViewSlot::candidate, *state, writer_.views());
      for (const ParkedEvent& event :
           writer_.views().parked(kind.number, info.ledger, state->generation))
        writer_.record_parked(info.ledger, std::string(kind.name), event);
    }
  for (const LedgerInfo& info : writer_.ledger().ledgers())
    for (const ProjectionKind& kind : writer_.projections())
      if (const Status settled = settle(kind, info.ledger); !settled)
        spdlog::error("a switch of {} that was under way waits: {}", kind.name,
                      settled.error().message);
  begin_missing();
  thread_ = std::thread([this] { work(); });
}

ProjectionBuilds::~ProjectionBuilds() {
  {
    const std::lock_guard lock(wake_mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

void ProjectionBuilds::work() {
  using Monotonic = std::chrono::steady_clock;
  std::unique_lock lock(wake_mutex_);
  while (!stopping_) {
    lock.unlock();
    const auto begin = Monotonic::now();
    const bool worked = work_once();
    const auto took = Monotonic::now() - begin;
    lock.lock();
    // Half of a thread at most, so that who is served does not notice.
    const auto rest = worked ? (options_.rests ? took : Monotonic::duration::zero())
                             : Monotonic::duration(std::chrono::milliseconds(200));
    wake_.wait_for(lock, rest, [this] { return stopping_; });
  }
}

bool ProjectionBuilds::work_once() {
  const std::lock_guard lock(mutex_);
  const bool stepped = step_builds();
  const bool brought = bring_up();
  return switch_by_itself() || stepped || brought;
}

bool ProjectionBuilds::step(FoldedView& build) {
  const LogSize before = build.state().applied;
  const LogSize head = writer_.ledger().head(build.ledger()).size;
  const LogSize until(std::min(head.value(), before.value() + options_.step));
  Status done = build.advance(writer_.ledger(), writer_.views(), until, writer_.parks());
  if (done && build.state().applied != before && ++steps_ >= options_.durable_every) {
    steps_ = 0;
    done = writer_.views().flush();
  }
  note_fault(build, done);
  record_parked(build);
  return done.ok() && build.state().applied != before;
}

void ProjectionBuilds::note_fault(const FoldedView& build, const Status& stored) {
  std::string now;
  if (build.fault()) {
    now = "event " + std::to_string(build.fault()->position.value()) + ": " + build.fault()->cause;
  } else if (!stored) {
    now = stored.error().message;
  }
  const std::lock_guard lock(faults_mutex_);
  std::string& fault = faults_[{build.ledger().value(), build.kind().number}];
  if (!now.empty() && now != fault)
    spdlog::error("the build of {} does not get on: {}", build.kind().name, now);
  fault = std::move(now);
}

void ProjectionBuilds::forget(LedgerId ledger, std::uint8_t projection) {
  builds_.erase({ledger.value(), projection});
  const std::lock_guard lock(faults_mutex_);
  faults_.erase({ledger.value(), projection});
}

void ProjectionBuilds::record_parked(FoldedView& build) {
  const std::string name(build.kind().name);
  for (const ParkedEvent& event : build.take_parked())
    writer_.record_parked(build.ledger(), name, event);
}

bool ProjectionBuilds::step_builds() {
  // Commands wait for a state to decide from, nobody for the others.
  const bool commands_wait = std::any_of(builds_.begin(), builds_.end(), [this](const auto& one) {
    const FoldedView& build = *one.second;
    return build.kind().number == kDecisionState && !build.fault() && has_older_rows(build);
  });
  bool worked = false;
  for (const auto& [key, build] : builds_) {
    if (build->fault() || (commands_wait && build->kind().number != kDecisionState)) continue;
    worked = step(*build) || worked;
  }
  return worked;
}

/// Projections that were stopped for long: the writer folds a piece each time it opens them.
bool ProjectionBuilds::bring_up() {
  std::set<LedgerId> behind;
  for (const auto& [ledger, view] : writer_.behind())
    if (view.why == ViewBehind::Why::catching_up) behind.insert(ledger);
  for (const LedgerId ledger : behind)
    if (const Status piece = writer_.at_rest(ledger, [] { return Status(); }); !piece) return false;
  return !behind.empty();
}

bool ProjectionBuilds::switch_by_itself() {
  for (const auto& [key, build] : builds_) {
    if (!has_older_rows(*build) || !check_near(*build)) continue;
    // It could not be put on record as long as the deployment's own ledger waits.
    const bool first = key == Key{0, kDecisionState};
    if (!first && !decides(LedgerId(0))) continue;
    const std::string name(build->kind().name);
    const LedgerId ledger = build->ledger();
    const auto done = promote(*build, ViewSlot::candidate, Actor{});
    if (!done) {
      spdlog::error("{} is not switched to: {}", name, done.error().message);
      return false;
    }
    spdlog::info("{} of ledger {} was made anew and is served now", name, ledger.value());
    return true;  // The builds are others now.
  }
  return false;
}

void ProjectionBuilds::begin_missing() {
  for (const LedgerInfo& info : writer_.ledger().ledgers())
    for (const ProjectionKind& kind : writer_.projections()) {
      const ViewState live = writer_.views().state(kind.number, info.ledger);
      const bool older = live.version != 0 && live.version != kind.version;
      if (!older || builds_.contains({info.ledger.value(), kind.number})) continue;
      spdlog::info("{} of ledger {} was made by version {} of its handlers and is made anew",
                   kind.name, info.ledger.value(), live.version);
      if (const Status begun = begin(kind, info.ledger); !begun)
        spdlog::error("{} is not made anew: {}", kind.name, begun.error().message);
    }
}

bool ProjectionBuilds::has_older_rows(const FoldedView& build) const {
  const ViewState live = writer_.views().state(build.kind().number, build.ledger());
  return live.version != 0 && live.version != build.kind().version;
}

bool ProjectionBuilds::decides(LedgerId ledger) const {
  const auto behind = writer_.behind(ledger);
  return behind.empty() || behind.front().number != kDecisionState;
}

Result<ProjectionKind> ProjectionBuilds::kind_of(std::string_view name) const {
  std::string known;
  for (const ProjectionKind& kind : writer_.projections()) {
    if (kind.name == name) return kind;
    known += (known.empty() ? "" : ", ") + std::string(kind.name);
  }
  return Error{ErrorCode::not_found,
               "there is no projection " + std::string(name) + "; there are " + known};
}

std::vector<ProjectionStatus> ProjectionBuilds::status(LedgerId ledger) const {
  const ViewStore& views = writer_.views();
  const auto behind = writer_.behind(ledger);
  std::vector<ProjectionStatus> all;
  for (const ProjectionKind& kind : writer_.projections()) {
    const auto with_parked = [&](const ViewState& state) {
      return ProjectionStatus::Build{state, views.parked(kind.number, ledger, state.generation)};
    };
    const auto in_slot = [&](ViewSlot slot) -> std::optional<ProjectionStatus::Build> {
      const auto state = views.slot(kind.number, ledger, slot);
      if (!state) return std::nullopt;
      return with_parked(*state);
    };
    ProjectionStatus one;
    one.projection = kind.name;
    one.ledger = ledger;
    one.head = writer_.ledger().head(ledger).size;
    one.version = kind.version;
    do {  // All slots as they were in one moment.
      one.live = with_parked(views.state(kind.number, ledger));
      one.candidate = in_slot(ViewSlot::candidate);
      one.previous = in_slot(ViewSlot::previous);
    } while (views.state(kind.number, ledger).generation != one.live.generation);
    for (const ViewBehind& view : behind)
      if (view.number == kind.number) one.behind = view;
    {
      const std::lock_guard lock(faults_mutex_);
      const auto fault = faults_.find({ledger.value(), kind.number});
      if (fault != faults_.end()) one.fault = fault->second;
    }
    all.push_back(std::move(one));
  }
  return all;
}

Status ProjectionBuilds::start(LedgerId ledger, std::string_view projection) {
  RECOURSE_LET(const ProjectionKind kind, kind_of(projection));
  const std::lock_guard lock(mutex_);
  if (builds_.contains({ledger.value(), kind.number}))
    return Error{ErrorCode::conflict,
                 std::string(projection) + " has a build already: switch to it, or cancel it"};
  RECOURSE_TRY(begin(kind, ledger));
  wake_.notify_all();
  return {};
}

Status ProjectionBuilds::begin(const ProjectionKind& kind, LedgerId ledger) {
  ViewStore& views = writer_.views();
  ViewState state;
  state.version = kind.version;
  state.generation = views.next_generation(kind.number, ledger);
  RECOURSE_TRY(views.drop_rows(kind.number, ledger, state.generation));
  const auto batch = views.batch();
  batch->set_state(kind.number, ledger, state, ViewSlot::candidate);
  RECOURSE_TRY(batch->write());
  RECOURSE_TRY(views.flush());  // Who asked for it is told that it goes on after a kill.
  builds_[{ledger.value(), kind.number}] =
      std::make_unique<FoldedView>(kind, ledger, ViewSlot::candidate, state, views);
  return {};
}

Status ProjectionBuilds::park(std::span<const std::string> types) {
  const std::lock_guard lock(mutex_);
  RECOURSE_TRY(writer_.parks().add(types));
  for (const auto& [key, build] : builds_) {
    build->try_again();
    note_fault(*build, {});
  }
  std::set<LedgerId> stopped;
  for (const auto& [ledger, view] : writer_.behind())
    if (view.why == ViewBehind::Why::stopped) stopped.insert(ledger);
  for (const LedgerId ledger : stopped)
    RECOURSE_TRY(writer_.at_rest(ledger, [] { return Status(); }));
  return {};
}

Status ProjectionBuilds::cancel(LedgerId ledger, std::string_view projection) {
  const std::lock_guard lock(mutex_);
  RECOURSE_LET(FoldedView* const build, find(ledger, projection));
  if (has_older_rows(*build))
    return Error{ErrorCode::conflict,
                 "the served rows of " + std::string(projection) +
                     " are of another version of the program, so this build is needed"};
  const std::uint8_t number = build->kind().number;
  forget(ledger, number);
  return writer_.views().drop_slot(number, ledger, ViewSlot::candidate);
}

Result<FoldedView*> ProjectionBuilds::find(LedgerId ledger, std::string_view projection) {
  RECOURSE_LET(const ProjectionKind kind, kind_of(projection));
  const auto found = builds_.find({ledger.value(), kind.number});
  if (found != builds_.end()) return found->second.get();
  return Error{ErrorCode::not_found,
               std::string(projection) + " has no build: `recourse rebuild run` begins one"};
}

Status ProjectionBuilds::check_near(const FoldedView& build) const {
  if (build.fault())
    return Error{ErrorCode::conflict, "the build stopped at event " +
                                          std::to_string(build.fault()->position.value()) + ": " +
                                          build.fault()->cause};
  const std::uint64_t behind =
      writer_.ledger().head(build.ledger()).size.value() - build.state().applied.value();
  if (behind > options_.step)
    return Error{ErrorCode::conflict, "the build is " + std::to_string(behind) +
                                          " events behind: wait until it has caught up"};
  return {};
}

/// To the head, while nothing is written.
Status ProjectionBuilds::fold_rest(FoldedView& build) {
  const LogSize head = writer_.ledger().head(build.ledger()).size;
  while (build.state().applied < head) {
    RECOURSE_TRY(build.advance(writer_.ledger(), writer_.views(), head, writer_.parks()));
    if (build.fault()) return check_near(build);
  }
  record_parked(build);
  return {};
}

Result<ProjectionDiff> ProjectionBuilds::diff(LedgerId ledger, std::string_view projection,
                                              std::size_t samples) {
  ProjectionDiff made;
  std::function<Status(const ViewStore::RowDifference&)> compare;
  {
    const std::lock_guard lock(mutex_);
    RECOURSE_LET(FoldedView* const build, find(ledger, projection));
    RECOURSE_TRY(check_near(*build));
    ViewStore& views = writer_.views();
    const Status rested = writer_.at_rest(ledger, [&]() -> Status {
      RECOURSE_TRY(fold_rest(*build));
      const std::uint8_t number = build->kind().number;
      const ViewState live = views.state(number, ledger);
      if (live.applied != build->state().applied)
        return Error{ErrorCode::conflict, "the served rows stand at " +
                                              std::to_string(live.applied.value()) +
                                              " events, so there is nothing to compare with"};
      made.size = live.applied;
      made.live = live.digest.value();
      made.candidate = build->state().digest.value();
      compare = views.comparison(number, ledger, live.generation, build->state().generation);
      return {};
    });
    if (!rested) return rested.error();
  }
  if (made.live == made.candidate) return made;
  RECOURSE_TRY(compare([&](std::string_view key, std::string_view before, std::string_view after) {
    made.whole = made.added + made.removed + made.changed < options_.most_differences;
    if (!made.whole) return false;
    ++(before.empty() ? made.added : after.empty() ? made.removed : made.changed);
    if (made.samples.size() < samples)
      made.samples.push_back({std::string(key), std::string(before), std::string(after)});
    return true;
  }));
  return made;
}

Result<Committed> ProjectionBuilds::switch_over(LedgerId ledger, std::string_view projection,
                                                const Actor& by,
                                                const Writer::Repeatable& request) {
  const std::lock_guard lock(mutex_);
  RECOURSE_LET(auto repeat, find_repeat(by, request, projection, ledger));
  if (repeat) return std::move(*repeat);
  RECOURSE_LET(FoldedView* const build, find(ledger, projection));
  RECOURSE_TRY(check_near(*build));
  return promote(*build, ViewSlot::candidate, by, request);
}

Result<Committed> ProjectionBuilds::roll_back(LedgerId ledger, std::string_view projection,
                                              const Actor& by, const Writer::Repeatable& request,
                                              const GoOn& go_on) {
  std::unique_ptr<FoldedView> build;
  for (;;) {
    const std::lock_guard lock(mutex_);
    if (!build) {
      RECOURSE_LET(auto repeat, find_repeat(by, request, projection, ledger));
      if (repeat) return std::move(*repeat);
      RECOURSE_LET(build, open_previous(ledger, projection));
    }
    const auto now = writer_.views().slot(build->kind().number, ledger, ViewSlot::previous);
    if (!now || now->generation != build->state().generation ||
        now->applied != build->state().applied)
      return Error{ErrorCode::conflict, "another switch came in between: look again"};
    if (check_near(*build)) return promote(*build, ViewSlot::previous, by, request);
    if (build->fault()) return check_near(*build).error();
    // As a new build is folded: commits go on meanwhile, and so does who asks how it stands.
    const LogSize until(build->state().applied.value() + options_.step);
    RECOURSE_TRY(build->advance(writer_.ledger(), writer_.views(), until, writer_.parks()));
    record_parked(*build);
    if (go_on && !go_on()) return Error{ErrorCode::unavailable, "the server stops"};
  }
}

Result<std::unique_ptr<FoldedView>> ProjectionBuilds::open_previous(
    LedgerId ledger, std::string_view projection) const {
  RECOURSE_LET(const ProjectionKind kind, kind_of(projection));
  const auto previous = writer_.views().slot(kind.number, ledger, ViewSlot::previous);
  if (!previous)
    return Error{ErrorCode::not_found, std::string(projection) + " has no previous build"};
  if (previous->version != kind.version)
    return Error{ErrorCode::conflict,
                 "the previous build is of version " + std::to_string(previous->version) +
                     ", which this program cannot fold: start the program that made it"};
  if (writer_.ledger().head(ledger).size.value() - previous->applied.value() > kMostBehind)
    return Error{ErrorCode::conflict,
                 "the previous build is too far behind by now: `recourse rebuild run` makes one "
                 "from the log"};
  return std::make_unique<FoldedView>(kind, ledger, ViewSlot::previous, *previous, writer_.views());
}

/// What the same request made before, carried out by now.
Result<std::optional<Committed>> ProjectionBuilds::find_repeat(const Actor& by,
                                                               const Writer::Repeatable& request,
                                                               std::string_view projection,
                                                               LedgerId ledger) {
  if (request.idempotency_key.empty()) return std::optional<Committed>();
  RECOURSE_LET(Committed made, record(std::nullopt, by, request));
  if (!made.repeated) return std::optional<Committed>();
  RECOURSE_LET(const ProjectionKind kind, kind_of(projection));
  RECOURSE_TRY(settle(kind, ledger));
  return std::optional(std::move(made));
}

/// On record first, then done. What is between is known by the intent, also after a crash.
Result<Committed> ProjectionBuilds::promote(FoldedView& build, ViewSlot from, const Actor& by,
                                            const Writer::Repeatable& request) {
  const ProjectionKind kind = build.kind();
  const LedgerId ledger = build.ledger();
  ViewStore& views = writer_.views();
  // Nothing can be put on record before there is a state to decide from.
  const bool served_first =
      ledger == LedgerId(0) && kind.number == kDecisionState && !decides(ledger);
  ProjectionSwitched switched;
  const Status noted = writer_.at_rest(ledger, [&]() -> Status {
    RECOURSE_TRY(fold_rest(build));
    switched.projection = std::string(kind.name);
    switched.from = views.state(kind.number, ledger).version;
    switched.to = build.state().version;
    switched.ledger = ledger.value();
    switched.size = static_cast<std::int64_t>(build.state().applied.value());
    switched.digest = build.state().digest.value();
    const ViewStore::Intent intent{build.state().generation,
                                   writer_.ledger().head(LedgerId(0)).size};
    RECOURSE_TRY(views.set_intent(kind.number, ledger, intent));
    return served_first ? views.promote(kind.number, ledger, from) : Status();
  });
  if (!noted) return noted.error();
  auto recorded = record(std::move(switched), by, request);
  if (!recorded) {
    // Certainly not stored, so nothing is under way any more.
    if (!served_first && recorded.error().code != ErrorCode::unknown_outcome)
      RECOURSE_TRY(views.set_intent(kind.number, ledger, std::nullopt));
    return recorded.error();
  }
  if (!served_first) RECOURSE_TRY(serve(build, from));
  if (from == ViewSlot::candidate) forget(ledger, kind.number);
  RECOURSE_TRY(views.set_intent(kind.number, ledger, std::nullopt));
  return recorded;
}

/// Without a switch it only looks whether the request was made before.
Result<Committed> ProjectionBuilds::record(std::optional<ProjectionSwitched> switched,
                                           const Actor& by, const Writer::Repeatable& request) {
  WriteRequest write;
  write.tenant = TenantId("meta");
  write.principal = {by.id, by.type, Role::admin, {}};
  write.idempotency_key = request.idempotency_key;
  write.fingerprint = request.fingerprint;
  write.decide = [&](DecisionStep&) -> Result<std::vector<NewEvent>> {
    std::vector<NewEvent> events;
    if (switched) events.push_back({"deployment", "", by, "", "", std::move(*switched)});
    return events;
  };
  return writer_.handle(std::move(write));
}

Status ProjectionBuilds::serve(FoldedView& build, ViewSlot from) {
  return writer_.at_rest(build.ledger(), [&]() -> Status {
    RECOURSE_TRY(fold_rest(build));
    return writer_.views().promote(build.kind().number, build.ledger(), from);
  });
}

Result<bool> ProjectionBuilds::is_recorded(const ProjectionKind& kind, LedgerId ledger,
                                           LogSize since) const {
  const Ledger& log = writer_.ledger();
  const LedgerId meta(0);
  Status unreadable;
  bool found = false;
  RECOURSE_TRY(log.scan(meta, Position(since.value()), Position(log.head(meta).size.value()),
                        [&](Position, std::string_view leaf) {
                          if (leaf.find(ProjectionSwitched::kType) == leaf.npos) return true;
                          const auto event = read_leaf(leaf);
                          if (!event) unreadable = event.error();
                          const auto* switched =
                              event ? get_if<ProjectionSwitched>(&event->data) : nullptr;
                          found = switched != nullptr && switched->projection.text == kind.name &&
                                  switched->ledger == ledger.value();
                          return !found && unreadable.ok();
                        }));
  RECOURSE_TRY(unreadable);
  return found;
}

/// Carries on with a switch that was begun: what is on record is done, and what is done is on
/// record.
Status ProjectionBuilds::settle(const ProjectionKind& kind, LedgerId ledger) {
  ViewStore& views = writer_.views();
  const auto intent = views.intent(kind.number, ledger);
  if (!intent) return {};
  const ViewState live = views.state(kind.number, ledger);
  const bool served = live.generation == intent->generation;
  RECOURSE_LET(const bool recorded, is_recorded(kind, ledger, intent->deployment));
  if (recorded && !served) {
    for (const ViewSlot from : {ViewSlot::candidate, ViewSlot::previous}) {
      const auto state = views.slot(kind.number, ledger, from);
      if (!state || state->generation != intent->generation || state->version != kind.version)
        continue;
      FoldedView build(kind, ledger, from, *state, views);
      const LogSize head = writer_.ledger().head(ledger).size;
      while (!build.fault() && build.state().applied < head)
        RECOURSE_TRY(build.advance(writer_.ledger(), views, head, writer_.parks()));
      RECOURSE_TRY(serve(build, from));
      if (from == ViewSlot::candidate) forget(ledger, kind.number);
      spdlog::info("{} of ledger {} is switched, as it is on record", kind.name, ledger.value());
      break;
    }
    if (views.state(kind.number, ledger).generation != intent->generation)
      spdlog::error("a switch of {} is on record, and the rows that it speaks of are gone",
                    kind.name);
  }
  if (served && !recorded) {
    const auto previous = views.slot(kind.number, ledger, ViewSlot::previous);
    ProjectionSwitched switched{std::string(kind.name),
                                previous ? std::int64_t{previous->version} : 0,
                                live.version,
                                ledger.value(),
                                static_cast<std::int64_t>(live.applied.value()),
                                live.digest.value()};
    RECOURSE_TRY(record(std::move(switched), Actor{}, {}));
  }
  return views.set_intent(kind.number, ledger, std::nullopt);
}

}  // namespace recourse
