#include "engine/writer/ledger_views.h"

#include <algorithm>
#include <set>

namespace recourse {
namespace {

/// Rows in memory while a long tail is folded: few enough to stay small, many enough to be fast.
constexpr std::uint64_t kCatchUpStep = 10'000;
/// Rows of each table, from either end of its keys, that are looked at to know whether all can be
/// read: rows of one version have one form.
constexpr int kRowsTried = 32;

}  // namespace

Result<std::unique_ptr<LedgerViews>> LedgerViews::open(const Ledger& ledger, ViewStore& store,
                                                       LedgerId id, const Options& options) {
  std::unique_ptr<LedgerViews> made(new LedgerViews(id, options));
  RECOURSE_TRY(made->load(ledger, store));
  RECOURSE_TRY(made->leave_long_stopped(ledger, store));
  RECOURSE_TRY(made->catch_up(ledger, store));
  return made;
}

Status LedgerViews::load(const Ledger& ledger, const ViewStore& store) {
  for (const ProjectionKind& kind : options_.kinds) {
    ViewState state = store.state(kind.number, id_);
    if (state.version == 0) state.version = kind.version;
    if (state.applied > ledger.head(id_).size)
      return Error{ErrorCode::corrupt, "the view " + std::string(kind.name) +
                                           " is ahead of its ledger; run `recourse doctor`"};
    for (ParkedEvent& event : store.parked(kind.number, id_, state.generation))
      parked_.emplace_back(kind.name, std::move(event));
    View& view = views_.emplace_back();
    view.left = {kind.number, std::string(kind.name), ViewBehind::Why::older_rows, state.applied,
                 state.version, "", "", /*readable=*/true};
    if (state.version == kind.version) {
      view.folded = std::make_unique<FoldedView>(kind, id_, ViewSlot::live, state, store);
    } else {
      RECOURSE_LET(view.left.readable, are_readable(kind, store));
    }
  }
  return {};
}

Result<bool> LedgerViews::are_readable(const ProjectionKind& kind, const ViewStore& store) const {
  const auto source =
      store.source(kind.number, id_, store.state(kind.number, id_).generation);
  Digest digest;
  const auto projection = kind.make(*source, digest);
  bool readable = true;
  for (FlushedTable* const table : projection->tables())
    for (const auto order : {ViewStore::Order::forward, ViewStore::Order::backward}) {
      int tried = 0;
      RECOURSE_TRY(store.each(kind.number, id_, table->prefix(), "", order,
                              [&](std::string_view, std::string_view json) {
                                readable = readable && table->reads(json);
                                return readable && ++tried < kRowsTried;
                              }));
    }
  return readable;
}

/// A stop that was mended long after must not keep the others waiting.
Status LedgerViews::leave_long_stopped(const Ledger& ledger, ViewStore& store) {
  const LogSize others = views_.front().folded ? views_.front().folded->state().applied
                                               : ledger.head(id_).size;
  for (View& view : views_) {
    if (!view.folded) continue;
    const LogSize applied = view.folded->state().applied;
    if (applied.value() + options_.most_behind >= others.value()) continue;
    // Whether it gets on at all shows at once.
    RECOURSE_TRY(view.folded->advance(
        ledger, store, LogSize(applied.value() + kCatchUpStep), options_.parks));
    if (view.folded->fault()) continue;
    view.left.why = ViewBehind::Why::catching_up;
    view.left.applied = view.folded->state().applied;
    view.folded.reset();
  }
  return {};
}

Status LedgerViews::catch_up(const Ledger& ledger, ViewStore& store) {
  const LogSize end = ledger.head(id_).size;
  std::uint64_t at = end.value();
  for (const View& view : views_)
    if (view.folded && !view.folded->fault())
      at = std::min(at, view.folded->state().applied.value());
  while (at < end.value()) {
    const std::uint64_t stop = std::min(end.value(), at + kCatchUpStep);
    RECOURSE_TRY(catch_up_together(ledger, store, LogSize(at), LogSize(stop)));
    for (const View& view : views_)
      while (view.folded && !view.folded->fault() && view.folded->state().applied.value() < stop)
        RECOURSE_TRY(view.folded->advance(ledger, store, LogSize(stop), options_.parks));
    at = stop;
  }
  return {};
}

/// Each event is read once for all. Who cannot fold one stays where it was before `from`.
Status LedgerViews::catch_up_together(const Ledger& ledger, ViewStore& store, LogSize from,
                                      LogSize to) {
  std::set<FoldedView*> going;
  for (const View& view : views_)
    if (view.folded && !view.folded->fault() && view.folded->state().applied < to)
      going.insert(view.folded.get());
  const auto drop = [&](FoldedView* view) {
    view->begin_anew();
    going.erase(view);
  };
  RecordedEvent event;
  const Status scanned =
      ledger.scan(id_, Position(from.value()), Position(to.value()),
                  [&](Position position, std::string_view leaf) {
                    const bool readable = read_for_fold(leaf, event).ok();
                    for (const View& view : views_) {
                      FoldedView* const folded = view.folded.get();
                      if (!going.contains(folded) ||
                          folded->state().applied.value() > position.value())
                        continue;
                      if (!readable || !folded->projection().fold(event)) drop(folded);
                    }
                    return !going.empty();
                  });
  if (!scanned) {
    if (scanned.error().code != ErrorCode::corrupt) return scanned;
    while (!going.empty()) drop(*going.begin());
  }
  if (going.empty()) return {};
  const auto batch = store.batch();
  for (FoldedView* const view : going) view->put(*batch, to);
  return batch->write();
}

Status LedgerViews::can_decide() const {
  const View& view = views_.front();
  if (view.folded && !view.folded->fault()) return {};
  const std::string name = "the state that this tenant's commands are decided from ";
  if (!view.folded)
    return Error{ErrorCode::unavailable,
                 name + "was made by another version of the program and is being made anew: a "
                        "running server does it by itself, `recourse rebuild --data DIR` at once"};
  const FoldedView::Fault& fault = *view.folded->fault();
  return Error{ErrorCode::unavailable,
               name + "stopped at event " + std::to_string(fault.position.value()) + ": " +
                   fault.cause + "; start a program that can read this event"};
}

State& LedgerViews::state() {
  RECOURSE_ASSERT(can_decide().ok(), "there is a state to decide from");
  return static_cast<DecisionState&>(views_.front().folded->projection()).state();
}

void LedgerViews::put_decisions(ViewStore::Batch& batch, LogSize applied) {
  views_.front().folded->put(batch, applied);
}

void LedgerViews::fold_read_models(std::span<const RecordedEvent* const> events, LogSize applied,
                                   ViewStore::Batch& batch) {
  for (std::size_t i = 1; i < views_.size(); ++i) {
    FoldedView* const view = views_[i].folded.get();
    if (view == nullptr || view->fault()) continue;
    view->fold(events, applied, batch, options_.parks);
    if (view->fault()) news_ = true;
    for (ParkedEvent& event : view->take_parked()) {
      parked_.emplace_back(view->kind().name, std::move(event));
      news_ = true;
    }
  }
}

std::vector<ViewBehind> LedgerViews::behind() const {
  std::vector<ViewBehind> all;
  for (const View& view : views_) {
    if (!view.folded) all.push_back(view.left);
    if (!view.folded || !view.folded->fault()) continue;
    const FoldedView::Fault& fault = *view.folded->fault();
    ViewBehind& stopped = all.emplace_back(view.left);
    stopped.why = ViewBehind::Why::stopped;
    stopped.applied = view.folded->state().applied;
    stopped.type = fault.type;
    stopped.cause = fault.cause;
  }
  return all;
}

std::vector<std::pair<std::string, ParkedEvent>> LedgerViews::take_parked() {
  for (const View& view : views_)
    if (view.folded)
      for (ParkedEvent& event : view.folded->take_parked())
        parked_.emplace_back(view.folded->kind().name, std::move(event));
  return std::exchange(parked_, {});
}

}  // namespace recourse
