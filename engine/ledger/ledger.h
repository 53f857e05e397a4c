#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/id.h"
#include "engine/base/random.h"
#include "engine/base/time.h"
#include "engine/event/leaf.h"
#include "engine/ledger/ledger_info.h"

namespace recourse {

class KeyStore;
struct CommitRecord;
struct LedgerCut;

/// Index of a value among the sealed values of its event, in document order.
using SealedOrdinal = std::uint16_t;

/// A new ledger with its first leaf, log.opened, for whoever folds events as they are staged.
struct StagedLedger : LedgerInfo {
  RecordedEvent opened;
};

/// How a ledger goes on after a loss, see Ledger::stage_continuation().
struct Continuation {
  std::string origin;  ///< Of the log that begins.
  LogSize lost_to;     ///< Size of the newest signed head of the closed log; 0: none is known.
  Actor by;
};

struct LedgerOptions {
  std::string data_dir;  ///< Holds HEAD, ledger/, keys/, blobs/.
  std::string kek_file;  ///< Outside data_dir; default <data_dir>.kek
  /// First part of every origin. Counts when the deployment is made; later its own name stays.
  std::string deployment = "recourse.local";
  bool create = true;  ///< Make a new deployment where there is none.
  std::uint64_t free_space_watermark_bytes = 64ULL << 20;  ///< Below it appends are refused first.
  Random* random = nullptr;                                ///< Default: the system's.
  const Clock* clock = nullptr;                            ///< Default: the system's.
  /// The operator declares that the log as found is the log, though HEAD is lost; recorded as
  /// head.accepted. It does not help a log that is behind its HEAD.
  bool accept_head = false;
  /// The operator declares what is missing as lost: opens a log that is behind its HEAD or behind
  /// what was signed, for stage_continuation() and for nothing else.
  bool loss_declared = false;
};

/// What idempotency remembers for ever about a request: which events it made.
struct StoredRequest {
  Position first;
  std::uint32_t count = 0;
  Hash fingerprint{};  ///< HMAC of the request under a salt from the vault; see matches().
  std::uint64_t subject_group = 0;  ///< Where in the vault the salt is.
};

/// Where the vault holds one sealed value.
struct SealedPlace {
  std::string subject;  ///< The event's attribute.
  Position position;
  SealedOrdinal ordinal = 0;
};

struct OpenedValue {
  Position position;
  SealedOrdinal ordinal = 0;
  std::string pointer;
  std::string json;   ///< Canonical JSON of the value.
  std::string rho;    ///< 32 bytes: with `json` it opens the leaf's commitment to an auditor.
  Hash commitment{};  ///< Recomputed from the two.
};

/// The same while it is being read: borrowed, gone when the next one is shown.
struct OpenedView {
  Position position;
  SealedOrdinal ordinal = 0;
  std::string_view pointer, json, rho;
  Hash commitment{};
};

/// The append-only event logs of one node: one per tenant and the meta ledger, in one RocksDB with
/// their Merkle trees, vault, idempotency keys and signed checkpoints. Bytes:
/// docs/format/ledger.md. Threads: one writer thread stages and commits; any thread reads, and sees
/// only what is durable. Outlives whatever borrows its key store.
class Ledger {
 public:
  /// Takes the lock and follows the open procedure: recovered log against HEAD, frontier and tail
  /// tiles rebuilt, roots compared with the last commit record and the signer's state. Errors:
  /// `locked` when another process holds the directory, `corrupt` when acknowledged events are
  /// missing or damaged (names the range and what to do), `io`, `unsupported`.
  static Result<std::unique_ptr<Ledger>> open(const LedgerOptions& options);

  /// For tools beside a running server: no lock, nothing written, clamped to the HEAD file of the
  /// moment; `refresh()` moves on to a newer one, on one thread while no other reads. Where there
  /// is no KEK file everything but sealed values can be read; opening those is `forbidden`.
  static Result<std::unique_ptr<Ledger>> open_read_only(const LedgerOptions& options);
  Status refresh();

