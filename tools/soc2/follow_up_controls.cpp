#include <algorithm>
#include <span>

#include "tools/soc2/control_test.h"

namespace recourse::soc2 {
namespace {

/// RC-19
class ResolutionFollowUp final : public OneControlTest {
 public:
  explicit ResolutionFollowUp(const TestContext& context) : OneControlTest(context, "RC-19") {}

  void see(const Seen& seen) override {
    if (seen.meta) return;
    if (const auto* e = seen.as<ResolutionAsserted>()) on_asserted(seen, *e);
    if (const auto* e = seen.as<FollowUpPostponed>())
      for (Asserted& each : open(e->ticket))
        each.until = std::max(each.until, e->due_at + tolerance());
    if (const auto* e = seen.as<FollowUpMissed>()) on_missed(seen, *e);
    if (const auto* e = seen.as<FollowUpSent>()) asked(seen, e->ticket);
    if (const auto* e = seen.as<FollowUpSkipped>()) asked(seen, e->ticket);
    if (const auto* e = seen.as<FollowUpCancelled>()) asked(seen, e->ticket);
    if (const auto* e = seen.as<ResolutionConfirmed>()) asked(seen, e->ticket);
    if (const auto* e = seen.as<ResolutionVoided>()) put_right(seen, e->ticket);
    if (const auto* e = seen.as<TicketReopened>()) put_right(seen, e->ticket);
    if (const auto* e = seen.as<TicketEscalated>()) put_right(seen, e->ticket);
    if (const auto* e = seen.as<FollowUpAnswered>()) {
      asked(seen, e->ticket);
      if (e->answer == FollowUpAnswer::reject) on_no(seen, e->ticket);
    }
    if (const auto* e = seen.as<ResolutionContradicted>()) {
      asked(seen, e->ticket);
      if (!e->partial) on_no(seen, e->ticket);
    }
    if (const auto* e = seen.as<FeedbackSubmitted>(); e != nullptr && e->confirmed) {
      asked(seen, e->ticket);
      if (!*e->confirmed) on_no(seen, e->ticket);
    }
  }

  void finish() override {
    for (auto& [ticket, all] : asserted_)
      for (Asserted& asserted : all) {
        if (!asserted.asked) never_asked(ticket, asserted);
        if (asserted.no_at) never_heard(ticket, asserted);
      }
  }

 private:
  struct Asserted {
    Member member;
    std::string resolution;
    Timestamp until;
    bool asked = false, put_right = false;
    std::optional<Timestamp> no_at;  ///< Somebody said no, and nothing came of it yet.
  };

  std::chrono::hours tolerance() const {
    return std::chrono::hours(thresholds_.followup_tolerance_h);
  }

  std::span<Asserted> open(const TicketId& ticket) {
    const auto found = asserted_.find(ticket.value());
    return found != asserted_.end() ? std::span(found->second) : std::span<Asserted>();
  }

  /// It is resolved anew: what happens from now on is about the newer one, save an unheard no.
  void pass_on(const Seen& seen, const TicketId& ticket) {
    for (Asserted& each : open(ticket)) {
      if (each.asked) continue;
      each.asked = true;
      if (seen.place == Place::before) continue;
      writer_.leave(each.member, "resolved_again");
      if (seen.event.time > each.until) tell_late(seen, ticket, each);
    }
    if (const auto found = asserted_.find(ticket.value()); found != asserted_.end())
      std::erase_if(found->second, [](const Asserted& each) { return !each.no_at; });
  }

  void on_asserted(const Seen& seen, const ResolutionAsserted& e) {
    if (!e.provenance.imported) pass_on(seen, e.ticket);
    if (!e.action) return;
    if (e.provenance.imported) {
      if (seen.within()) writer_.exclude("imported");
      return;
    }
    Asserted asserted;
    asserted.member = writer_.member(seen);
    asserted.resolution = e.resolution.value();
    asserted.until = seen.event.time + std::chrono::hours(thresholds_.followup_h) + tolerance();
    Row& row = writer_.row_of(asserted.member);
    row.subject = e.ticket.value();
    if (const PastAction* action = context_.history.action(e.action->value()))
      row.actor = action->proposer.id.value();
    asserted_[e.ticket.value()].push_back(std::move(asserted));
  }

  void tell_late(const Seen& seen, const TicketId& ticket, Asserted& asserted) {
    writer_.fail(asserted.member, "no_follow_up",
                 "About resolution " + asserted.resolution + " of ticket " + ticket.value() +
                     " nobody was asked until " + to_rfc3339(asserted.until) +
                     "; what came next was only at " + to_rfc3339(seen.event.time) + ".");
  }

  void asked(const Seen& seen, const TicketId& ticket) {
    for (Asserted& each : open(ticket)) {
      if (each.asked) continue;
      each.asked = true;
      if (seen.place == Place::before) continue;
      writer_.enter(each.member);
      if (seen.event.time > each.until) tell_late(seen, ticket, each);
    }
  }

  void on_missed(const Seen& seen, const FollowUpMissed& e) {
    for (Asserted& each : open(e.ticket)) {
      each.asked = true;
      if (seen.place != Place::before)
        writer_.fail(each.member, "follow_up_missed",
                     "The follow-up of resolution " + each.resolution + " of ticket " +
                         e.ticket.value() + " was missed (" + seen.event.id.value() + ").");
    }
  }

  void on_no(const Seen& seen, const TicketId& ticket) {
    for (Asserted& each : open(ticket)) {
      if (each.put_right || each.no_at) continue;
      each.no_at = seen.event.time;
      if (seen.place != Place::before) writer_.enter(each.member);
    }
  }

  void put_right(const Seen& seen, const TicketId& ticket) {
    asked(seen, ticket);
    for (Asserted& each : open(ticket)) {
      each.put_right = true;
      if (!each.no_at) continue;
      const Timestamp until = *each.no_at + std::chrono::hours(thresholds_.reopen_h);
      each.no_at.reset();
      if (seen.place == Place::before) continue;
      writer_.enter(each.member);
      if (seen.event.time > until)
        writer_.fail(each.member, "negative_not_reopened",
                     "A no to resolution " + each.resolution + " of ticket " + ticket.value() +
                         " was heard only at " + to_rfc3339(seen.event.time) + ".");
    }
  }

  void never_asked(const std::string& ticket, Asserted& asserted) {
    if (context_.last <= asserted.until) return writer_.leave(asserted.member, "still_in_time");
    writer_.fail(asserted.member, "no_follow_up",
                 "About resolution " + asserted.resolution + " of ticket " + ticket +
                     " nobody was asked until " + to_rfc3339(asserted.until) + ".");
  }

  void never_heard(const std::string& ticket, Asserted& asserted) {
    const Timestamp until = *asserted.no_at + std::chrono::hours(thresholds_.reopen_h);
    if (context_.last <= until) return writer_.leave(asserted.member, "still_in_time");
    writer_.fail(asserted.member, "negative_not_reopened",
                 "Nothing came of the no to resolution " + asserted.resolution + " of ticket " +
                     ticket + " until " + to_rfc3339(until) + ".");
  }

  /// The latest of each ticket, and earlier ones of which a no is not heard yet.
  std::unordered_map<std::string, std::vector<Asserted>> asserted_;
};

}  // namespace

void add_follow_up_tests(const TestContext& context, ControlTests& tests) {
  tests.push_back(std::make_unique<ResolutionFollowUp>(context));
}

}  // namespace recourse::soc2
