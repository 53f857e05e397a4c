#include <charconv>

#include "tools/soc2/control_test.h"

namespace recourse::soc2 {
namespace {

/// Months that a retention class lasts: 24 for pii-24m, 84 for ops-7y. None for other names.
std::optional<int> months_of(std::string_view retention) {
  const auto dash = retention.rfind('-');
  if (dash == std::string_view::npos || retention.size() < dash + 3) return std::nullopt;
  const char unit = retention.back();
  int number = 0;
  const char* const end = retention.data() + retention.size() - 1;
  const auto [stop, fault] = std::from_chars(retention.data() + dash + 1, end, number);
  if (fault != std::errc() || stop != end || number < 0 || number > 1200) return std::nullopt;
  if (unit == 'm') return number;
  return unit == 'y' ? std::optional(number * 12) : std::nullopt;
}

/// The first moment of a month written as 2026-01.
std::optional<std::chrono::year_month> year_month_of(std::string_view text) {
  const auto day = from_rfc3339(std::string(text) + "-01T00:00:00Z");
  if (!day) return std::nullopt;
  const std::chrono::year_month_day date(std::chrono::floor<std::chrono::days>(*day));
  return date.year() / date.month();
}

Timestamp begin_of(std::chrono::year_month month) {
  return std::chrono::sys_days(month / std::chrono::day(1));
}

/// RC-24
class RetentionAndHolds final : public OneControlTest {
 public:
  explicit RetentionAndHolds(const TestContext& context) : OneControlTest(context, "RC-24") {}

  void see(const Seen& seen) override {
    if (!seen.meta) note_buckets(seen);
    if (const auto* e = seen.as<HoldPlaced>()) on_hold(seen, *e);
    if (const auto* e = seen.as<HoldReviewed>()) on_review(seen, e->hold);
    if (const auto* e = seen.as<HoldReleased>()) on_release(seen, e->hold);
    if (const auto* e = seen.as<BucketDestroyed>()) on_destroyed(seen, *e);
    if (const auto* e = seen.as<SubjectErased>()) on_erased(seen, *e);
  }

  void finish() override {
    for (auto& [id, hold] : holds_) {
      writer_.enter(hold.member);
      check_review(id, hold, context_.last);
    }
    for (auto& [key, bucket] : buckets_) check_alive(key, bucket);
    for (const std::string& name : endless_)
      writer_.note("The retention class " + name + " has no end that its name tells.");
  }

 private:
  struct Hold {
    Member member;
    HoldPlaced placed;
    Timestamp reviewed_at;
  };
  struct Bucket {
    Row first;  ///< The first leaf that has a value under its key.
    bool destroyed = false;
  };

  void note_buckets(const Seen& seen) {
    for_each_sealed(seen.event.data, [&](const Sealed& sealed) {
      if (!months_of(sealed.retention)) {
        endless_.insert(sealed.retention);
        return;
      }
      const auto month = std::pair(sealed.retention, month_of(seen.event.time));
      if (!buckets_.contains(month)) buckets_.emplace(month, Bucket{row_for(seen), false});
    });
  }

  void on_hold(const Seen& seen, const HoldPlaced& e) {
    Hold hold{writer_.member(seen), e, seen.event.time};
    Row& row = writer_.row_of(hold.member);
    row.subject = e.hold.value();
    row.accountable = seen.event.actor.id.value();
    if (seen.within() && seen.event.actor.id == e.requested_by)
      writer_.fail(hold.member, "hold_self_authorised",
                   "Hold " + e.hold.value() + " was asked for and authorised by " +
                       e.requested_by.value() + ".");
    holds_.insert_or_assign(e.hold.value(), std::move(hold));
  }

  void on_review(const Seen& seen, const EntryId& id) {
    const auto found = holds_.find(id.value());
    if (found == holds_.end()) return;
    if (seen.place != Place::before) check_review(found->first, found->second, seen.event.time);
    found->second.reviewed_at = seen.event.time;
  }

  void on_release(const Seen& seen, const EntryId& id) {
    const auto found = holds_.find(id.value());
    if (found == holds_.end()) return;
    if (seen.place != Place::before) {
      writer_.enter(found->second.member);
      check_review(found->first, found->second, seen.event.time);
    }
    holds_.erase(found);
    // What waited for it has its time from now on.
    released_at_ = seen.event.time;
  }

