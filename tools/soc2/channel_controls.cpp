#include <algorithm>

#include "tools/soc2/control_test.h"

namespace recourse::soc2 {
namespace {

using Hour = std::chrono::sys_time<std::chrono::hours>;

/// RC-17
class InputsComplete final : public OneControlTest {
 public:
  explicit InputsComplete(const TestContext& context) : OneControlTest(context, "RC-17") {
    writer_.note(
        "Counts are kept in memory until their hour is over. An hour that a crash cut shows here "
        "by what was recorded in it; refused inputs of such an hour were seen by nobody.");
  }

  void see(const Seen& seen) override {
    if (seen.place == Place::before || seen.place == Place::early) before_ = seen.event.time;
    if (seen.meta) return;
    if (const auto* e = seen.as<TicketOpened>(); e != nullptr && !e->follows)
      on_input(seen, e->channel.text, e->provenance);
    if (const auto* e = seen.as<MessageReceived>()) on_input(seen, e->channel.text, e->provenance);
    if (const auto* e = seen.as<IngressCounted>()) on_counter(seen, *e);
  }

  void finish() override {
    for (auto& [key, hour] : hours_) {
      const std::string what =
          "Channel " + key.first + " in the hour of " + to_rfc3339(key.second) + ": ";
      if (hour.counted) {
        judge(hour, key.second, what);
      } else if (hour.first) {
        judge_uncounted(hour, key.second, what);
      }
    }
  }

 private:
  struct HourOfChannel {
    std::int64_t inputs = 0;  ///< As recorded.
    IngressCounted sum;       ///< Of its counters: each run of the server writes one.
    bool counted = false;
    bool ended = false;             ///< The last counter was written after the hour.
    std::vector<std::size_t> rows;  ///< Of its counters in the period.
    std::optional<Row> earlier;     ///< Of the last counter before it.
    std::optional<Row> first;       ///< The first input in the period, else one before it.
    bool within = false;            ///< `first` is in the period.
  };

  static Hour hour_of(Timestamp time) { return std::chrono::floor<std::chrono::hours>(time); }
  /// The counter of an hour comes within the next one.
  static Timestamp due(Hour hour) { return hour + std::chrono::hours(2); }
  bool is_over(Hour hour) const { return due(hour) <= context_.last; }

  void on_input(const Seen& seen, const std::string& channel, const Provenance& provenance) {
    if (provenance.imported) return;
    HourOfChannel& hour = hours_[{channel, hour_of(seen.event.time)}];
    ++hour.inputs;
    if (seen.place == Place::outside || hour.within || (hour.first && !seen.within())) return;
    hour.first = row_for(seen);
    hour.first->subject = channel;
    hour.within = seen.within();
  }

  void on_counter(const Seen& seen, const IngressCounted& e) {
    const Hour at = hour_of(e.hour);
    if (!counted_since_ || at < *counted_since_) counted_since_ = at;
    HourOfChannel& hour = hours_[{e.channel.text, at}];
    hour.counted = true;
    hour.ended = seen.event.time >= at + std::chrono::hours(1);
    hour.sum.received += e.received;
    hour.sum.accepted += e.accepted;
    hour.sum.rejected += e.rejected;
    hour.sum.duplicates += e.duplicates;
    if (writer_.takes(seen)) {
      hour.rows.push_back(writer_.add(seen));
      writer_.row(hour.rows.back()).subject = e.channel.text;
    } else if (seen.place != Place::outside) {
      hour.earlier = row_for(seen);
      hour.earlier->subject = e.channel.text;
    }
  }

