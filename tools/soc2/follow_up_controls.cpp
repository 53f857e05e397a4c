#include <algorithm>

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
    if (const auto* e = seen.as<FollowUpPostponed>()) {
      if (Asserted* found = open(e->ticket))
        found->until = std::max(found->until, e->due_at + tolerance());
    }
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
    for (auto& [ticket, asserted] : asserted_) {
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

  Asserted* open(const TicketId& ticket) {
    const auto found = asserted_.find(ticket.value());
    return found != asserted_.end() ? &found->second : nullptr;
  }

  void on_asserted(const Seen& seen, const ResolutionAsserted& e) {
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
    // The earlier one of this ticket is over: what happened since then is about the newer one.
    asserted_.insert_or_assign(e.ticket.value(), std::move(asserted));
  }

  void asked(const Seen& seen, const TicketId& ticket) {
    Asserted* const found = open(ticket);
    if (found == nullptr || found->asked) return;
    found->asked = true;
    if (seen.place == Place::before) return;
    writer_.enter(found->member);
    if (seen.event.time > found->until)
      writer_.fail(found->member, "no_follow_up",
                   "About resolution " + found->resolution + " of ticket " + ticket.value() +
                       " nobody was asked until " + to_rfc3339(found->until) + ", only at " +
                       to_rfc3339(seen.event.time) + ".");
  }

  void on_missed(const Seen& seen, const FollowUpMissed& e) {
    Asserted* const found = open(e.ticket);
    if (found == nullptr) return;
    found->asked = true;
    if (seen.within())
      writer_.fail(found->member, "follow_up_missed",
                   "The follow-up of resolution " + found->resolution + " of ticket " +
                       e.ticket.value() + " was missed (" + seen.event.id.value() + ").");
  }

  void on_no(const Seen& seen, const TicketId& ticket) {
    Asserted* const found = open(ticket);
    if (found == nullptr || found->put_right || found->no_at) return;
    found->no_at = seen.event.time;
  }

  void put_right(const Seen& seen, const TicketId& ticket) {
    asked(seen, ticket);
    Asserted* const found = open(ticket);
    if (found == nullptr) return;
    found->put_right = true;
    if (!found->no_at) return;
    const Timestamp until = *found->no_at + std::chrono::hours(thresholds_.reopen_h);
    found->no_at.reset();
    if (seen.event.time > until && seen.place != Place::before)
      writer_.fail(found->member, "negative_not_reopened",
                   "A no to resolution " + found->resolution + " of ticket " + ticket.value() +
                       " was heard only at " + to_rfc3339(seen.event.time) + ".");
  }

  void never_asked(const std::string& ticket, Asserted& asserted) {
    if (context_.last <= asserted.until) return writer_.leave(asserted.member, "still_in_time");
    writer_.fail(asserted.member, "no_follow_up",
                 "About resolution " + asserted.resolution + " of ticket " + ticket +
                     " nobody was asked until " + to_rfc3339(asserted.until) + ".");
  }

  void never_heard(const std::string& ticket, Asserted& asserted) {
    const Timestamp until = *asserted.no_at + std::chrono::hours(thresholds_.reopen_h);
    if (!asserted.member.at && until < context_.first) return;
    if (context_.last <= until) return writer_.leave(asserted.member, "still_in_time");
    writer_.fail(asserted.member, "negative_not_reopened",
                 "Nothing came of the no to resolution " + asserted.resolution + " of ticket " +
                     ticket + " until " + to_rfc3339(until) + ".");
  }

  std::unordered_map<std::string, Asserted> asserted_;  ///< The latest of each ticket.
};

}  // namespace

void add_follow_up_tests(const TestContext& context, ControlTests& tests) {
  tests.push_back(std::make_unique<ResolutionFollowUp>(context));
}

}  // namespace recourse::soc2
