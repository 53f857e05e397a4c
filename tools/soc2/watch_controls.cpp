#include <algorithm>
#include <cctype>
#include <deque>

#include "tools/soc2/control_test.h"

namespace recourse::soc2 {
namespace {

using Words = std::vector<std::string_view>;

/// Whether a rule's name has a word that begins with one of these: login_denials, auth.burst.
bool is_about(std::string_view rule, const Words& words) {
  const auto is_letter = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; };
  for (auto at = rule.begin(); at != rule.end();) {
    at = std::find_if(at, rule.end(), is_letter);
    const std::string_view rest(at, rule.end());
    if (std::any_of(words.begin(), words.end(),
                    [&](std::string_view word) { return rest.starts_with(word); }))
      return true;
    at = std::find_if_not(at, rule.end(), is_letter);
  }
  return false;
}

/// Things counted within a window, of which too many have to alert somebody.
class Bursts {
 public:
  struct Burst {
    Timestamp at;
    std::size_t row = 0;
    std::int64_t number = 0;
  };

  /// `words`: what the name of an alert's rule says when it is about these.
  Bursts(std::int64_t window_s, std::int64_t most, std::int64_t alert_s, Words words)
      : window_(window_s), alert_(alert_s), most_(most), words_(std::move(words)) {}

  void count(Timestamp time, std::int64_t number, std::size_t row) {
    while (!counted_.empty() && counted_.front().first < time - window_) {
      sum_ -= counted_.front().second;
      counted_.pop_front();
    }
    counted_.emplace_back(time, number);
    sum_ += number;
    if (sum_ <= most_) return;
    waiting_.push_back({time, row, sum_});
    // What made this burst does not make the next one.
    counted_.clear();
    sum_ = 0;
  }
  /// Somebody was alerted, perhaps before the burst was over.
  void alerted(std::string_view rule, Timestamp time) {
    if (!is_about(rule, words_)) return;
    latest_alert_ = time;
    std::erase_if(waiting_, [&](const Burst& burst) { return time <= burst.at + alert_; });
  }

  /// Those that alerted nobody; by `now` some may still.
  std::vector<Burst> unnoticed(Timestamp now) const {
    std::vector<Burst> found;
    for (const Burst& burst : waiting_)
      if (burst.at + alert_ < now) found.push_back(burst);
    return found;
  }
  bool was_alerted_within_window(Timestamp time) const {
    return latest_alert_ && *latest_alert_ >= time - window_;
  }

 private:
  std::chrono::seconds window_, alert_;
  std::int64_t most_ = 0, sum_ = 0;
  Words words_;
  std::deque<std::pair<Timestamp, std::int64_t>> counted_;
  std::vector<Burst> waiting_;
  std::optional<Timestamp> latest_alert_;
};

/// RC-11
class RefusedAccess final : public OneControlTest {
 public:
  explicit RefusedAccess(const TestContext& context) : OneControlTest(context, "RC-11") {
    if (!context.with_deployment)
      writer_.note("Refused logins stand in the deployment events, which are not in this package.");
  }

  void see(const Seen& seen) override {
    if (!seen.meta && context_.history.is_stranger(seen.event.actor.id.value()))
      writer_.fail_at(seen, "crossing_allowed",
                      seen.event.actor.id.value() + " belongs to other tenants and acted here at " +
                          sequence_text(seen.event.position) + ".");
    if (const auto* e = seen.as<AuthDenied>(); e != nullptr && writer_.takes(seen)) {
      const std::size_t row = writer_.add(seen);
      writer_.row(row).subject = e->cause.text;
      count(denials_, seen, e->count, row);
      if (e->cause.text == "other_tenant") count(crossings_, seen, e->count, row);
    }
    if (const auto* e = seen.as<LimitReached>(); e != nullptr && writer_.takes(seen)) {
      const std::size_t row = writer_.add(seen);
      writer_.row(row).subject = e->name.text + " " + e->scope.text;
      count(limits_, seen, 1, row);
    }
    if (const auto* e = seen.as<AlertRaised>())
      for (Bursts* bursts : {&denials_, &crossings_, &limits_})
        bursts->alerted(e->rule.text, seen.event.time);
  }

