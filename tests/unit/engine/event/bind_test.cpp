#include "engine/event/bind.h"

#include <doctest/doctest.h>

#include <vector>

namespace recourse {
namespace {

Hash filled_with(std::uint8_t byte) {
  Hash hash;
  hash.fill(byte);
  return hash;
}

EventData proposal(const char* action, std::uint8_t commitment) {
  ActionProposed proposed;
  proposed.action = ActionId(action);
  proposed.type = "process_refund";
  proposed.type_version = 1;
  proposed.args.commitment = filled_with(commitment);
  return proposed;
}

void bind_all(std::vector<EventData>& events) {
  std::vector<EventData*> pointers;
  for (EventData& event : events) pointers.push_back(&event);
  bind_commitments(pointers);
}

TEST_CASE("an approval asked for with its proposal binds the proposal's sealed arguments") {
  ApprovalRequested requested;
  requested.approval = ApprovalId("apr_1");
  requested.action = ActionId("act_2");
  std::vector<EventData> events{proposal("act_1", 1), proposal("act_2", 2), requested};
  bind_all(events);
  const auto& bound = get<ApprovalRequested>(events[2]);
  CHECK(bound.args_commitment == filled_with(2));
  CHECK(bound.render_digest == approval_digest(ApprovalId("apr_1"), ActionId("act_2"),
                                               "process_refund", 1, filled_with(2)));
}

TEST_CASE("a dispatch in the same stage as its proposal binds the same arguments") {
  EffectDispatched dispatched;
  dispatched.action = ActionId("act_1");
  std::vector<EventData> events{proposal("act_1", 7), dispatched};
  bind_all(events);
  CHECK(get<EffectDispatched>(events[1]).args_commitment == filled_with(7));
}

TEST_CASE("what is bound already, or is about an older action, stays as it is") {
  EffectDispatched bound, older;
  bound.action = ActionId("act_1");
  bound.args_commitment = filled_with(9);
  older.action = ActionId("act_0");
  std::vector<EventData> events{proposal("act_1", 7), bound, older};
  bind_all(events);
  CHECK(get<EffectDispatched>(events[1]).args_commitment == filled_with(9));
  CHECK(get<EffectDispatched>(events[2]).args_commitment == Hash{});
}

TEST_CASE("the digest an approver quotes changes with each thing it stands for") {
  const Hash args = filled_with(1);
  const auto digest = [&](const char* approval, const char* action, const char* type,
                          std::int64_t version, const Hash& commitment) {
    return approval_digest(ApprovalId(approval), ActionId(action), type, version, commitment);
  };
  const Hash one = digest("apr_1", "act_1", "process_refund", 1, args);
  CHECK(one == digest("apr_1", "act_1", "process_refund", 1, args));
  CHECK(one != digest("apr_2", "act_1", "process_refund", 1, args));
  CHECK(one != digest("apr_1", "act_2", "process_refund", 1, args));
  CHECK(one != digest("apr_1", "act_1", "send_reply", 1, args));
  CHECK(one != digest("apr_1", "act_1", "process_refund", 2, args));
  CHECK(one != digest("apr_1", "act_1", "process_refund", 1, filled_with(2)));
}

}  // namespace
}  // namespace recourse
