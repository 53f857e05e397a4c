#include "engine/writer/projection_builds.h"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "engine/event/leaf.h"
#include "engine/writer/decision_state.h"

namespace recourse {
namespace {

/// A previous build further behind than this is not brought to the head while commits wait.
constexpr std::uint64_t kMostBehind = 200'000;

Result<ProjectionKind> kind_of(std::string_view name) {
  std::string known;
  for (const ProjectionKind& kind : all_projections()) {
    if (kind.name == name) return kind;
    known += (known.empty() ? "" : ", ") + std::string(kind.name);
  }
  return Error{ErrorCode::not_found,
               "there is no projection " + std::string(name) + "; there are " + known};
}

}  // namespace

/// Rows on their way, in one slot.
struct ProjectionBuilds::Build {
  ProjectionKind kind;
  LedgerId ledger;
  ViewSlot slot;
  ViewState state;
  std::unique_ptr<RowSource> source;
  std::unique_ptr<Digest> digest;
  std::unique_ptr<Projection> projection;
  std::string fault;

  Build(const ProjectionKind& of, LedgerId id, ViewSlot in, const ViewState& at,
        const ViewStore& views)
      : kind(of),
        ledger(id),
        slot(in),
        state(at),
        source(views.source(of.number, id, at.generation)),
        digest(std::make_unique<Digest>(at.digest)),
        projection(of.make(*source, *digest)) {}