  ~Ledger();

  // ---- Writer thread -------------------------------------------------------------------------

  /// Stages a new tenant ledger; its first leaf (log.opened) is staged with it. Errors: conflict,
  /// invalid.
  Result<StagedLedger> stage_ledger(const TenantId& tenant, Timestamp now);

  /// Stages that the ledger goes on under another name from its next position on, as its first
  /// staged event: log.continued, which closes the log so far for ever. Errors: invalid for a name
  /// that cannot follow; corrupt, io.
  Result<RecordedEvent> stage_continuation(LedgerId ledger, const Continuation& continuation,
                                           Timestamp now);

  /// Gives all of `events` their positions, ids and times, seals their values and stages leaves
  /// and vault records: all of them or, on an error, none. `stream_versions[i]` belongs to
  /// `events[i]`. Returned: the events in their order, with commitments instead of sealed values,
  /// and after them one clock.anomaly when `now` is found more than 2 s behind the ledger's time.
  /// Errors: not_found for an unknown ledger; too_large; invalid for an event that validate()
  /// refuses and for a sealed value without content; erased for one of an erased subject; corrupt,
  /// io.
  Result<std::vector<RecordedEvent>> stage(LedgerId ledger, std::vector<NewEvent> events,
                                           std::span<const std::int64_t> stream_versions,
                                           Timestamp now);

  /// Of the latest event, staged ones included: none after it has an earlier one. REQUIRES: there
  /// is such a ledger.
  Timestamp latest_time(LedgerId ledger) const;

  /// Stages that `request_key` (an HMAC, see request_key()) made the `count` events from `first`,
  /// staged before in this batch. Erasing one of their subjects erases the fingerprint's salt.
  void stage_request(LedgerId ledger, const Hash& request_key, Position first, std::uint32_t count,
                     std::string_view request_fingerprint);

  /// Writes what was staged as one synced batch with its commit record, then the HEAD anchor, then
  /// publishes. Nothing staged costs nothing. Errors: `disk_full` (certainly not stored, the stage
  /// is dropped, later commits may succeed); `unavailable` (certainly not stored: the key store
  /// failed) or `unknown_outcome`, after both of which this object refuses every further append:
  /// destroy it and open the ledger again.
  Status commit();

  /// Begins another epoch of HEAD, before a commit that begins another history. Errors: as
  /// commit().
  Status begin_epoch();
  /// Of the HEAD that this log, opened with `loss_declared`, is behind or beside: 0 when it is
  /// neither. The next commit, or settle_head(), takes its place.
  std::uint64_t lost_commit() const;
  /// The log as found is the one that was declared before: HEAD follows it.
  Status settle_head();

  /// Bytes staged so far, for the limit on one batch.
  std::size_t staged_bytes() const;
  bool has_staged() const;
  /// Drops what is staged. Only before commit().
  void discard();

  // ---- Any thread ----------------------------------------------------------------------------

  std::vector<LedgerInfo> ledgers() const;
  std::optional<LedgerInfo> find_tenant(const TenantId& tenant) const;

  /// The durable head. Zero size for an unknown ledger.
  TreeHead head(LedgerId ledger) const;
  std::uint64_t commit_number() const;
  /// Calls `visit` for the record of every durable commit, from the first, until it returns false.
  /// Errors: corrupt for a missing, damaged or foreign record, naming it; io.
  Status each_commit(const std::function<bool(const CommitRecord&)>& visit) const;

  /// The leaf at `position`, checked against its stored checksum and its own `sequence` and
  /// `source`. Errors: not_found, corrupt.
  Result<std::string> leaf(LedgerId ledger, Position position) const;

  /// Calls `visit(position, leaf)` for [from, to), in order, until it returns false; `to` beyond
  /// the head means the head. Every leaf is checked as by leaf() and a hole is `corrupt`.
  Status scan(LedgerId ledger, Position from, Position to,
              const std::function<bool(Position, std::string_view)>& visit) const;