  void judge(HourOfChannel& hour, Hour at, const std::string& what) {
    const IngressCounted& sum = hour.sum;
    const bool adds_up = sum.received == sum.accepted + sum.rejected + sum.duplicates;
    if (adds_up && sum.accepted == hour.inputs) return;
    if (hour.rows.empty()) {
      // One that was still in time when the period began is judged in it.
      if (!hour.earlier || hour.ended || due(at) <= before_) return;
      Member member{*hour.earlier, {}, Place::before};
      writer_.enter(member);
      hour.rows.push_back(*member.at);
    }
    // The server was stopped within the hour, and what came in after that is not counted yet.
    if (!hour.ended && !is_over(at)) {
      for (const std::size_t row : hour.rows) writer_.leave(row, "still_in_time");
      return;
    }
    const std::size_t last = hour.rows.back();
    if (!adds_up)
      writer_.fail(last, "sum_differs",
                   what + std::to_string(sum.received) + " received, " +
                       std::to_string(sum.accepted) + " accepted, " + std::to_string(sum.rejected) +
                       " rejected, " + std::to_string(sum.duplicates) + " duplicates.");
    if (sum.accepted != hour.inputs)
      writer_.fail(last, "count_differs",
                   what + std::to_string(sum.accepted) + " accepted, " +
                       std::to_string(hour.inputs) + " recorded.");
  }

  void judge_uncounted(const HourOfChannel& hour, Hour at, const std::string& what) {
    if (!counted_since_ || at < *counted_since_) {
      if (hour.within) writer_.exclude("before_counters");
      return;
    }
    // One that was still in time when the period began is judged in it.
    if (!hour.within && due(at) <= before_) return;
    Member member{*hour.first, {}, hour.within ? Place::within : Place::before};
    if (!is_over(at)) return writer_.leave(member, "still_in_time");
    writer_.fail(member, "hour_not_counted",
                 what + std::to_string(hour.inputs) + " recorded and no counter.");
  }

  std::map<std::pair<std::string, Hour>, HourOfChannel> hours_;
  Timestamp before_;                   ///< Of the last leaf before the period.
  std::optional<Hour> counted_since_;  ///< The first hour with a counter of any channel.
};

/// RC-18
class RightParty final : public OneControlTest {
 public:
  explicit RightParty(const TestContext& context) : OneControlTest(context, "RC-18") {
    writer_.note(
        "Whether a message was delivered is known to the mail and chat providers only; it is not "
        "recorded here.");
  }

  void see(const Seen& seen) override {
    const auto* const e = seen.as<MessageSent>();
    if (e == nullptr || seen.meta) return;
    if (e->provenance.imported) {
      if (seen.within()) writer_.exclude("imported");
      return;
    }
    if (!writer_.takes(seen)) return;
    const std::size_t number = writer_.add(seen);
    writer_.row(number).subject = e->ticket.value();
    const std::string what = "Message " + e->message.value() + " of ticket " + e->ticket.value();
    check_action(number, what, *e);
    const PastTicket* const ticket = context_.history.ticket(e->ticket.value());
    if (ticket == nullptr || ticket->requester.empty())
      return writer_.fail(number, "unknown_ticket", what + ": the ticket is not in this log.");
    for (const std::string& subject : e->body.subjects)
      if (!ticket->subjects.contains(subject))
        writer_.fail(number, "other_subject",
                     what + " is about " + subject + ", who has no part in the ticket.");
    // People may choose another way; machines answer by one that the customer took.
    if (seen.event.actor.type == ActorType::human || e->kind == MessageKind::note) return;
    if (!ticket->channels.contains(e->channel.text))
      writer_.fail(number, "other_channel",
                   what + " went out by " + e->channel.text + ", by which nobody wrote.");
  }

 private:
  void check_action(std::size_t number, const std::string& what, const MessageSent& e) {
    if (!e.action) return;
    const PastAction* const action = context_.history.action(e.action->value());
    if (action == nullptr || !action->dispatched) {
      writer_.fail(number, "not_dispatched",
                   what + ": its action " + e.action->value() + " was not dispatched.");
    } else if (action->ticket != e.ticket) {
      writer_.fail(
          number, "other_ticket",
          what + ": its action " + e.action->value() + " is about " + action->ticket.value() + ".");
    }
  }
};

}  // namespace

void add_channel_tests(const TestContext& context, ControlTests& tests) {
  tests.push_back(std::make_unique<InputsComplete>(context));
  tests.push_back(std::make_unique<RightParty>(context));
}

}  // namespace recourse::soc2
