#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/id.h"
#include "engine/base/random.h"
#include "engine/base/time.h"
#include "engine/event/leaf.h"

namespace recourse {

/// Index of a value among the sealed values of its event, in document order.
using SealedOrdinal = std::uint16_t;

/// Where a tenant's events are and under which name its heads are signed.
struct LedgerInfo {
  LedgerId ledger;
  TenantId tenant;     ///< `meta` for the meta ledger
  std::string origin;  ///< <deployment>/t/<16 hex>, <deployment>/meta
};

/// A ledger's tree at a size. Every receipt and checkpoint quotes one.
struct TreeHead {
  LogSize size;
  Hash root{};
  bool operator==(const TreeHead&) const = default;
};

struct LedgerOptions {
  std::string data_dir;            ///< Holds HEAD, ledger/, keys/, blobs/.
  std::string kek_file;            ///< Outside data_dir; default <data_dir>.kek
  std::string deployment = "recourse.local";  ///< First part of every origin.
  bool create = true;              ///< Make a new deployment where there is none.
  std::uint64_t free_space_watermark_bytes = 64ULL << 20;  ///< Below it appends are refused first.
  Random* random = nullptr;        ///< Default: the system's.
  const Clock* clock = nullptr;    ///< Default: the system's.
};

/// What idempotency remembers for ever about a request: which events it made.
struct StoredRequest {
  Position first;
  std::uint32_t count = 0;
  Hash fingerprint{};  ///< HMAC of the request under `salt` from the vault; see matches().
};

struct OpenedValue {
  Position position;
  SealedOrdinal ordinal = 0;
  std::string pointer;
  std::string json;  ///< Canonical JSON of the value.
  std::string rho;   ///< 32 bytes: with `json` it opens the leaf's commitment to an auditor.
  Hash commitment{}; ///< Recomputed from the two.
};

/// The append-only event logs of one node: one per tenant and the meta ledger, in one RocksDB with
/// their Merkle trees, vault, idempotency keys and signed checkpoints. Bytes: docs/format/ledger.md.
/// Threads: one writer thread stages and commits; any thread reads, and sees only what is durable.
class Ledger {
 public:
  /// Takes the lock and follows the open procedure: recovered log against HEAD, frontier and tail
  /// tiles rebuilt, roots compared with the last commit record and the signer's state. Errors:
  /// `locked` when another process holds the directory, `corrupt` when acknowledged events are
  /// missing or damaged (names the range and what to do), `io`, `unsupported`.
  static Result<std::unique_ptr<Ledger>> open(const LedgerOptions& options);

  /// For tools beside a running server: no lock, nothing written, clamped to the HEAD file of the
  /// moment; `refresh()` moves on to a newer one.
  static Result<std::unique_ptr<Ledger>> open_read_only(const LedgerOptions& options);
  Status refresh();

  ~Ledger();

  // ---- Writer thread -------------------------------------------------------------------------

  /// Stages a new tenant ledger; its first leaf (log.opened) is staged with it. Errors: conflict.
  Result<LedgerInfo> stage_ledger(const TenantId& tenant, Timestamp now);

  /// Gives all of `events` their positions, ids and times, seals their values and stages leaves
  /// and vault records: all of them or, on an error (`too_large`, `invalid`), none. Returned events
  /// carry their commitments. `stream_versions[i]` belongs to `events[i]`.
  Result<std::vector<RecordedEvent>> stage(LedgerId ledger, std::vector<NewEvent> events,
                                           std::span<const std::int64_t> stream_versions,
                                           Timestamp now);

  /// Stages that `request_key` (an HMAC, see request_key()) made the `count` events from `first`.
  void stage_request(LedgerId ledger, const Hash& request_key, Position first,
                     std::uint32_t count, std::string_view request_fingerprint);

  /// Writes what was staged as one synced batch with its commit record, then the HEAD anchor, then
  /// publishes. Errors: `disk_full` (certainly not stored, the stage is dropped) or
  /// `unknown_outcome`, after which this object refuses every further append.
  Status commit();

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

  /// The leaf at `position`, checked against its stored checksum. Errors: not_found, corrupt.
  Result<std::string> leaf(LedgerId ledger, Position position) const;

  /// Calls `visit(position, leaf)` for [from, to), in order, until it returns false. Every record's
  /// checksum is checked and a hole is `corrupt`.
  Status scan(LedgerId ledger, Position from, Position to,
              const std::function<bool(Position, std::string_view)>& visit) const;

  /// First position whose time is not before `time`: times never decrease, so a binary search.
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
  Result<std::optional<StoredRequest>> find_request(LedgerId ledger, const Hash& request_key) const;
  /// Whether `request_fingerprint` is the one that was stored; true when the salt was erased.
  Result<bool> matches(LedgerId ledger, const StoredRequest& stored,
                       std::string_view request_fingerprint) const;

  /// All sealed values of the events with this `subject` attribute that can still be opened, in
  /// position order, in one short read. Erased ones are absent.
  Result<std::vector<OpenedValue>> open_subject(LedgerId ledger, std::string_view subject) const;
  /// One value. Errors: `erased`, `corrupt`.
  Result<OpenedValue> open_value(LedgerId ledger, std::string_view subject, Position position,
                                 SealedOrdinal ordinal) const;

  /// The sub_ id of a data subject known by an e-mail address or another outside name.
  /// obtain: writer thread only, durable with the next commit.
  SubjectId obtain_subject(LedgerId ledger, std::string_view address);
  std::optional<SubjectId> find_subject(LedgerId ledger, std::string_view address) const;

  /// An opaque principal id for an outside name, the same for the same name in one ledger.
  PrincipalId pseudonym(LedgerId ledger, std::string_view prefix, std::string_view name) const;

  /// A named 32-byte key of the deployment, created at the first start: cursor, idempotency, ...
  Hash deployment_key(std::string_view purpose) const;

 private:
  class Impl;
  explicit Ledger(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace recourse
