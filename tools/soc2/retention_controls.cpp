#include <charconv>
#include <unordered_set>

#include "tools/soc2/control_test.h"

namespace recourse::soc2 {
namespace {

/// How long a retention class lasts: 24 m for pii-24m, 7 y for ops-7y, 90 d for call-90d.
struct Lasting {
  int count = 0;
  char unit = 'm';
};

/// None for names that say no time.
std::optional<Lasting> lasting_of(std::string_view retention) {
  const auto dash = retention.rfind('-');
  if (dash == std::string_view::npos || retention.size() < dash + 3) return std::nullopt;
  Lasting lasting{0, retention.back()};
  const char* const end = retention.data() + retention.size() - 1;
  const auto [stop, fault] = std::from_chars(retention.data() + dash + 1, end, lasting.count);
  if (fault != std::errc() || stop != end || lasting.count < 0) return std::nullopt;
  if (lasting.unit == 'd') return lasting.count <= 36'500 ? std::optional(lasting) : std::nullopt;
  if ((lasting.unit != 'm' && lasting.unit != 'y') || lasting.count > 1'200) return std::nullopt;
  return lasting;
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

/// Counted from the month's end.
Timestamp due_of(const Lasting& lasting, std::chrono::year_month month) {
  const auto next = month + std::chrono::months(1);
  if (lasting.unit == 'd') return begin_of(next) + std::chrono::days(lasting.count);
  return begin_of(next + std::chrono::months(lasting.count * (lasting.unit == 'y' ? 12 : 1)));
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
    Timestamp reviewed_at, released_at;
  };
  struct Bucket {
    Row first;                              ///< The first leaf that has a value under its key.
    std::unordered_set<std::string> about;  ///< Whose values these are, and of which tickets.
    bool destroyed = false;
  };
  /// When somebody's values were recorded.
  struct Trace {
    Timestamp first, last;
  };

  void note_buckets(const Seen& seen) {
    for_each_sealed(seen.event.data, [&](const Sealed& sealed) {
      for (const std::string& subject : sealed.subjects)
        traces_.try_emplace(subject, Trace{seen.event.time, seen.event.time}).first->second.last =
            seen.event.time;
      if (!lasting_of(sealed.retention)) {
        endless_.insert(sealed.retention);
        return;
      }
      const auto month = std::pair(sealed.retention, month_of(seen.event.time));
      const auto [known, is_new] = buckets_.try_emplace(month);
      if (is_new) known->second.first = row_for(seen);
      known->second.about.insert(seen.event.subject);
      known->second.about.insert(sealed.subjects.begin(), sealed.subjects.end());
    });
  }

  void on_hold(const Seen& seen, const HoldPlaced& e) {
    Hold hold{writer_.member(seen), e, seen.event.time, {}};
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
    found->second.released_at = seen.event.time;
    released_.push_back(std::move(found->second));
    holds_.erase(found);
  }

  void check_review(const std::string& id, Hold& hold, Timestamp now) {
    const Timestamp until = hold.reviewed_at + std::chrono::days(thresholds_.hold_review_d);
    if (now <= until) return;
    writer_.fail(hold.member, "hold_not_reviewed",
                 "Hold " + id + " was not reviewed until " + to_rfc3339(until) + ".");
  }

  static bool meets(const HoldPlaced& hold, Timestamp first, Timestamp last) {
    return (!hold.from || *hold.from <= last) && (!hold.to || first <= *hold.to);
  }

  /// Whether a hold forbids to destroy the key of a month, as the engine sees it: one on a person
  /// or a ticket does where the month has something of theirs. `bucket`: null, nothing is known.
  static bool keeps(const HoldPlaced& hold, std::chrono::year_month month, const Bucket* bucket) {
    const Timestamp next = begin_of(month + std::chrono::months(1));
    if (!meets(hold, begin_of(month), next - std::chrono::microseconds(1))) return false;
    if (hold.scope == HoldScope::tenant) return true;
    if (bucket == nullptr) return false;
    return (hold.subject && bucket->about.contains(hold.subject->value())) ||
           (hold.ticket && bucket->about.contains(hold.ticket->value()));
  }

  /// The id of one that does, or null.
  const std::string* hold_on(std::chrono::year_month month, const Bucket* bucket) const {
    for (const auto& [id, hold] : holds_)
      if (keeps(hold.placed, month, bucket)) return &id;
    return nullptr;
  }

  /// What waited for a hold has its time from its release on.
  Timestamp time_from(Timestamp due, std::chrono::year_month month, const Bucket* bucket) const {
    for (const Hold& hold : released_)
      if (keeps(hold.placed, month, bucket)) due = std::max(due, hold.released_at);
    return due;
  }

  void on_destroyed(const Seen& seen, const BucketDestroyed& e) {
    const auto found = buckets_.find({e.retention.text, e.month.text});
    Bucket* const bucket = found != buckets_.end() ? &found->second : nullptr;
    if (bucket != nullptr) bucket->destroyed = true;
    if (!writer_.takes(seen)) return;
    const std::size_t number = writer_.add(seen);
    const std::string name = e.retention.text + " of " + e.month.text;
    writer_.row(number).subject = name;
    const auto month = year_month_of(e.month.text);
    const Timestamp since = month ? time_from(e.due_at, *month, bucket) : e.due_at;
    if (seen.event.time > since + std::chrono::days(thresholds_.retention_tolerance_d))
      writer_.fail(number, "destroyed_late",
                   name + " was due at " + to_rfc3339(e.due_at) + " and destroyed at " +
                       to_rfc3339(seen.event.time) + ".");
    const std::string* const hold = month ? hold_on(*month, bucket) : nullptr;
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
      const auto trace = traces_.find(e.subject.value());
      if ((placed.from || placed.to) &&
          (trace == traces_.end() || !meets(placed, trace->second.first, trace->second.last)))
        continue;
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
    const Timestamp due = due_of(lasting_of(key.first).value_or(Lasting()), *month);
    if (context_.last <= due) return;
    Member member{bucket.first, {}, Place::within};
    writer_.enter(member).subject = key.first + " of " + key.second;
    if (hold_on(*month, &bucket) != nullptr) return writer_.leave(member, "under_hold");
    if (context_.last <=
        time_from(due, *month, &bucket) + std::chrono::days(thresholds_.retention_tolerance_d))
      return writer_.leave(member, "still_in_time");
    writer_.fail(member, "bucket_alive",
                 "The key of " + key.first + " of " + key.second + " was due at " +
                     to_rfc3339(due) + " and is alive.");
  }

  std::map<std::string, Hold> holds_;
  std::map<std::pair<std::string, std::string>, Bucket> buckets_;  ///< Class and month.
  std::unordered_map<std::string, Trace> traces_;                  ///< By subjects.
  std::vector<Hold> released_;
  std::set<std::string> endless_;
};

}  // namespace

void add_retention_tests(const TestContext& context, ControlTests& tests) {
  tests.push_back(std::make_unique<RetentionAndHolds>(context));
}

}  // namespace recourse::soc2
