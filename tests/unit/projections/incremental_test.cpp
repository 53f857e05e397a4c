#include <rapidcheck.h>

#include "tests/unit/projections/story.h"

using namespace recourse;

namespace {

/// Any event that a read model looks at, about a few tickets, actions and so on, in any order: also
/// in orders that no command would produce.
class AnyEvent {
 public:
  EventData make() {
    switch (pick(24)) {
      case 0:
        return opened(ticket().value(), pick(3) + 1);
      case 1:
        return triaged();
      case 2:
        return assigned();
      case 3:
        return status_changed();
      case 4:
        return TicketEscalated{ticket(), "x"};
      case 5:
        return TicketReopened{ticket(), maybe(resolution()), "x"};
      case 6:
        return MessageSent{ticket(), MessageId("msg_1"), "api"};
      case 7:
      case 8:
        return proposal();
      case 9:
        return decision();
      case 10:
        return approval_request();
      case 11:
        return ApprovalVoted{approval(), action(), ticket(), Vote::approve, sealed()};
      case 12:
        return ApprovalGranted{approval(), action(), ticket()};
      case 13:
        return ApprovalStaled{approval(), action(), ticket(), pick(2) ? "withdrawn" : "x"};
      case 14:
        return ApprovalConsumed{approval(), action(), ticket()};
      case 15:
        return dispatch();
      case 16:
        return EffectConfirmed{action(), ticket(), {}, sealed(), {write(), write()}};
      case 17:
        return EffectReconciled{action(), ticket(), EffectOutcome::succeeded, {}, {write()}};
      case 18:
        return CompensationSucceeded{RollbackId("rbk_1"), action(), ticket(), 0, {}};
      case 19:
        return ResolutionAsserted{resolution(), ticket(), maybe(action())};
      case 20:
        return ResolutionConfirmed{resolution(), ticket()};
      case 21:
        return ResolutionVoided{resolution(), ticket(), RollbackId("rbk_1")};
      case 22:
        return feedback();
      default:
        return follow_up();
    }
  }

 private:
  static int pick(int below) { return *rc::gen::resize(100, rc::gen::inRange(0, below)); }
  static std::string id(std::string_view prefix) {
    return std::string(prefix) + std::to_string(pick(3));
  }
  static TicketId ticket() { return TicketId(id("tkt_")); }
  static ActionId action() { return ActionId(id("act_")); }
  static ApprovalId approval() { return ApprovalId(id("apr_")); }
  static ResolutionId resolution() { return ResolutionId(id("res_")); }
  static std::optional<Sealed> sealed() { return maybe(seal_text("x", {})); }
  template <class T>
  static std::optional<T> maybe(T value) {
    return pick(2) ? std::optional(std::move(value)) : std::nullopt;
  }
  static FieldWrite write() { return {"tkt_1", "team", {}, "b", sealed(), sealed()}; }

  static TicketTriaged triaged() {
    TicketTriaged data{ticket()};
    data.priority = maybe(Clear("high"));
    data.prev_priority = maybe(Clear("low"));
    return data;
  }
  static TicketAssigned assigned() {
    TicketAssigned data{ticket()};
    data.assignee = maybe(PrincipalId("usr_1"));
    data.prev_assignee = maybe(PrincipalId("usr_2"));
    return data;
  }
  static TicketStatusChanged status_changed() {
    TicketStatusChanged data{ticket()};
    data.to = static_cast<TicketStatus>(pick(7));
    return data;
  }
  static ActionProposed proposal() {
    ActionProposed data = proposed(action().value(), pick(2) ? "process_refund" : "reply");
    data.ticket = ticket();
    data.provenance.imported = pick(4) == 0;
    return data;
  }
  static PolicyDecided decision() {
    PolicyDecided data = decided(static_cast<PolicyOutcome>(pick(5)), action().value());
    data.ticket = ticket();
    return data;
  }
  static ApprovalRequested approval_request() {
    ApprovalRequested data = requested(approval().value(), action().value());
    data.ticket = ticket();
    data.expires_at += std::chrono::hours(pick(2));
    return data;
  }
  static EffectDispatched dispatch() {
    EffectDispatched data;
    data.action = action();
    data.ticket = ticket();
    data.lease_until = maybe(Story::at(static_cast<std::size_t>(pick(3))));
    return data;
  }
  static FeedbackSubmitted feedback() {
    FeedbackSubmitted data;
    data.ticket = ticket();
    data.resolution = maybe(resolution());
    data.score = maybe(std::int64_t{pick(5) + 1});
    data.channel = pick(2) ? "button" : "form";
    return data;
  }
  static EventData follow_up() {
    const FollowUpId followup(id("fup_"));
    if (pick(2)) return FollowUpCancelled{followup, ticket(), "x"};
    return FollowUpScheduled{followup, ticket(), maybe(resolution()), {}, Story::at(9), "email"};
  }
};

/// Folds `events` into `store`, flushing after those positions; a restart drops what is in memory.
Digest fold(const ProjectionKind& kind, const std::vector<RecordedEvent>& events,
            const std::vector<int>& after, MemoryRows& store) {
  Digest digest;
  auto projection = kind.make(store, digest);
  for (std::size_t i = 0; i < events.size(); ++i) {
    projection->apply(events[i]);
    const int then = after.empty() ? 0 : after[i % after.size()];
    if (then == 0) continue;
    projection->flush(store.sink());
    RC_ASSERT(digest == store.from_scratch());
    if (then == 2) projection = kind.make(store, digest);
  }
  projection->flush(store.sink());
  return digest;
}

}  // namespace

TEST_CASE("whenever it is flushed or started again, a read model has the rows of one single fold") {
  for (const ProjectionKind& kind : read_models()) {
    INFO(kind.name);
    CHECK(rc::check([&] {
      const auto size = *rc::gen::inRange(0, 60);
      AnyEvent any;
      Story told(kind);
      for (int i = 0; i < size; ++i) told.then(any.make(), "usr_1", "tkt_" + std::to_string(i % 3));
      MemoryRows at_once, in_parts;
      const Digest whole = fold(kind, told.events, {}, at_once);
      const auto after =
          *rc::gen::container<std::vector<int>>(7, rc::gen::inRange(0, 3));  // 2 is a restart.
      const Digest parts = fold(kind, told.events, after, in_parts);
      RC_ASSERT(in_parts.rows == at_once.rows);
      RC_ASSERT(parts == whole);
      RC_ASSERT(whole == at_once.from_scratch());
    }));
  }
}

TEST_CASE("a live event gives the rows of the leaf it became") {
  // What is folded live still had its texts when it was decided; what is rebuilt never did.
  for (const ProjectionKind& kind : read_models()) {
    INFO(kind.name);
    CHECK(rc::check([&] {
      AnyEvent any;
      Story told(kind);
      for (int i = 0; i < 20; ++i) told.then(any.make(), "usr_1", "tkt_1");
      MemoryRows live, rebuilt;
      std::vector<RecordedEvent> read;
      for (const RecordedEvent& event : told.events)
        read.push_back(read_leaf(write_leaf(event)).value());
      RC_ASSERT(fold(kind, told.events, {}, live) == fold(kind, read, {}, rebuilt));
      RC_ASSERT(live.rows == rebuilt.rows);
    }));
  }
}
