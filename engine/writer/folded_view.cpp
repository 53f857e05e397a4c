#include "engine/writer/folded_view.h"

#include <algorithm>
#include <set>

namespace recourse {

std::string type_in(std::string_view leaf) {
  const auto head = read_leaf_head(leaf);
  return head ? head->type : std::string();
}

FoldedView::FoldedView(const ProjectionKind& kind, LedgerId ledger, ViewSlot slot,
                       const ViewState& at, const ViewStore& views)
    : kind_(kind),
      ledger_(ledger),
      slot_(slot),
      state_(at),
      source_(views.source(kind.number, ledger, at.generation)) {
  begin_anew();
}

void FoldedView::begin_anew() {
  digest_ = std::make_unique<Digest>(state_.digest);
  projection_ = kind_.make(*source_, *digest_);
}

void FoldedView::put(ViewStore::Batch& batch, LogSize applied) {
  // A view that a crash left further on than another waits until the others have caught up.
  if (fault_ || state_.applied > applied) return;
  projection_->flush([&](std::string_view key, std::string_view json) {
    batch.put(kind_.number, ledger_, state_.generation, key, json);
  });
  state_.applied = applied;
  state_.digest = *digest_;
  batch.set_state(kind_.number, ledger_, state_, slot_);
}

void FoldedView::fold(std::span<const RecordedEvent* const> events, LogSize size,
                      ViewStore::Batch& batch, const ParkList& parks) {
  if (fault_) return;
  std::optional<Fault> stopped;
  std::set<std::size_t> left_out;
  for (std::size_t i = 0; i < events.size();) {
    if (left_out.contains(i)) {
      ++i;
      continue;
    }
    const RecordedEvent& event = *events[i];
    const Status folded = projection_->fold(event);
    if (folded.ok()) {
      ++i;
      continue;
    }
    Fault fault{event.position, std::string(type_of(event.data)), folded.error().message};
    begin_anew();
    if (parks.leaves_out(kind_.name, ledger_, fault.position, fault.type)) {
      leave_out(fault, batch);
      left_out.insert(i);
    } else {
      events = events.first(i);
      size = LogSize(fault.position.value());
      stopped = std::move(fault);
    }
    i = 0;  // What came before it is folded again, this time without it.
  }
  put(batch, size);
  fault_ = std::move(stopped);
}

Status FoldedView::advance(const Ledger& from, ViewStore& views, LogSize until,
                           const ParkList& parks) {
  const LogSize begin = state_.applied;
  until = std::min(until, from.head(ledger_).size);
  if (fault_ || begin >= until) return {};
  std::optional<Fault> fault;
  for (;;) {
    RECOURSE_LET(std::optional<Fault> failed, fold_range(from, begin, until));
    if (!failed) break;
    begin_anew();
    until = LogSize(failed->position.value());
    fault = std::move(failed);
  }
  const ViewState before = state_;
  const auto batch = views.batch();
  const bool goes_on =
      fault && parks.leaves_out(kind_.name, ledger_, fault->position, fault->type);
  if (goes_on) {
    leave_out(*fault, *batch);
    until = LogSize(fault->position.value() + 1);
  }
  put(*batch, until);
  if (const Status written = batch->write(); !written) {
    // Nothing of it is stored, so the next try begins where this one did.
    if (goes_on) parked_.pop_back();
    state_ = before;
    begin_anew();
    return written;
  }
  if (fault && !goes_on) fault_ = std::move(fault);
  return {};
}

Result<std::optional<FoldedView::Fault>> FoldedView::fold_range(const Ledger& from, LogSize begin,
                                                                LogSize end) {
  RecordedEvent event;
  std::optional<Fault> fault;
  std::uint64_t next = begin.value();
  const Status scanned = from.scan(
      ledger_, Position(begin.value()), Position(end.value()),
      [&](Position position, std::string_view leaf) {
        next = position.value() + 1;
        if (const Status read = read_for_fold(leaf, event); !read) {
          fault = Fault{position, type_in(leaf), read.error().message};
        } else if (const Status folded = projection_->fold(event); !folded) {
          fault = Fault{position, std::string(type_of(event.data)), folded.error().message};
        }
        return !fault;
      });
  if (scanned.ok()) return fault;
  if (scanned.error().code != ErrorCode::corrupt) return scanned.error();
  return std::optional(Fault{Position(next), "", scanned.error().message});
}

void FoldedView::leave_out(const Fault& fault, ViewStore::Batch& batch) {
  parked_.push_back({fault.position, fault.type, fault.cause});
  batch.park(kind_.number, ledger_, state_.generation, parked_.back());
}

}  // namespace recourse
