#include <sys/statvfs.h>

#include <cerrno>
#include <string>

#include "engine/base/failpoint.h"
#include "engine/ledger/ledger_impl.h"

namespace recourse {
namespace {

/// Refuses before anything is written: a full disk met later leaves an unknown outcome.
Status check_free_space(const std::filesystem::path& data_dir, std::uint64_t needed) {
  struct statvfs space {};
  if (::statvfs(data_dir.c_str(), &space) != 0)
    return system_error("read the free space of", data_dir, errno);
  const std::uint64_t free = static_cast<std::uint64_t>(space.f_bavail) * space.f_frsize;
  if (free >= needed) return {};
  return Error{ErrorCode::disk_full, "nothing was stored: the disk of " + data_dir.string() +
                                         " has " + std::to_string(free >> 20) +
                                         " MiB free, less than the watermark; make room"};
}

Error reopen(ErrorCode code, const std::string& outcome, const Error& cause) {
  return {code,
          outcome + ": " + cause.message + "; nothing is appended until the ledger is reopened"};
}

}  // namespace

Status Ledger::Impl::writable() const {
  RECOURSE_ASSERT(stage, "only the process that holds the lock writes");
  if (broken) return *broken;
  return {};
}

Status Ledger::commit() {
  Impl& ledger = *impl_;
  RECOURSE_TRY(ledger.writable());
  Stage& stage = *ledger.stage;
  if (stage.empty()) {
    // A data subject may have been given an id without an event yet.
    const Status synced = ledger.keys->sync();
    if (!synced) ledger.broken = reopen(ErrorCode::unavailable, "not stored", synced.error());
    return ledger.broken ? Status(*ledger.broken) : Status();
  }
  const Status space =
      check_free_space(ledger.data_dir, ledger.options.free_space_watermark_bytes + stage.bytes());
  if (!space) {
    stage.discard();
    return space;
  }
  // Keys before what they seal: a crash may leave unused keys, never sealed values without a key.
  if (const Status synced = ledger.keys->sync(); !synced) {
    stage.discard();
    ledger.broken = reopen(ErrorCode::unavailable, "not stored", synced.error());
    return *ledger.broken;
  }
  FAILPOINT("after_keys_sync");

  const std::uint64_t number = ledger.last.number + 1;
  Stage::Closed closed = stage.close(number, ledger.last.commit);
  FAILPOINT("before_wal");
  if (const Status written = ledger.store->write(closed.batch); !written) {
    ledger.broken = reopen(ErrorCode::unknown_outcome, "perhaps stored", written.error());
    return *ledger.broken;
  }
  FAILPOINT("after_wal_before_head");
  const Anchor anchor{ledger.last.epoch, number, closed.commit};
  if (const Status written = ledger.head->write(anchor); !written) {
    ledger.broken = reopen(ErrorCode::unknown_outcome, "perhaps stored", written.error());
    return *ledger.broken;
  }
  FAILPOINT("after_head_before_publish");
  ledger.last = anchor;
  ledger.lost_commit = 0;
  ledger.durable.publish(std::move(closed.changed), number);
  stage.begin_next();
  return {};
}

Status Ledger::begin_epoch() {
  Impl& ledger = *impl_;
  RECOURSE_TRY(ledger.writable());
  RECOURSE_ASSERT(ledger.lost_commit == 0, "the commit that declares the loss begins it");
  ++ledger.last.epoch;
  return ledger.head->write(ledger.last);
}

std::uint64_t Ledger::lost_commit() const { return impl_->lost_commit; }

Status Ledger::settle_head() {
  Impl& ledger = *impl_;
  RECOURSE_TRY(ledger.writable());
  RECOURSE_TRY(ledger.head->write(ledger.last));
  ledger.lost_commit = 0;
  return {};
}

}  // namespace recourse