  void finish() override {
    tell(denials_, "refused logins");
    tell(crossings_, "attempts with keys of other tenants");
    tell(limits_, "limits that were reached");
  }

 private:
  static void count(Bursts& bursts, const Seen& seen, std::int64_t number, std::size_t row) {
    // While somebody looks at it already, more of the same is no news.
    if (!bursts.was_alerted_within_window(seen.event.time))
      bursts.count(seen.event.time, number, row);
  }

  void tell(const Bursts& bursts, const std::string& name) {
    for (const Bursts::Burst& burst : bursts.unnoticed(context_.last))
      writer_.fail(burst.row, "burst_without_alert",
                   std::to_string(burst.number) + " " + name + " within " +
                       std::to_string(thresholds_.burst_window_s) + " s until " +
                       to_rfc3339(burst.at) + " alerted nobody.");
  }

  Bursts denials_{thresholds_.burst_window_s,
                  thresholds_.burst_denials,
                  thresholds_.burst_alert_s,
                  {"auth", "login", "denial", "denied", "refus"}};
  Bursts crossings_{thresholds_.burst_window_s,
                    thresholds_.burst_crossings,
                    thresholds_.burst_alert_s,
                    {"auth", "login", "denial", "denied", "refus", "cross", "tenant"}};
  Bursts limits_{
      thresholds_.burst_window_s, thresholds_.burst_limits, thresholds_.burst_alert_s, {"limit"}};
};

/// RC-12
class AlertsTriaged final : public OneControlTest {
 public:
  explicit AlertsTriaged(const TestContext& context) : OneControlTest(context, "RC-12") {}

  void see(const Seen& seen) override {
    if (const auto* e = seen.as<AlertRaised>()) {
      Member member = writer_.member(seen);
      writer_.row_of(member).subject = e->alert.value();
      alerts_.insert_or_assign(e->alert.value(), Alert{std::move(member), e->triage_due_at, false});
    }
    if (const auto* e = seen.as<AlertTriaged>()) on_triage(seen, *e);
    if (const auto* e = seen.as<AlertClosed>()) on_close(seen, *e);
  }

  void finish() override {
    for (auto& [id, alert] : alerts_) {
      if (alert.triaged) {
        writer_.enter(alert.member);
      } else if (context_.last <= alert.due_at) {
        writer_.leave(alert.member, "still_in_time");
      } else {
        writer_.fail(alert.member, "not_triaged",
                     "Alert " + id + " was not triaged until " + to_rfc3339(alert.due_at) + ".");
      }
    }
  }

 private:
  struct Alert {
    Member member;
    Timestamp due_at;
    bool triaged = false;
  };

  void on_triage(const Seen& seen, const AlertTriaged& e) {
    const auto found = alerts_.find(e.alert.value());
    if (found == alerts_.end() || found->second.triaged) return;
    Alert& alert = found->second;
    alert.triaged = true;
    writer_.row_of(alert.member).accountable =
        e.owner ? e.owner->value() : seen.event.actor.id.value();
    if (seen.event.time > alert.due_at && seen.place != Place::before)
      writer_.fail(alert.member, "not_triaged",
                   "Alert " + found->first + " was triaged only at " + to_rfc3339(seen.event.time) +
                       ", due was " + to_rfc3339(alert.due_at) + ".");
  }

  void on_close(const Seen& seen, const AlertClosed& e) {
    const auto found = alerts_.find(e.alert.value());
    if (found == alerts_.end()) return;
    Alert& alert = found->second;
    if (seen.place != Place::before) {
      writer_.enter(alert.member);
      if (!alert.triaged)
        writer_.fail(alert.member, "closed_untriaged",
                     "Alert " + found->first + " was closed before anybody triaged it.");
      if (!e.reason_code && !e.reason)
        writer_.fail(alert.member, "closed_without_reason",
                     "Alert " + found->first + " was closed at " +
                         sequence_text(seen.event.position) + " without a reason.");
    }
    alerts_.erase(found);
  }

  std::map<std::string, Alert> alerts_;
};

}  // namespace

void add_watch_tests(const TestContext& context, ControlTests& tests) {
  tests.push_back(std::make_unique<RefusedAccess>(context));
  tests.push_back(std::make_unique<AlertsTriaged>(context));
}

}  // namespace recourse::soc2