  /// First position whose time is not before `time`, or the size when there is none: times never
  /// decrease, so a binary search.
  Result<Position> first_at_or_after(LedgerId ledger, Timestamp time) const;

  /// RFC 9162 proofs against the head of `size`.
  Result<std::vector<Hash>> inclusion_proof(LedgerId ledger, Position position, LogSize size) const;
  Result<std::vector<Hash>> consistency_proof(LedgerId ledger, LogSize from, LogSize to) const;
  Result<std::string> range_proof(LedgerId ledger, Position from, Position to, LogSize size,
                                  std::string_view checkpoint) const;
  Result<Hash> root_at(LedgerId ledger, LogSize size) const;
  /// A full tile, or the hashes so far of the last one.
  Result<std::string> tile(LedgerId ledger, unsigned level, std::uint64_t index) const;

  /// Deterministic name of a request in (tenant ledger, principal, idempotency key).
  Hash request_key(LedgerId ledger, std::string_view principal, std::string_view key) const;
  /// Durable requests only: the writer knows those that it staged.
  Result<std::optional<StoredRequest>> find_request(LedgerId ledger, const Hash& request_key) const;
  /// Whether `request_fingerprint` is the one that was stored; true when the salt was erased.
  Result<bool> matches(LedgerId ledger, const StoredRequest& stored,
                       std::string_view request_fingerprint) const;

  /// All sealed values of the events with this `subject` attribute that can still be opened, in
  /// position order, in one short read. Erased ones are absent. Their commitments are those that
  /// were stored with them; that the leaves say the same is verify's to prove.
  Result<std::vector<OpenedValue>> open_subject(LedgerId ledger, std::string_view subject) const;
  /// Calls `visit` for each of them, without a copy: what shows the texts of a ticket reads them
  /// so.
  Status each_opened(LedgerId ledger, std::string_view subject,
                     const std::function<void(const OpenedView&)>& visit) const;
  /// One value. Errors: `erased`, `corrupt`.
  Result<OpenedValue> open_value(LedgerId ledger, std::string_view subject, Position position,
                                 SealedOrdinal ordinal) const;

  /// How many rows of the vault forget() would remove.
  Result<std::uint64_t> count_sealed(LedgerId ledger, std::span<const SealedPlace> places) const;
  /// Removes values whose keys were destroyed from the vault, with the salts of the requests that
  /// made them, and gives the number of rows. `places` in the order of their positions. Errors: io;
  /// the outcome is then unknown, and it can be repeated.
  Result<std::uint64_t> forget(LedgerId ledger, std::span<const SealedPlace> places);
  /// Rewrites the vault's files without what was removed. Slow: not on the writer's thread.
  Status compact_vault();

  /// The sub_ id of a data subject known by an e-mail address or another outside name.
  /// obtain: writer thread only, durable with the next commit.
  /// Errors: invalid when empty or over 512 bytes; corrupt, io.
  Result<SubjectId> obtain_subject(LedgerId ledger, std::string_view address);
  std::optional<SubjectId> find_subject(LedgerId ledger, std::string_view address) const;

  /// An opaque principal id for an outside name, the same for the same name in one ledger.
  PrincipalId pseudonym(LedgerId ledger, std::string_view prefix, std::string_view name) const;

  /// Puts what a backup needs of the data directory, while it is written to, into the new directory
  /// `to`: see cut.h. REQUIRES: not read-only. Errors: conflict when `to` is there; disk_full, io,
  /// corrupt.
  Result<LedgerCut> cut(const std::filesystem::path& to) const;

  /// A 32-byte key of the deployment for one purpose, always the same: cursor, idempotency, ...
  /// REQUIRES: opened with the KEK.
  Hash deployment_key(std::string_view purpose) const;

  /// The keys of all sealed values, for erasure and retention. REQUIRES: opened with the KEK.
  KeyStore& keys() const;
  /// Whether sealed values can be opened at all: false only for read-only without the KEK.
  bool has_keys() const;

 private:
  friend class Signer;
  class Impl;
  explicit Ledger(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace recourse
