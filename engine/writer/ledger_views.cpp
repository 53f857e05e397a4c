#include "engine/writer/ledger_views.h"

#include <algorithm>

namespace recourse {
namespace {

/// Rows in memory while a long tail is folded: few enough to stay small, many enough to be fast.
constexpr std::uint64_t kCatchUpStep = 10'000;

}  // namespace

LedgerViews::LedgerViews(LedgerId id, std::vector<View> views) : id_(id), views_(std::move(views)) {
  decision_ = static_cast<DecisionState*>(views_.front().projection.get());
}

Result<std::unique_ptr<LedgerViews>> LedgerViews::open(const Ledger& ledger, ViewStore& store,
                                                       LedgerId id) {
  std::vector<View> views;
  for (const ProjectionKind& kind : all_projections()) {
    View view{kind, store.state(kind.number, id), nullptr, nullptr, nullptr};
    if (view.state.version == 0) view.state.version = kind.version;
    if (view.state.version != kind.version)
      return Error{ErrorCode::conflict, "the view " + std::string(kind.name) +
                                            " was made by another version of the program; run "
                                            "`recourse rebuild --data DIR` first"};
    if (view.state.applied > ledger.head(id).size)
      return Error{ErrorCode::corrupt, "the view " + std::string(kind.name) +
                                           " is ahead of its ledger; run `recourse doctor`"};
    view.source = store.source(kind.number, id, view.state.generation);
    view.digest = std::make_unique<Digest>(view.state.digest);
    view.projection = kind.make(*view.source, *view.digest);
    views.push_back(std::move(view));
  }
  std::unique_ptr<LedgerViews> made(new LedgerViews(id, std::move(views)));
  RECOURSE_TRY(made->catch_up(ledger, store));
  return made;
}

Status LedgerViews::catch_up(const Ledger& ledger, ViewStore& store) {
  const LogSize end = ledger.head(id_).size;
  std::uint64_t at = end.value();
  for (const View& view : views_) at = std::min(at, view.state.applied.value());
  RecordedEvent event;
  while (at < end.value()) {
    const std::uint64_t stop = std::min(end.value(), at + kCatchUpStep);
    Status unreadable;
    RECOURSE_TRY(ledger.scan(
        id_, Position(at), Position(stop), [&](Position position, std::string_view leaf) {
          const Status read = read_for_fold(leaf, event);
          if (!read.ok()) {
            unreadable = Error{read.error().code, "event " + std::to_string(position.value()) +
                                                      ": " + read.error().message};
            return false;
          }
          for (View& view : views_)
            if (view.state.applied.value() <= position.value()) view.projection->apply(event);
          return true;
        }));
    RECOURSE_TRY(std::move(unreadable));
    const auto batch = store.batch();
    put_decisions(*batch, LogSize(stop));
    put_read_models(*batch, LogSize(stop));
    RECOURSE_TRY(batch->write());
    at = stop;
  }
  return {};
}

void LedgerViews::apply_to_read_models(const RecordedEvent& event) {
  for (std::size_t i = 1; i < views_.size(); ++i) views_[i].projection->apply(event);
}

void LedgerViews::put_decisions(ViewStore::Batch& batch, LogSize applied) {
  put(views_.front(), batch, applied);
}

void LedgerViews::put_read_models(ViewStore::Batch& batch, LogSize applied) {
  for (std::size_t i = 1; i < views_.size(); ++i) put(views_[i], batch, applied);
}

void LedgerViews::put(View& view, ViewStore::Batch& batch, LogSize applied) {
  // A view that a crash left further on than another waits until the others have caught up.
  if (view.state.applied > applied) return;
  view.projection->flush([&](std::string_view key, std::string_view json) {
    batch.put(view.kind.number, id_, view.state.generation, key, json);
  });
  view.state.applied = applied;
  view.state.digest = *view.digest;
  batch.set_state(view.kind.number, id_, view.state);
}

}  // namespace recourse
