#include <algorithm>

#include "tools/soc2/control_test.h"

namespace recourse::soc2 {
namespace {

using Hour = std::chrono::sys_time<std::chrono::hours>;

/// RC-17
class InputsComplete final : public OneControlTest {
 public:
  explicit InputsComplete(const TestContext& context) : OneControlTest(context, "RC-17") {}

  void see(const Seen& seen) override {
    if (seen.meta) return;
    if (const auto* e = seen.as<TicketOpened>()) {
      if (e->provenance.imported) return;
      HourOfChannel& hour = hours_[{e->channel.text, hour_of(seen.event.time)}];
      if (++hour.tickets > 1 || !seen.within()) return;
      hour.first = row_for(seen);
      hour.first->subject = e->channel.text;
    }
    if (const auto* e = seen.as<IngressCounted>()) {
      HourOfChannel& hour = hours_[{e->channel.text, hour_of(e->hour)}];
      hour.counted = true;
      const auto [known, is_new] = counted_since_.try_emplace(e->channel.text, hour_of(e->hour));
      if (!is_new) known->second = std::min(known->second, hour_of(e->hour));
      if (!writer_.takes(seen)) return;
      const std::size_t number = writer_.add(seen);
      writer_.row(number).subject = e->channel.text;
      counters_.push_back({number, *e});
    }
  }

  void finish() override {
    for (const auto& [number, e] : counters_) {
      const std::string what =
          "Channel " + e.channel.text + " in the hour of " + to_rfc3339(e.hour) + ": ";
      if (e.received != e.accepted + e.rejected + e.duplicates)
        writer_.fail(number, "sum_differs",
                     what + std::to_string(e.received) + " received, " +
                         std::to_string(e.accepted) + " accepted, " + std::to_string(e.rejected) +
                         " rejected, " + std::to_string(e.duplicates) + " duplicates.");
      const std::int64_t tickets = hours_[{e.channel.text, hour_of(e.hour)}].tickets;
      if (e.accepted != tickets)
        writer_.fail(number, "count_differs",
                     what + std::to_string(e.accepted) + " accepted, " + std::to_string(tickets) +
                         " tickets recorded.");
    }
    for (auto& [key, hour] : hours_) {
      const auto since = counted_since_.find(key.first);
      if (hour.counted || !hour.first || since == counted_since_.end()) continue;
      // The counter of an hour comes within the next one.
      if (key.second < since->second || key.second + std::chrono::hours(2) > context_.last)
        continue;
      Member member{*hour.first, {}, Place::within};
      writer_.fail(member, "hour_not_counted",
                   "Channel " + key.first + " in the hour of " + to_rfc3339(key.second) + ": " +
                       std::to_string(hour.tickets) + " tickets and no counter.");
    }
  }

 private:
  struct HourOfChannel {
    std::int64_t tickets = 0;
    bool counted = false;
    std::optional<Row> first;  ///< In the period.
  };

  static Hour hour_of(Timestamp time) { return std::chrono::floor<std::chrono::hours>(time); }

  std::map<std::pair<std::string, Hour>, HourOfChannel> hours_;
  std::map<std::string, Hour> counted_since_;
  std::vector<std::pair<std::size_t, IngressCounted>> counters_;
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
