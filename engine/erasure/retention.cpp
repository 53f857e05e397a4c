#include "engine/erasure/retention.h"

#include <charconv>
#include <unordered_set>

#include "engine/erasure/privacy_rows.h"
#include "engine/ledger/sealed_places.h"
#include "engine/privacy/key_store.h"

namespace recourse {
namespace {

/// The holds that keep something of a month: those of a person or a ticket only when the month has
/// something of them.
Result<std::vector<EntryId>> holds_on_month(const Ledger& ledger, LedgerId id,
                                            const std::vector<HoldState>& holds,
                                            std::string_view retention, std::string_view month) {
  std::vector<EntryId> keeping;
  bool walk = false;
  for (const HoldState& hold : holds) {
    walk = walk || hold.scope != HoldScope::tenant;
    if (hold.scope == HoldScope::tenant) keeping.push_back(hold.hold);
  }
  if (!walk) return keeping;
  std::unordered_set<std::string> met;  // Persons and tickets of the month.
  RECOURSE_TRY(each_sealed_in_bucket(ledger, id, retention, month, [&](const MetSealed& one) {
    met.insert(one.event.subject);
    met.insert(one.sealed.subjects.begin(), one.sealed.subjects.end());
  }));
  for (const HoldState& hold : holds)
    if ((hold.scope == HoldScope::subject && met.contains(hold.subject->value())) ||
        (hold.scope == HoldScope::ticket && met.contains(hold.ticket->value())))
      keeping.push_back(hold.hold);
  return keeping;
}

std::vector<EntryId> ids_of(const std::vector<HoldState>& holds) {
  std::vector<EntryId> ids;
  for (const HoldState& hold : holds) ids.push_back(hold.hold);
  return ids;
}

/// The holds whose time meets the month, as of the rows.
Result<std::vector<HoldState>> holds_over_month(const ViewStore& views, LedgerId id,
                                                std::pair<Timestamp, Timestamp> month) {
  RECOURSE_LET(const PrivacyState open, privacy_row(views, id));
  std::vector<HoldState> holds;
  for (const EntryId& one : open.holds) {
    RECOURSE_LET(const HoldState hold, hold_row(views, id, one));
    if ((!hold.from || *hold.from < month.second) && (!hold.to || month.first <= *hold.to))
      holds.push_back(hold);
  }
  return holds;
}

class BucketEnd {
 public:
  BucketEnd(Writer& writer, const LedgerInfo& info, const RetentionOptions& options)
      : writer_(writer), info_(info), options_(options) {}

  BucketFate end(const KeyName& bucket) {
    BucketFate fate;
    fate.tenant = info_.tenant;
    fate.retention = bucket.text();
    fate.month = bucket.month();
    fate.fate = "kept";
    if (const Status ended = end(bucket, fate); !ended) {
      fate.fate = "failed";
      fate.error = ended.error();
    }
    return fate;
  }

 private:
  Status end(const KeyName& bucket, BucketFate& fate) {
    if (!retention_time(fate.retention)) return {};
    RECOURSE_LET(fate.due_at, due_after_month(fate.retention, fate.month));
    if (*fate.due_at > writer_.clock().now()) return {};
    RECOURSE_LET(const auto month, bounds_of_month(fate.month));
    RECOURSE_LET(const auto holds, holds_over_month(writer_.views(), info_.ledger, month));
    RECOURSE_LET(fate.holds,
                 holds_on_month(writer_.ledger(), info_.ledger, holds, fate.retention, fate.month));
    fate.fate = fate.holds.empty() ? "due" : "deferred";
    if (options_.dry_run || !fate.holds.empty()) return {};
    RECOURSE_TRY(destroy(bucket, fate, ids_of(holds), month));
    fate.fate = "destroyed";
    RECOURSE_LET(fate.vault_rows, forget(fate));
    writer_.ledger().keys().end_destruction(info_.ledger, recorded_);
    return {};
  }

