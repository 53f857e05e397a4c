#include "projections/row_codec.h"

#include <doctest/doctest.h>

#include "engine/base/sha256.h"
#include "engine/event/canonical_json.h"
#include "projections/rows.h"

using namespace recourse;

TEST_CASE("a row reads back as what was written, in canonical form") {
  TicketRow row;
  row.ticket = TicketId("tkt_1");
  row.number = 12;
  row.status = TicketStatus::on_hold;
  row.title = SealedRef{7, 2, sha256({"title"})};
  row.priority =
      "h\xC3\xB6"
      "chste \"1\"";
  row.opened_at = row.updated_at = from_rfc3339("2026-01-05T09:30:01.25Z").value();
  row.imported = true;
  const std::string json = to_json(row);
  CHECK(is_canonical(json));
  TicketRow read;
  REQUIRE(decode_row(json, read));
  CHECK(to_json(read) == json);
  CHECK(read.title == row.title);
  CHECK(read.priority == row.priority);
}

TEST_CASE("a reference to a sealed value shows by itself where the value is") {
  const SealedRef ref{1234567, 3, Hash{}};
  const std::string json = to_json(ref);
  CHECK(json ==
        R"({"$sealed":{"at":"1234567.3","c":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="}})");
  SealedRef read;
  REQUIRE(decode_row(json, read));
  CHECK(read == ref);
}

TEST_CASE("a row that is not of its type is refused") {
  TicketCounts counts;
  CHECK(!decode_row("{}", counts));
  CHECK(!decode_row("[]", counts));
  CHECK(!decode_row("", counts));
  CHECK(!decode_row(to_json(PositionChunk{}), counts));
  SealedRef ref;
  for (const char* at : {"1", "1.", ".1", "a.1", "1.1x", ""})
    CHECK(!decode_row(R"({"$sealed":{"at":")" + std::string(at) +
                          R"(","c":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="}})",
                      ref));
}

TEST_CASE("ids, words and texts are rows too") {
  TicketId ticket;
  REQUIRE(decode_row(to_json(TicketId("tkt_1")), ticket));
  CHECK(ticket == TicketId("tkt_1"));
  Clear text;
  REQUIRE(decode_row(to_json(Clear("process_refund")), text));
  CHECK(text == Clear("process_refund"));
}