  void check_review(const std::string& id, Hold& hold, Timestamp now) {
    const Timestamp until = hold.reviewed_at + std::chrono::days(thresholds_.hold_review_d);
    if (now <= until || until < context_.first) return;
    writer_.fail(hold.member, "hold_not_reviewed",
                 "Hold " + id + " was not reviewed until " + to_rfc3339(until) + ".");
  }

  /// A hold that forbids to destroy the key of a month, or null.
  const std::string* hold_on_month(std::chrono::year_month month) const {
    for (const auto& [id, hold] : holds_) {
      const Timestamp begin = begin_of(month), end = begin_of(month + std::chrono::months(1));
      if (hold.placed.from && *hold.placed.from >= end) continue;
      if (hold.placed.to && *hold.placed.to <= begin) continue;
      return &id;
    }
    return nullptr;
  }

  void on_destroyed(const Seen& seen, const BucketDestroyed& e) {
    if (const auto found = buckets_.find({e.retention.text, e.month.text}); found != buckets_.end())
      found->second.destroyed = true;
    if (!writer_.takes(seen)) return;
    const std::size_t number = writer_.add(seen);
    const std::string name = e.retention.text + " of " + e.month.text;
    writer_.row(number).subject = name;
    if (seen.event.time > e.due_at + std::chrono::days(thresholds_.retention_tolerance_d) &&
        seen.event.time > released_at_ + std::chrono::days(thresholds_.retention_tolerance_d))
      writer_.fail(number, "destroyed_late",
                   name + " was due at " + to_rfc3339(e.due_at) + " and destroyed at " +
                       to_rfc3339(seen.event.time) + ".");
    const auto month = year_month_of(e.month.text);
    const std::string* const hold = month ? hold_on_month(*month) : nullptr;
    if (hold != nullptr)
      writer_.fail(number, "destroyed_under_hold",
                   name + " was destroyed while hold " + *hold + " lay on it.");
  }

  void on_erased(const Seen& seen, const SubjectErased& e) {
    if (!writer_.takes(seen)) return;
    const std::size_t number = writer_.add(seen);
    writer_.row(number).subject = e.subject.value();
    for (const auto& [id, hold] : holds_) {
      const HoldPlaced& placed = hold.placed;
      const PastTicket* const ticket =
          placed.ticket ? context_.history.ticket(placed.ticket->value()) : nullptr;
      const bool covers = placed.scope == HoldScope::tenant || placed.subject == e.subject ||
                          (ticket != nullptr && ticket->subjects.contains(e.subject.value()));
      if (covers)
        writer_.fail(number, "destroyed_under_hold",
                     e.subject.value() + " was erased while hold " + id + " lay on it.");
    }
  }

  void check_alive(const std::pair<std::string, std::string>& key, Bucket& bucket) {
    const auto month = year_month_of(key.second);
    if (bucket.destroyed || !month) return;
    const Timestamp due =
        begin_of(*month + std::chrono::months(1 + months_of(key.first).value_or(0)));
    if (context_.last <= due) return;
    Member member{bucket.first, {}, Place::within};
    writer_.enter(member).subject = key.first + " of " + key.second;
    if (hold_on_month(*month) != nullptr) return writer_.leave(member, "under_hold");
    if (context_.last <= due + std::chrono::days(thresholds_.retention_tolerance_d))
      return writer_.leave(member, "still_in_time");
    writer_.fail(member, "bucket_alive",
                 "The key of " + key.first + " of " + key.second + " was due at " +
                     to_rfc3339(due) + " and is alive.");
  }

  std::map<std::string, Hold> holds_;
  std::map<std::pair<std::string, std::string>, Bucket> buckets_;  ///< Class and month.
  std::set<std::string> endless_;
  Timestamp released_at_;  ///< Of the latest hold.
};

}  // namespace

void add_retention_tests(const TestContext& context, ControlTests& tests) {
  tests.push_back(std::make_unique<RetentionAndHolds>(context));
}

}  // namespace recourse::soc2
