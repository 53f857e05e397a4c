#include "engine/event/validate.h"

#include <doctest/doctest.h>

#include "engine/event/limits.h"

using namespace recourse;

namespace {

NewEvent with(EventData data) {
  NewEvent event;
  event.stream = "tkt_1";
  event.subject = "tkt_1";
  event.actor = {ActorType::human, PrincipalId("usr_1")};
  event.data = std::move(data);
  return event;
}

TicketNoted noted() {
  TicketNoted note;
  note.ticket = TicketId("tkt_1");
  note.message = MessageId("msg_1");
  note.reason_code = "manual";
  note.body = seal_text("called back", {"sub_1"});
  return note;
}

PolicyActivated activated(std::size_t text_bytes) {
  PolicyActivated policy;
  policy.policy = "pol_default@1";
  policy.text = std::string(text_bytes, 'x');
  return policy;
}

ErrorCode refusal(const NewEvent& event, std::string_view member) {
  const Status status = validate(event);
  REQUIRE(!status.ok());
  CHECK(status.error().message.find(member) != std::string::npos);
  return status.error().code;
}

}  // namespace

TEST_CASE("a well-formed event may be appended") {
  const Status status = validate(with(noted()));
  CHECK_MESSAGE(status.ok(), status.error().message);
}

TEST_CASE("ids have 1 to 128 of their characters") {
  for (const std::string bad : {"", "tkt 1", "tkt_\xC3\xA9", "tkt_1\n"}) {
    TicketNoted note = noted();
    note.ticket = TicketId(bad);
    CHECK(refusal(with(note), "ticket") == ErrorCode::invalid);
  }
  TicketNoted note = noted();
  note.message = MessageId(std::string(128, 'a'));
  CHECK(validate(with(note)).ok());
  note.message = MessageId(std::string(129, 'a'));
  CHECK(refusal(with(note), "message") == ErrorCode::invalid);
}

TEST_CASE("an optional id may be absent but not empty") {
  TicketNoted note = noted();
  note.rollback = RollbackId();
  CHECK(refusal(with(note), "rollback") == ErrorCode::invalid);
}

TEST_CASE("attributes are identifiers, and only the actor must be there") {
  NewEvent event = with(noted());
  event.stream = event.subject = "";
  CHECK(validate(event).ok());
  event.stream = "audit.example.com/t/7f3a:1@x-y_z";
  CHECK(validate(event).ok());
  event.subject = "a ticket";
  CHECK(refusal(event, "subject") == ErrorCode::invalid);
  event.subject = "";
  event.actor.id = PrincipalId();
  CHECK(refusal(event, "actor") == ErrorCode::invalid);
}

TEST_CASE("a clear text is UTF-8 without U+0000 and at most 4,096 bytes") {
  TicketNoted note = noted();
  note.reason_code = "\xE2\x82\xAC";
  CHECK(validate(with(note)).ok());
  note.reason_code = "\xE2\x82";
  CHECK(refusal(with(note), "reason_code") == ErrorCode::invalid);
  note.reason_code = std::string("a\0b", 3);
  CHECK(refusal(with(note), "reason_code") == ErrorCode::invalid);
  note.reason_code = std::string(kMaxClearBytes, 'x');
  CHECK(validate(with(note)).ok());
  note.reason_code = std::string(kMaxClearBytes + 1, 'x');
  CHECK(refusal(with(note), "reason_code") == ErrorCode::too_large);
}

TEST_CASE("the text of a policy may have 48 KiB") {
  CHECK(validate(with(activated(kMaxClearDocumentBytes))).ok());
  CHECK(refusal(with(activated(kMaxClearDocumentBytes + 1)), "text") == ErrorCode::too_large);
}

TEST_CASE("a refusal names the innermost member and never quotes it") {
  EffectConfirmed confirmed;
  confirmed.action = ActionId("act_1");
  confirmed.ticket = TicketId("tkt_1");
  confirmed.writes.push_back({"tkt_1", "priority", {}, "secret\xFF", {}, {}});
  const Status status = validate(with(confirmed));
  REQUIRE(!status.ok());
  CHECK(status.error().message.find("after") != std::string::npos);
  CHECK(status.error().message.find("secret") == std::string::npos);
}

TEST_CASE("integers and times are those that every reader holds exactly") {
  LogHeartbeat beat;
  beat.meta_size = kMaxSafeInteger;
  CHECK(validate(with(beat)).ok());
  beat.meta_size = kMaxSafeInteger + 1;
  CHECK(refusal(with(beat), "meta_size") == ErrorCode::invalid);
  SlaBreached breached{TicketId("tkt_1"), "first_response", Timestamp::max(), {}};
  CHECK(refusal(with(breached), "due_at") == ErrorCode::invalid);
}

TEST_CASE("a sealed value names its subjects once and in order") {
  TicketNoted note = noted();
  note.body.subjects = {"sub_2", "sub_1"};
  CHECK(refusal(with(note), "body") == ErrorCode::invalid);
  note.body.subjects = {"sub_1", "sub_1"};
  CHECK(refusal(with(note), "body") == ErrorCode::invalid);
  note.body.subjects = {"ada@example.com, Ada"};
  CHECK(refusal(with(note), "body") == ErrorCode::invalid);
  note.body = seal_text("x", {"sub_2", "sub_1", "sub_1", ""});
  CHECK(validate(with(note)).ok());
}

TEST_CASE("a word that is in no list is refused") {
  TicketAutomationChanged changed{TicketId("tkt_1"), Automation::active,
                                  static_cast<Automation>(99), "x"};
  CHECK(refusal(with(changed), "to") == ErrorCode::invalid);
}

TEST_CASE("where a live event comes from is not looked at, an imported one's source is") {
  TicketNoted note = noted();
  note.provenance.source = "\xFF";
  CHECK(validate(with(note)).ok());
  note.provenance.imported = true;
  CHECK(refusal(with(note), "source") == ErrorCode::invalid);
}
