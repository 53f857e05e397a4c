#include "engine/event/leaf.h"

#include <doctest/doctest.h>

#include "engine/event/canonical_json.h"

using namespace recourse;

namespace {

RecordedEvent proposed() {
  ActionProposed data;
  data.action = ActionId("act_1");
  data.ticket = TicketId("tkt_1");
  data.type = "process_refund";
  data.type_version = 1;
  data.args = seal_json(R"({"amount":42})", {"sub_b", "sub_a", "sub_a"});
  data.reasoning = seal_text("late parcel", {"sub_a"});
  data.amount_minor = 4200;
  data.currency = "EUR";
  RecordedEvent event;
  event.id = EventId("evt_1");
  event.source = "audit.example.com/t/7f3a";
  event.position = Position(7);
  event.time = *from_rfc3339("2026-01-05T09:30:01.25Z");
  event.actor = {ActorType::agent, PrincipalId("agt_9")};
  event.stream = "act_1";
  event.subject = "tkt_1";
  event.correlation = "run_1";
  event.data = data;
  return event;
}

}  // namespace

TEST_CASE("a leaf is its own canonical form and reads back as what was written") {
  const std::string line = write_leaf(proposed());
  const auto canonical = canonicalise(line);
  REQUIRE(canonical.ok());
  CHECK(*canonical == line);
  const auto read = read_leaf(line);
  REQUIRE(read.ok());
  CHECK(write_leaf(*read) == line);
  CHECK(read->position == Position(7));
  CHECK(get<ActionProposed>(read->data).args.subjects ==
        std::vector<std::string>{"sub_a", "sub_b"});
}

TEST_CASE("for a fold the same is read, but for what no fold looks at") {
  RecordedEvent event;
  REQUIRE(read_for_fold(write_leaf(proposed()), event).ok());
  CHECK(write_leaf(event) == write_leaf(*read_leaf(write_leaf(proposed()))));

  // Into the same event: nothing of the one before may show.
  RecordedEvent bare = proposed();
  bare.stream.clear();
  bare.subject.clear();
  bare.correlation.clear();
  bare.actor = Actor();
  PolicyDecided decided;
  decided.action = ActionId("act_1");
  decided.ticket = TicketId("tkt_1");
  decided.decision = "dec_1";
  decided.rules = {{"kill_switch", "forbid", "not_matched", {}}};
  decided.policy = "pol_a@1";
  bare.data = decided;
  REQUIRE(read_for_fold(write_leaf(bare), event).ok());
  decided.rules.clear();
  bare.data = decided;
  CHECK(write_leaf(event) == write_leaf(bare));
  CHECK(!read_for_fold(R"({"data":{}})", event).ok());
}

TEST_CASE("a leaf holds commitments and no sealed text") {
  const std::string line = write_leaf(proposed());
  CHECK(line.find("parcel") == std::string::npos);
  CHECK(line.find(R"("$sealed")") != std::string::npos);
}

TEST_CASE("sealed values are visited in document order with their pointers") {
  EventData data = proposed().data;
  std::vector<std::string> pointers;
  for_each_sealed(data, [&](const std::string& pointer, Sealed&) { pointers.push_back(pointer); });
  CHECK(pointers == std::vector<std::string>{"/data/args", "/data/reasoning"});
}

TEST_CASE("where an event comes from stands flat in its data, and only when it was imported") {
  TicketReopened reopened{TicketId("tkt_1"), {}, "customer", {}, {}};
  CHECK(data_json(reopened) == R"({"reason_code":"customer","ticket":"tkt_1"})");
  reopened.provenance = {true, "desk", from_rfc3339("2016-02-29T01:16:00Z").value()};
  CHECK(data_json(reopened) ==
        R"({"imported":true,"occurred_at":"2016-02-29T01:16:00.000000Z","reason_code":"customer",)"
        R"("source":"desk","ticket":"tkt_1"})");
}

TEST_CASE("a leaf of an unknown type or with an unknown member is refused, not guessed") {
  std::string line = write_leaf(proposed());
  const auto replaced = [&](std::string_view from, std::string_view to) {
    std::string copy = line;
    copy.replace(copy.find(from), from.size(), to);
    return copy;
  };
  CHECK(read_leaf(replaced("recourse.action.proposed.v1", "recourse.action.proposed.v9"))
            .error()
            .code == ErrorCode::unsupported);
  CHECK(read_leaf(replaced("\"amount_minor\"", "\"amount_minus\"")).error().code ==
        ErrorCode::unsupported);
  CHECK(
      read_leaf(replaced("\"sequence\":\"0000000000000007\"", "\"sequence\":\"7\"")).error().code ==
      ErrorCode::invalid);
  CHECK(read_leaf("{}").error().code == ErrorCode::invalid);
  CHECK(read_leaf("not json").error().code == ErrorCode::invalid);
}

TEST_CASE("where an event comes from is read whole or refused") {
  TicketReopened reopened{TicketId("tkt_1"), {}, "customer", {}, {}};
  RecordedEvent event = proposed();
  event.data = reopened;
  const std::string line = write_leaf(event), data = data_json(event.data);
  const auto with_data = [&](std::string_view other) {
    std::string copy = line;
    return copy.replace(copy.find(data), data.size(), other);
  };
  CHECK(read_leaf(
            with_data(R"({"imported":true,"reason_code":"x","source":"desk","ticket":"tkt_1"})"))
            .ok());
  CHECK(!read_leaf(with_data(R"({"imported":true,"reason_code":"x","ticket":"tkt_1"})")).ok());
  CHECK(!read_leaf(with_data(R"({"reason_code":"x","source":"desk","ticket":"tkt_1"})")).ok());
  CHECK(!read_leaf(
             with_data(R"({"imported":false,"reason_code":"x","source":"desk","ticket":"tkt_1"})"))
             .ok());
}

TEST_CASE("an attribute that would be lost when the leaf is written back is refused") {
  std::string line = write_leaf(proposed());
  line.insert(1, R"("accountable":"usr_1",)");
  CHECK(read_leaf(line).error().code == ErrorCode::unsupported);
  std::string other_version = write_leaf(proposed());
  other_version.replace(other_version.find(R"("specversion":"1.0")"), 19, R"("specversion":"2.0")");
  CHECK(read_leaf(other_version).error().code == ErrorCode::invalid);
}

TEST_CASE("sealed values come in the same order with and without their pointers") {
  EffectConfirmed confirmed;
  confirmed.result = seal_text("a", {});
  confirmed.writes.resize(2);
  confirmed.writes[0].sealed_before = seal_text("b", {});
  confirmed.writes[1].sealed_after = seal_text("c", {});
  confirmed.writes[1].sealed_before = seal_text("d", {});
  EventData data = confirmed;
  std::vector<std::string> pointers;
  std::vector<const Sealed*> with_pointers, without;
  for_each_sealed(data, [&](const std::string& pointer, Sealed& sealed) {
    pointers.push_back(pointer);
    with_pointers.push_back(&sealed);
  });
  for_each_sealed(data, [&](const Sealed& sealed) { without.push_back(&sealed); });
  CHECK(pointers == std::vector<std::string>{"/data/result", "/data/writes/0/sealed_before",
                                             "/data/writes/1/sealed_after",
                                             "/data/writes/1/sealed_before"});
  CHECK(with_pointers == without);
}
