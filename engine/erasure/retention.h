#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/erasure/erase.h"

namespace recourse {

/// How long a class is kept. It stands in the class's name: pii-24m, case-10y, call-90d.
struct RetentionTime {
  std::int64_t count = 0;
  char unit = 'm';  ///< d, m or y
};
/// Nothing for a class whose name says no time: its values are kept until their subject is erased.
std::optional<RetentionTime> retention_time(std::string_view retention);

/// When the values of `month` that are kept under `retention` are to go: that time after the
/// month's end. Errors: invalid for a month or class that is none.
Result<Timestamp> due_after_month(std::string_view retention, std::string_view month);

struct BucketFate {
  TenantId tenant;
  std::string retention, month;
  std::optional<Timestamp> due_at;  ///< None: no time is set for the class.
  std::string fate;                 ///< kept, due (of a dry run), destroyed, deferred, failed
  std::vector<EntryId> holds;       ///< In the way.
  std::uint64_t vault_rows = 0;     ///< That were removed.
  std::optional<Error> error;       ///< Of what failed: of the bucket, or of a tenant without one.
};

/// Destroys the keys of all buckets of all tenants (or of one) whose time is over and of which no
/// hold keeps anything: bucket.destroyed, then the key, then the vault's rows. What the deployment
/// itself keeps, such as the names of its staff, has no end. What fails stands in its fate and
/// keeps no other one from it. Slow; not for the writer's threads. Errors: not_found for the tenant
/// that was asked for.
struct RetentionOptions {
  std::optional<TenantId> tenant;
  bool dry_run = false;
  Principal by;
  NoteDestruction note = {};
};
Result<std::vector<BucketFate>> run_retention(Writer& writer, const RetentionOptions& options);

}  // namespace recourse