  /// Folds the next events, at most `most`, and stores the rows with where they stand.
  Status step(const Ledger& from, ViewStore& views, std::uint64_t most) {
    const std::uint64_t begin = state.applied.value();
    const std::uint64_t end = std::min(from.head(ledger).size.value(), begin + most);
    if (begin == end) return {};
    RecordedEvent event;
    Status unreadable;
    RECOURSE_TRY(from.scan(
        ledger, Position(begin), Position(end), [&](Position position, std::string_view leaf) {
          unreadable = read_for_fold(leaf, event);
          if (!unreadable.ok())
            unreadable =
                Error{unreadable.error().code, "event " + std::to_string(position.value()) + ": " +
                                                   unreadable.error().message};
          if (unreadable.ok()) projection->apply(event);
          return unreadable.ok();
        }));
    RECOURSE_TRY(unreadable);
    const auto batch = views.batch();
    projection->flush([&](std::string_view key, std::string_view json) {
      batch->put(kind.number, ledger, state.generation, key, json);
    });
    state.applied = LogSize(end);
    state.digest = *digest;
    batch->set_state(kind.number, ledger, state, slot);
    return batch->write();
  }
};

ProjectionBuilds::ProjectionBuilds(Writer& writer, Options options)
    : writer_(writer), options_(options) {
  for (const LedgerInfo& info : writer_.ledger().ledgers())
    for (const ProjectionKind& kind : all_projections()) {
      const auto state = writer_.views().slot(kind.number, info.ledger, ViewSlot::candidate);
      if (!state) continue;
      if (state->version != kind.version) {  // Of another program; nobody could fold it further.
        const Status dropped =
            writer_.views().drop_slot(kind.number, info.ledger, ViewSlot::candidate);
        if (!dropped) spdlog::warn("an old build stays: {}", dropped.error().message);
        continue;
      }
      builds_[{info.ledger.value(), kind.number}] =
          std::make_unique<Build>(kind, info.ledger, ViewSlot::candidate, *state, writer_.views());
    }
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
  bool worked = false;
  for (auto& [key, build] : builds_) {
    if (!build->fault.empty()) continue;
    const std::uint64_t before = build->state.applied.value();
    const Status done = build->step(writer_.ledger(), writer_.views(), options_.step);
    if (!done) {
      build->fault = done.error().message;
      spdlog::error("the build of {} stopped: {}", build->kind.name, build->fault);
    }
    worked = worked || build->state.applied.value() != before;
  }
  return worked;
}

std::vector<ProjectionStatus> ProjectionBuilds::status(LedgerId ledger) const {
  const std::lock_guard lock(mutex_);
  const ViewStore& views = writer_.views();
  std::vector<ProjectionStatus> all;
  for (const ProjectionKind& kind : all_projections()) {
    ProjectionStatus one;
    one.projection = kind.name;
    one.ledger = ledger;
    one.head = writer_.ledger().head(ledger).size;
    one.version = kind.version;
    one.live = views.state(kind.number, ledger);
    one.candidate = views.slot(kind.number, ledger, ViewSlot::candidate);
    one.previous = views.slot(kind.number, ledger, ViewSlot::previous);
    const auto build = builds_.find({ledger.value(), kind.number});
    if (build != builds_.end()) one.fault = build->second->fault;
    all.push_back(std::move(one));
  }
  return all;
}

Status ProjectionBuilds::start(LedgerId ledger, std::string_view projection) {
  RECOURSE_LET(const ProjectionKind kind, kind_of(projection));
  const std::lock_guard lock(mutex_);
  auto& slot = builds_[{ledger.value(), kind.number}];
  if (slot)
    return Error{ErrorCode::conflict,
                 std::string(projection) + " has a build already: switch to it, or cancel it"};
  ViewStore& views = writer_.views();
  ViewState state;
  state.version = kind.version;
  state.generation = views.next_generation(kind.number, ledger);
  RECOURSE_TRY(views.drop_rows(kind.number, ledger, state.generation));
  const auto batch = views.batch();
  batch->set_state(kind.number, ledger, state, ViewSlot::candidate);
  RECOURSE_TRY(batch->write());
  slot = std::make_unique<Build>(kind, ledger, ViewSlot::candidate, state, views);
  wake_.notify_all();
  return {};
}

Status ProjectionBuilds::cancel(LedgerId ledger, std::string_view projection) {
  const std::lock_guard lock(mutex_);
  RECOURSE_LET(Build* const build, find(ledger, projection));
  const std::uint8_t number = build->kind.number;
  builds_.erase({ledger.value(), number});
  return writer_.views().drop_slot(number, ledger, ViewSlot::candidate);
}

Result<ProjectionBuilds::Build*> ProjectionBuilds::find(LedgerId ledger,
                                                        std::string_view projection) {
  RECOURSE_LET(const ProjectionKind kind, kind_of(projection));
  const auto found = builds_.find({ledger.value(), kind.number});
  if (found != builds_.end()) return found->second.get();
  return Error{ErrorCode::not_found,
               std::string(projection) + " has no build: `recourse rebuild run` begins one"};
}

Status ProjectionBuilds::catch_up(Build& build) {
  if (!build.fault.empty()) return Error{ErrorCode::conflict, "the build stopped: " + build.fault};
  const auto behind = [&] {
    return writer_.ledger().head(build.ledger).size.value() - build.state.applied.value();
  };
  if (behind() > options_.step)
    return Error{ErrorCode::conflict, "the build is " + std::to_string(behind()) +
                                          " events behind: wait until it has caught up"};
  return {};
}

Result<ProjectionDiff> ProjectionBuilds::diff(LedgerId ledger, std::string_view projection,
                                              std::size_t samples) {
  ProjectionDiff made;
  std::function<Status(const ViewStore::RowDifference&)> compare;
  {
    const std::lock_guard lock(mutex_);
    RECOURSE_LET(Build* const build, find(ledger, projection));
    RECOURSE_TRY(catch_up(*build));
    ViewStore& views = writer_.views();
    const Status rested = writer_.at_rest(ledger, [&]() -> Status {
      while (build->state.applied < writer_.ledger().head(ledger).size)
        RECOURSE_TRY(build->step(writer_.ledger(), views, options_.step));
      const ViewState live = views.state(build->kind.number, ledger);
      made.size = live.applied;
      made.live = live.digest.value();
      made.candidate = build->state.digest.value();
      compare =
          views.comparison(build->kind.number, ledger, live.generation, build->state.generation);
      return {};
    });
    if (!rested) return rested.error();
  }
  if (made.live == made.candidate) return made;
  RECOURSE_TRY(compare([&](std::string_view key, std::string_view before, std::string_view after) {
    ++(before.empty() ? made.added : after.empty() ? made.removed : made.changed);
    if (made.samples.size() < samples)
      made.samples.push_back({std::string(key), std::string(before), std::string(after)});
    return true;
  }));
  return made;
}

Status ProjectionBuilds::switch_over(LedgerId ledger, std::string_view projection,
                                     const Actor& by) {
  const std::lock_guard lock(mutex_);
  RECOURSE_LET(Build* const build, find(ledger, projection));
  RECOURSE_TRY(catch_up(*build));
  const std::string name(build->kind.name);
  RECOURSE_TRY(promote(ledger, name, ViewSlot::candidate, by));
  return {};
}

Status ProjectionBuilds::roll_back(LedgerId ledger, std::string_view projection, const Actor& by) {
  RECOURSE_LET(const ProjectionKind kind, kind_of(projection));
  const std::lock_guard lock(mutex_);
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
  return promote(ledger, std::string(kind.name), ViewSlot::previous, by);
}

Status ProjectionBuilds::promote(LedgerId ledger, const std::string& projection, ViewSlot from,
                                 const Actor& by) {
  RECOURSE_LET(const ProjectionKind kind, kind_of(projection));
  ViewStore& views = writer_.views();
  ProjectionSwitched switched;
  const Status rested = writer_.at_rest(ledger, [&]() -> Status {
    std::unique_ptr<Build> other;
    Build* build = nullptr;
    if (from == ViewSlot::candidate) {
      build = builds_.at({ledger.value(), kind.number}).get();
    } else {
      other = std::make_unique<Build>(kind, ledger, from, *views.slot(kind.number, ledger, from),
                                      views);
      build = other.get();
    }
    while (build->state.applied < writer_.ledger().head(ledger).size)
      RECOURSE_TRY(build->step(writer_.ledger(), views, options_.step));
    switched.projection = projection;
    switched.from = views.state(kind.number, ledger).version;
    switched.to = build->state.version;
    switched.ledger = ledger.value();
    switched.size = static_cast<std::int64_t>(build->state.applied.value());
    switched.digest = build->state.digest.value();
    return views.promote(kind.number, ledger, from);
  });
  if (!rested) return rested.error();
  if (from == ViewSlot::candidate) builds_.erase({ledger.value(), kind.number});
  WriteRequest request;
  request.tenant = TenantId("meta");
  request.principal = {by.id, by.type, Role::admin, {}};
  request.decide = [&](DecisionStep&) -> Result<std::vector<NewEvent>> {
    return std::vector<NewEvent>{{"deployment", "", by, "", "", std::move(switched)}};
  };
  RECOURSE_TRY(writer_.handle(std::move(request)));
  return {};
}

}  // namespace recourse
