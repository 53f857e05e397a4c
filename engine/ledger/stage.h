#pragma once

#include <rocksdb/write_batch.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/ledger/commit_record.h"
#include "engine/ledger/drawn_ahead.h"
#include "engine/ledger/durable_heads.h"
#include "engine/ledger/ledger.h"
#include "engine/ledger/store.h"
#include "engine/ledger/tile_tail.h"
#include "engine/privacy/field_keys.h"

namespace recourse {

/// A ledger as the last commit left it.
struct OpenLedger {
  LedgerInfo info;
  TileTail tail;
  Timestamp time;  ///< Of its last leaf.
};

/// What the writer has prepared for the next commit: the batch in memory, and what it would make of
/// each ledger. Threads: the writer's. Errors as those of Ledger's functions of the same names.
class Stage {
 public:
  /// All three outlive the stage.
  Stage(const Store& store, FieldKeys& keys, Random& random, std::vector<OpenLedger> ledgers);

  Result<StagedLedger> add_ledger(const TenantId& tenant, std::string origin, Timestamp now);
  Result<RecordedEvent> continue_ledger(LedgerId ledger, const Continuation& continuation,
                                        Timestamp now);
  Result<std::vector<RecordedEvent>> add(LedgerId ledger, std::vector<NewEvent> events,
                                         std::span<const std::int64_t> stream_versions,
                                         Timestamp now);
  void add_request(LedgerId ledger, const Hash& request_key, Position first, std::uint32_t count,
                   std::string_view request_fingerprint);

  /// REQUIRES: there is such a ledger.
  Timestamp time(LedgerId ledger) const { return growths_[ledger.value()].staged_time; }

  bool empty() const { return batch_.Count() == 0; }
  std::size_t bytes() const { return batch_.GetDataSize(); }
  void discard();

  /// Grows the trees over the staged leaves and completes the batch with their full tiles and the
  /// commit record. Afterwards the batch is written, or this object is not used again.
  struct Closed {
    rocksdb::WriteBatch& batch;
    Hash commit;
    std::vector<DurableHeads::Tree> changed;
  };
  Closed close(std::uint64_t commit_number, const Hash& previous_commit);
  /// The closed batch was written: what was staged is what is.
  void begin_next();

 private:
  /// What a request's salt needs to know of its events.
  struct StagedEvent {
    EventId id;
    std::uint64_t subject_group = 0;
    std::string month, retention;       ///< Of the first sealed value; empty when there is none.
    std::vector<std::string> subjects;  ///< Of all sealed values.
  };
  struct Growth {
    OpenLedger now;
    bool fresh = false;                ///< Staged itself.
    std::optional<LedgerInfo> before;  ///< That its log is closed is staged.
    bool skew_reported = false;  ///< The clock has not caught up since the last clock.anomaly.
    bool staged_skew_reported = false;
    Timestamp staged_time{};
    std::vector<Hash> leaves;
    std::vector<StagedEvent> events;
    std::uint64_t next() const { return now.tail.size() + leaves.size(); }
  };

  Growth* find(LedgerId ledger);
  Result<RecordedEvent> record(Growth& growth, NewEvent event, std::int64_t stream_version);
  Status seal_all(Growth& growth, RecordedEvent& event, StagedEvent& staged);
  Status seal_one(const Growth& growth, const RecordedEvent& event, StagedEvent& staged,
                  const std::string& pointer, SealedOrdinal ordinal, Sealed& sealed);
  void report_skew(Growth& growth, std::chrono::microseconds behind,
                   std::vector<RecordedEvent>& recorded);

  const Store& store_;
  FieldKeys& keys_;
  DrawnAhead random_;
  std::vector<Growth> growths_;  ///< By ledger id: ids are dense from 0.
  rocksdb::WriteBatch batch_;
};

}  // namespace recourse