  Status destroy(const KeyName& bucket, const BucketFate& fate, std::vector<EntryId> looked_at,
                 std::pair<Timestamp, Timestamp> month) {
    WriteRequest request;
    request.tenant = info_.tenant;
    request.principal = options_.by;
    request.alone = true;
    request.decide = [&, month](DecisionStep& step) -> Result<Events> {
      // Checked again where nothing can come in between.
      if (ids_of(holds_between(step.state, month.first, month.second)) != looked_at)
        return Error{ErrorCode::unavailable, "a hold was placed or released meanwhile: try again"};
      return destroy_bucket(step.state, {fate.retention, fate.month, *fate.due_at}, step.context);
    };
    request.after_commit = [&](std::span<const RecordedEvent> events) -> Status {
      // Others of this thread say how far they got before the rows are gone, which comes later.
      recorded_ = LogSize(events.front().position.value());
      writer_.ledger().keys().begin_destruction(info_.ledger, recorded_);
      if (options_.note)
        RECOURSE_TRY(options_.note(info_.origin, std::span(&bucket, 1), events.front().time));
      return writer_.ledger().keys().destroy(bucket);
    };
    RECOURSE_TRY(writer_.handle(std::move(request)));
    return {};
  }

  /// Afterwards and not on the writer's thread, since a month may be long. A crash before it leaves
  /// rows that nobody can open; the next start removes them, for the mark stays before the event.
  Result<std::uint64_t> forget(const BucketFate& fate) {
    std::vector<SealedPlace> places;
    RECOURSE_TRY(each_sealed_in_bucket(
        writer_.ledger(), info_.ledger, fate.retention, fate.month, [&](const MetSealed& met) {
          places.push_back({met.event.subject, met.event.position, met.ordinal});
        }));
    return writer_.ledger().forget(info_.ledger, places);
  }

  Writer& writer_;
  const LedgerInfo& info_;
  const RetentionOptions& options_;
  LogSize recorded_;  ///< Before the event that says that the bucket ends.
};

/// Of one tenant, added to `fates`.
Status end_buckets(Writer& writer, const TenantId& tenant, const RetentionOptions& options,
                   std::vector<BucketFate>& fates) {
  RECOURSE_LET(const LedgerInfo info, ledger_of(writer.ledger(), tenant));
  RECOURSE_LET(const auto buckets, writer.ledger().keys().buckets(info.ledger));
  BucketEnd ends(writer, info, options);
  for (const KeyName& bucket : buckets) fates.push_back(ends.end(bucket));
  return {};
}

}  // namespace

std::optional<RetentionTime> retention_time(std::string_view retention) {
  const std::size_t dash = retention.rfind('-');
  if (dash == retention.npos || retention.size() < dash + 3) return std::nullopt;
  const std::string_view digits = retention.substr(dash + 1, retention.size() - dash - 2);
  RetentionTime time{0, retention.back()};
  const auto [end, fault] =
      std::from_chars(digits.data(), digits.data() + digits.size(), time.count);
  const bool number = fault == std::errc() && end == digits.data() + digits.size();
  if (!number || time.count < 1 || time.count > 36'500) return std::nullopt;
  if (time.unit != 'd' && time.unit != 'm' && time.unit != 'y') return std::nullopt;
  if (time.unit != 'd' && time.count > 1'200) return std::nullopt;
  return time;
}

Result<Timestamp> due_after_month(std::string_view retention, std::string_view month) {
  const auto time = retention_time(retention);
  if (!time)
    return Error{ErrorCode::invalid, "the class " + std::string(retention) + " says no time"};
  RECOURSE_LET(const auto bounds, bounds_of_month(month));
  if (time->unit == 'd') return bounds.second + std::chrono::days(time->count);
  return months_later(bounds.second,
                      static_cast<int>(time->unit == 'y' ? time->count * 12 : time->count));
}

Result<std::vector<BucketFate>> run_retention(Writer& writer, const RetentionOptions& options) {
  std::vector<TenantId> tenants = writer.directory().tenants();
  if (options.tenant) {
    RECOURSE_TRY(ledger_of(writer.ledger(), *options.tenant));
    tenants = {*options.tenant};
  }
  std::vector<BucketFate> fates;
  for (const TenantId& tenant : tenants) {
    const Status ended = end_buckets(writer, tenant, options, fates);
    if (ended) continue;
    BucketFate fate;
    fate.tenant = tenant;
    fate.fate = "failed";
    fate.error = ended.error();
    fates.push_back(std::move(fate));
  }
  return fates;
}

}  // namespace recourse
