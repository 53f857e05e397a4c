#include "engine/command/commands.h"

#include <doctest/doctest.h>

namespace recourse {
namespace {

Principal person(Role role) {
  return {PrincipalId("usr_1"), ActorType::human, role, KeyId("key_1")};
}
Principal machine() {
  return {PrincipalId("agt_1"), ActorType::agent, Role::agent, KeyId("key_2")};
}
Principal customer() {
  return {PrincipalId("sub_1"), ActorType::customer, Role::viewer, KeyId("")};
}
Principal system_itself() {
  return {PrincipalId("sys_recourse"), ActorType::system, Role::viewer, KeyId("")};
}

TEST_CASE("only admins and managers roll back") {
  CHECK(may(person(Role::admin), RollBack{}));
  CHECK(may(person(Role::manager), RollBack{}));
  for (const Role role : {Role::viewer, Role::agent, Role::operator_, Role::auditor})
    CHECK_FALSE(may(person(role), RollBack{}));
  CHECK_FALSE(may(machine(), RollBack{}));
}

TEST_CASE("machines and the system never vote") {
  Principal powerful = machine();
  powerful.role = Role::admin;
  CHECK_FALSE(may(powerful, CastVote{}));
  CHECK_FALSE(may(system_itself(), CastVote{}));
  CHECK(may(person(Role::manager), CastVote{}));
  CHECK_FALSE(may(person(Role::agent), CastVote{}));
}

TEST_CASE("who may not vote neither claims, releases, escalates nor revokes an approval") {
  const std::vector<Command> says{ClaimApproval{}, ReleaseApproval{}, EscalateApproval{},
                                  RevokeApproval{}};
  for (const Command& command : says) {
    CAPTURE(std::string(name(command)));
    CHECK_FALSE(may(machine(), command));
    CHECK_FALSE(may(customer(), command));
    for (const Role role : {Role::viewer, Role::agent, Role::auditor})
      CHECK_FALSE(may(person(role), command));
    CHECK(may(person(Role::operator_), command));
  }
  // Time escalates by itself; nothing else of it is a machine's.
  CHECK(may(system_itself(), EscalateApproval{}));
  CHECK_FALSE(may(system_itself(), ClaimApproval{}));
  CHECK_FALSE(may(system_itself(), RevokeApproval{}));
  CHECK(may(machine(), AmendAction{}));
  CHECK_FALSE(may(customer(), AmendAction{}));
}

TEST_CASE("a machine changes a ticket only by proposing an action") {
  CHECK(may(machine(), ProposeAction{}));
  CHECK(may(machine(), LeaseAction{}));
  CHECK_FALSE(may(machine(), SetTicketStatus{}));
  CHECK_FALSE(may(machine(), AssignTicket{}));
  CHECK_FALSE(may(machine(), EscalateTicket{}));
  AddMessage reply;
  reply.from = MessageFrom::agent;
  CHECK_FALSE(may(machine(), reply));
  reply.from = MessageFrom::customer;
  CHECK(may(machine(), reply));
}

TEST_CASE("a customer writes and answers, and decides nothing") {
  CHECK(may(customer(), AddMessage{}));
  CHECK(may(customer(), SubmitFeedback{}));
  CHECK_FALSE(may(customer(), ProposeAction{}));
  CHECK_FALSE(may(customer(), SetTicketStatus{}));
  AddMessage note;
  note.from = MessageFrom::note;
  CHECK_FALSE(may(customer(), note));
}

TEST_CASE("timers belong to the system, policies to admins") {
  CHECK(may(system_itself(), ExpireApproval{}));
  CHECK(may(system_itself(), ExpireLease{}));
  CHECK_FALSE(may(person(Role::admin), ExpireApproval{}));
  CHECK(may(person(Role::admin), ActivatePolicy{}));
  CHECK_FALSE(may(person(Role::manager), ActivatePolicy{}));
}

TEST_CASE("who watches may stop nothing, and an operator may stop but not start again") {
  CHECK_FALSE(may(person(Role::auditor), EngageKillswitch{}));
  CHECK(may(person(Role::operator_), EngageKillswitch{}));
  CHECK_FALSE(may(person(Role::operator_), ReleaseKillswitch{}));
}

TEST_CASE("every command has its own name") {
  CHECK(name(OpenTicket{}) == "open_ticket");
  CHECK(name(ActivatePolicy{}) == "activate_policy");
}

}  // namespace
}  // namespace recourse
