#include "engine/policy/action_types.h"

#include <doctest/doctest.h>

#include "engine/event/canonical_json.h"
#include "engine/policy/check_args.h"

namespace recourse {
namespace {

CheckedArgs checked(const char* type, const char* args) {
  const ActionType* found = find_action_type(type);
  REQUIRE(found != nullptr);
  return check_args(*found, parse_json(args).value(), "USD");
}

std::string faults(const char* type, const char* args) {
  std::string text;
  for (const ArgFault& fault : checked(type, args).faults)
    text += (text.empty() ? "" : " ") + fault.arg + ":" + fault.what;
  return text;
}

TEST_CASE(
    "the four reversible actions of the help desk can be undone here, and a question cannot") {
  for (const char* name : {"AUTO_RESOLVE", "ESCALATE", "ASSIGN_TO_TEAM", "SCHEDULE_FOLLOWUP"}) {
    CAPTURE(name);
    const ActionType* type = find_action_type(name);
    REQUIRE(type != nullptr);
    CHECK(type->reversibility == Reversibility::R1);
    CHECK(type->executor == Executor::internal);
    CHECK(type->inverse == "self");
  }
  CHECK(find_action_type("REQUEST_CLARIFICATION")->inverse == "none");
  CHECK(find_action_type("REQUEST_CLARIFICATION")->executor == Executor::internal);
}

TEST_CASE("the seven tools of the support agent are there") {
  for (const char* name : {"process_refund", "reset_password", "check_order_status", "send_reply",
                           "create_bug_report", "escalate_to_human", "search_knowledge_base"})
    CHECK(find_action_type(name) != nullptr);
  CHECK(find_action_type("drop_tables") == nullptr);
}

TEST_CASE("the manifest does not contradict itself") {
  for (const ActionType& type : action_types()) {
    CAPTURE(type.name);
    CHECK_FALSE(type.category.empty());
    CHECK_FALSE(type.description.empty());
    const bool exact =
        type.reversibility == Reversibility::R1 || type.reversibility == Reversibility::R2;
    if (exact && type.effect == ActionEffect::write) CHECK(type.inverse != "none");
    if (type.reversibility == Reversibility::R4 || type.reversibility == Reversibility::R0)
      CHECK(type.inverse == "none");
    if (type.inverse != "none" && type.inverse != "self")
      CHECK(find_action_type(type.inverse) != nullptr);
    if (type.effect == ActionEffect::read) CHECK(type.reversibility == Reversibility::R0);
    if (type.executor == Executor::internal) CHECK(type.reversibility != Reversibility::R2);
    CHECK(find_action_type(type.name) == &type);
  }
}

TEST_CASE("what can be undone, and by whom, is said by the manifest alone") {
  for (const ActionType& type : action_types()) {
    CAPTURE(type.name);
    const Undo undo = undo_of(&type);
    if (!type.compensation.empty()) CHECK(find_action_type(type.compensation) != nullptr);
    CHECK(undo.problem.empty() == !undo.kind.empty());
    if (type.reversibility == Reversibility::R0) CHECK(undo.problem == "nothing_to_undo");
    if (type.reversibility == Reversibility::R4) CHECK_FALSE(undo.problem.empty());
    if (type.reversibility == Reversibility::R1 && type.executor == Executor::internal)
      CHECK(undo.kind == "restore");
    if (undo.executor == "client") CHECK(find_action_type(undo.type) != nullptr);
  }
  CHECK(undo_of(find_action_type("reset_password")).type == "revoke_password_reset");
  CHECK(undo_of(find_action_type("send_reply")).kind == "compensate");
  // New money of a customer needs that customer's consent: a person's task, never automatic.
  CHECK(undo_of(find_action_type("process_refund")).executor == "person");
  CHECK(undo_of(nullptr).problem == "no_inverse");
}

TEST_CASE("the manifest is canonical JSON") {
  CHECK(is_canonical(manifest_json()));
  CHECK(manifest_digest() != Hash{});
}

TEST_CASE("reversibility decides who must agree and what a new message does") {
  CHECK(find_action_type("process_refund")->approval_by_default());
  CHECK(find_action_type("cancel_pending_order")->approval_by_default());
  CHECK_FALSE(find_action_type("send_reply")->approval_by_default());
  CHECK_FALSE(find_action_type("reset_password")->approval_by_default());
  CHECK(find_action_type("AUTO_RESOLVE")->on_new_message() == OnNewMessage::continue_);
  CHECK(find_action_type("reset_password")->on_new_message() == OnNewMessage::revalidate);
  CHECK(find_action_type("process_refund")->on_new_message() == OnNewMessage::invalidate);
}

TEST_CASE("arguments are compared with the manifest") {
  CHECK(faults("check_order_status", R"({"order_id":"O-1"})") == "");
  CHECK(faults("check_order_status", "{}") == "order_id:missing");
  CHECK(faults("check_order_status", R"({"order_id":null})") == "order_id:missing");
  CHECK(faults("check_order_status", R"({"order_id":7})") == "order_id:not_text");
  CHECK(faults("check_order_status", R"({"order_id":""})") == "order_id:empty");
  CHECK(faults("check_order_status", R"({"order_id":"O-1","more":1})") == "");
  CHECK(faults("check_order_status", "[]") == ":not_an_object");
  CHECK(faults("ASSIGN_TO_TEAM", "{}") == "team:missing");
  CHECK(faults("ASSIGN_TO_TEAM", R"({"assignee":"usr_1"})") == "");
  CHECK(faults("AUTO_RESOLVE", R"({"resolution_steps":["a","b"]})") == "");
  CHECK(faults("AUTO_RESOLVE", R"({"resolution_steps":["a",1]})") ==
        "resolution_steps:not_text_or_list");
}

TEST_CASE("an amount becomes minor units of its currency") {
  CHECK(checked("process_refund", R"({"order_id":"1","amount":49.99})").amount_minor == 4999);
  CHECK(checked("process_refund", R"({"order_id":"1","amount":"49.90"})").amount_minor == 4990);
  const auto yen = checked("process_refund", R"({"order_id":"1","amount":500,"currency":"JPY"})");
  CHECK(yen.amount_minor == 500);
  CHECK(yen.currency == "JPY");
}

TEST_CASE("what is not an amount is a fault, never a guess") {
  for (const char* amount : {"-1", "0", "1.999", "\"ten\"", "\"\"", "1e300", "\"1,000\"", "\" 1\"",
                             "9007199254740991"}) {
    CAPTURE(std::string(amount));
    const std::string args = std::string(R"({"order_id":"1","amount":)") + amount + "}";
    const auto found = checked("process_refund", args.c_str());
    CHECK_FALSE(found.faults.empty());
    CHECK_FALSE(found.amount_minor.has_value());
  }
  CHECK(faults("process_refund", R"({"order_id":"1","amount":1,"currency":"ABC"})") ==
        "currency:unknown");
}

}  // namespace
}  // namespace recourse
