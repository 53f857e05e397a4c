#pragma once

#include "engine/base/id.h"
#include "engine/base/vocabulary.h"
#include "engine/event/text.h"

namespace recourse {

/// What is done to the store itself. All of it stands in the meta ledger.

struct BackupCompleted {
  static constexpr std::string_view kType = "recourse.backup.completed.v1";
  std::int64_t backup = 0;         ///< Its number.
  std::int64_t commit_number = 0;  ///< The last one in it.
  std::int64_t epoch = 0;          ///< Of HEAD.
  std::int64_t ledgers = 0, files = 0, bytes = 0, new_bytes = 0, duration_ms = 0;
  bool scheduled = false;
  Hash manifest{};  ///< SHA-256 of its list of files.
};
BOOST_DESCRIBE_STRUCT(BackupCompleted, (),
                      (backup, commit_number, epoch, ledgers, files, bytes, new_bytes, duration_ms,
                       scheduled, manifest))

struct BackupFailed {
  static constexpr std::string_view kType = "recourse.backup.failed.v1";
  Clear cause;
  bool scheduled = false;
};
BOOST_DESCRIBE_STRUCT(BackupFailed, (), (cause, scheduled))

/// A restore into an empty place was timed and compared with the signed heads.
struct RestoreTested {
  static constexpr std::string_view kType = "recourse.restore.tested.v1";
  std::int64_t backup = 0, commit_number = 0;
  bool equal = false;       ///< Every root is that of the head.
  std::int64_t rto_ms = 0;  ///< Until it could have served.
  std::int64_t rpo_ms = 0;  ///< Age of the last commit in it, when the test began.
  std::int64_t lost = 0;    ///< Commits since then.
  bool scheduled = false;
  std::optional<Clear> cause;  ///< Of a failure.
};
BOOST_DESCRIBE_STRUCT(RestoreTested, (),
                      (backup, commit_number, equal, rto_ms, rpo_ms, lost, scheduled, cause))

/// First event after a backup took the place of the data.
struct RestoreCompleted {
  static constexpr std::string_view kType = "recourse.restore.completed.v1";
  std::int64_t backup = 0, commit_number = 0, epoch = 0;
  std::int64_t erased_again = 0;  ///< Subjects and buckets whose destruction was repeated.
};
BOOST_DESCRIBE_STRUCT(RestoreCompleted, (), (backup, commit_number, epoch, erased_again))

/// All stored bytes were read and compared with their hashes.
struct FsckCompleted {
  static constexpr std::string_view kType = "recourse.fsck.completed.v1";
  Clear kind;  ///< scrub, verify or fsck
  std::int64_t ledger = 0, size = 0;
  Hash root{};
  std::int64_t findings = 0, missing_values = 0, duration_ms = 0;
};
BOOST_DESCRIBE_STRUCT(FsckCompleted, (),
                      (kind, ledger, size, root, findings, missing_values, duration_ms))

struct KeyRotated {
  static constexpr std::string_view kType = "recourse.key.rotated.v1";
  Clear name;              ///< The origin or other name that it signs under.
  Clear purpose;           ///< log, reports or receipts
  Clear old_key, new_key;  ///< base64 of 0x01 || Ed25519 public key
  Timestamp both_until;    ///< Both sign until then.
};
BOOST_DESCRIBE_STRUCT(KeyRotated, (), (name, purpose, old_key, new_key, both_until))

/// First leaf of a ledger that goes on where another one was lost from `size` on.
struct LogContinued {
  static constexpr std::string_view kType = "recourse.log.continued.v1";
  Clear origin;
  std::int64_t size = 0;
  Hash root{};
  std::int64_t lost_to = 0;
};
BOOST_DESCRIBE_STRUCT(LogContinued, (), (origin, size, root, lost_to))

struct ProjectionSwitched {
  static constexpr std::string_view kType = "recourse.projection.switched.v1";
  Clear projection;
  std::int64_t from = 0, to = 0;  ///< Versions.
  std::int64_t ledger = 0, size = 0;
  Hash digest{};
};
BOOST_DESCRIBE_STRUCT(ProjectionSwitched, (), (projection, from, to, ledger, size, digest))

/// What the server had and needed within a span of its work.
struct CapacitySampled {
  static constexpr std::string_view kType = "recourse.capacity.sampled.v1";
  Timestamp from, to;
  std::int64_t disk_total = 0, disk_free = 0;    ///< Bytes where the ledger lies, at `to`.
  std::int64_t queue_limit = 0, queue_peak = 0;  ///< Commands that wait to be decided.
  std::int64_t refused = 0;                      ///< Commands that found no place or no space.
};
BOOST_DESCRIBE_STRUCT(CapacitySampled, (),
                      (from, to, disk_total, disk_free, queue_limit, queue_peak, refused))

/// A projection leaves out one event that it cannot fold, and says so.
struct ProjectionEventParked {
  static constexpr std::string_view kType = "recourse.projection.event_parked.v1";
  Clear projection;
  std::int64_t ledger = 0, position = 0;
  Clear cause;
};
BOOST_DESCRIBE_STRUCT(ProjectionEventParked, (), (projection, ledger, position, cause))

}  // namespace recourse
