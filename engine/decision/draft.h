#pragma once

#include <functional>
#include <string>
#include <vector>

#include "engine/decision/decide.h"

namespace recourse {

using Events = std::vector<NewEvent>;

/// The events of one decision while it is made, with a working copy of the ticket they belong to.
struct Draft {
  State& state;
  const DecisionContext& context;
  TicketState ticket;
  std::string correlation = {};  ///< run_ id; empty for none.
  Events events = {};

  /// `stream` may be an id inside of `data`: it is copied before anything is moved.
  template <class Event>
  void add(std::string stream, Event&& data) {
    const Actor actor{context.principal.kind, context.principal.id};
    events.push_back({std::move(stream), ticket.ticket.value(), actor, "", correlation,
                      EventData(std::forward<Event>(data))});
  }

  template <class TextId>
  TextId make(std::string_view prefix) const {
    return TextId(make_ulid(prefix, context.now, context.random));
  }

  /// Whose keys seal a text about this ticket. Once the requester was erased, what colleagues write
  /// about it is the tenant's own; so is the text of a rollback over several tickets.
  std::vector<std::string> subjects() const {
    if (ticket.requester.value().empty() || is_erased(state, ticket.requester)) return {};
    return {ticket.requester.value()};
  }
  Sealed seal(std::string_view text) const { return seal_text(text, subjects()); }
  /// Nothing for an absent or empty text.
  std::optional<Sealed> seal_given(const std::optional<std::string>& text) const {
    return text && !text->empty() ? std::optional(seal_text(*text, subjects())) : std::nullopt;
  }
};

/// A draft about a ticket that exists. Errors: not_found.
Result<Draft> draft_for(State& state, const TicketId& ticket, const DecisionContext& context);

/// The ticket's version is the one of the last event of its stream; absent expects nothing.
Status check_version(const TicketState& ticket, const std::optional<std::int64_t>& expected);

/// Errors: conflict, naming the ticket in which one that was merged goes on.
Status check_not_merged(State& state, const TicketState& ticket);

/// GDPR Articles 18 and 21: the data of the ticket's requester are kept and no machine works with
/// them. People still may.
bool is_restricted(const Draft& draft);

Error conflict(std::string message);
Error invalid(std::string message);
Error not_found(std::string_view what, std::string_view id);

// ---- Changes of the ticket: each adds its event and keeps the draft's copy current -------------

struct Cause {
  std::optional<ActionId> action;
  std::optional<RollbackId> rollback;
};

void change_status(Draft& draft, TicketStatus to, std::string_view reason_code, Cause cause = {});

/// Absent members clear; give the present ones to keep them.
void assign(Draft& draft, std::optional<PrincipalId> assignee, std::optional<Clear> team,
            Cause cause = {});

/// ticket.reopened and the change of status to open; pending follow-ups about the old resolution
/// are cancelled.
void reopen(Draft& draft, std::optional<ResolutionId> resolution, std::string_view reason_code,
            std::optional<Sealed> reason);

/// Nobody works on it or is asked about it any more.
void close(Draft& draft, std::string_view reason_code);

void cancel_followups(Draft& draft, const std::vector<FollowUpId>& followups,
                      std::string_view cause);

/// Makes open approvals of the ticket void where `applies` says so of their action's type, which
/// may be null. The actions become staled.
void stale_approvals(Draft& draft, std::string_view cause,
                     const std::function<bool(const ActionState&)>& applies);
/// `changed`: for the cause drift.
void stale_approval(Draft& draft, const ApprovalState& approval, std::string_view cause,
                    std::vector<ChangedFact> changed = {});

/// What `automation` is where nobody has switched it off.
Automation unless_switched_off(const Draft& draft);

/// Sets `automation` by whether an approval is still pending. To be called after the approvals
/// of the draft's ticket copy are up to date.
void settle_automation(Draft& draft, std::string_view reason_code);

}  // namespace recourse
