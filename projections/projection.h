#pragma once

#include <memory>
#include <stdexcept>
#include <string_view>
#include <vector>

#include "engine/event/leaf.h"
#include "projections/digest.h"
#include "projections/key_order.h"
#include "projections/row_source.h"
#include "projections/sealed_ref.h"

namespace recourse {

/// What a handler throws where an event leaves it no way on. It does not leave Projection::fold().
class FoldFailure : public std::runtime_error {
 public:
  /// `cause` goes on record: the same on every machine, without names and texts of customers.
  using std::runtime_error::runtime_error;
};

/// Events of one ledger folded into rows. Pure: time is the event's own, there is no clock,
/// randomness or I/O, and no sealed text is read, so a rebuild gives the same digest for ever.
/// Threads: one at a time.
class Projection {
 public:
  virtual ~Projection() = default;
  /// Folds one event. Total: an event it has no use for changes nothing.
  virtual void apply(const RecordedEvent& event) = 0;
  /// apply(), with what a handler threw as an error. Half of the event may be in the rows then, so
  /// that this object is no use any more. Errors: unsupported. Lack of memory is none: it ends the
  /// process.
  Status fold(const RecordedEvent& event);
  /// Its tables, for as long as it lives. No prefix is the beginning of another one.
  virtual std::vector<FlushedTable*> tables() = 0;
  /// Hands the changed rows over, in the order of their keys, and brings the digest up to date.
  void flush(const RowSink& sink) {
    for (FlushedTable* table : in_key_order(tables())) table->flush(sink);
  }
};

/// One kind of projection: its stable number in row keys, its name and the version of its handlers.
/// A changed handler or row type raises the version, which asks for a rebuild.
struct ProjectionKind {
  std::uint8_t number;
  std::string_view name;
  std::uint32_t version;
  std::unique_ptr<Projection> (*make)(const RowSource& source, Digest& digest);
};

/// The read models, in the order of their numbers: tickets, action_history, approvals,
/// resolutions, resolution_analytics, agent_analytics, audit_index, rollbacks.
std::vector<ProjectionKind> read_models();

/// How a row refers to `sealed`, which must be a member of `event`.
SealedRef ref_to(const RecordedEvent& event, const Sealed& sealed);

}  // namespace recourse
