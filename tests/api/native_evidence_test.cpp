#include "engine/ledger/merkle_tree.h"
#include "engine/ledger/tiles.h"
#include "engine/ledger/tlog_proof.h"
#include "tests/api/native_desk.h"
#include "tests/unit/api/http/raw_client.h"

namespace recourse {
namespace {

using http::testing::RawClient;

std::vector<std::string> lines(const std::string& body) {
  std::vector<std::string> out;
  for (std::size_t at = 0; at < body.size();) {
    const auto end = body.find('\n', at);
    out.push_back(body.substr(at, end - at));
    at = end + 1;
  }
  return out;
}

TEST_CASE("events come as the very lines of the log, page after page") {
  NativeDesk desk;
  desk.open_ticket();
  const LedgerId ledger = desk.ledger->find_tenant(TenantId("default"))->ledger;
  std::vector<std::string> all;
  std::string after = "-1";
  while (true) {
    const auto page = desk.get("/v1/events?limit=2&after=" + after, desk.viewer);
    CHECK(page.status == 200);
    CHECK(page.header("Content-Type") == "application/x-ndjson");
    if (page.body.empty()) break;
    for (std::string& line : lines(page.body)) all.push_back(std::move(line));
    after = page.header("Recourse-Next");
  }
  REQUIRE(all.size() == desk.ledger->head(ledger).size.value());
  for (std::size_t i = 0; i < all.size(); ++i)
    CHECK(all[i] == *desk.ledger->leaf(ledger, Position(i)));
  CHECK(desk.get("/v1/events/0", desk.viewer).body == all[0]);
}

TEST_CASE("a filter is answered from the index, and its cursor moves on when nothing matches") {
  NativeDesk desk;
  for (int i = 0; i < 3; ++i) desk.open_ticket();
  const std::string last = desk.open_ticket();
  const auto opened = desk.get("/v1/events?types=ticket.opened,run.started&limit=2", desk.viewer);
  CHECK(lines(opened.body).size() == 2);
  CHECK(lines(desk.get("/v1/events?types=recourse.ticket.opened.v1&after=" +
                           opened.header("Recourse-Next"),
                       desk.viewer)
                  .body)
            .size() == 2);
  CHECK(lines(desk.get("/v1/events?subject=" + last, desk.viewer).body).size() == 1);
  CHECK(
      lines(desk.get("/v1/events?types=ticket.opened&subject=" + last, desk.viewer).body).size() ==
      1);
  const auto self = desk.get("/v1/whoami", desk.person);
  CHECK(lines(desk.get("/v1/events?actor=" + self.text("principal"), desk.viewer).body).size() ==
        4);
  const auto none = desk.get("/v1/events?types=run.started", desk.viewer);
  CHECK(none.body.empty());
  CHECK(none.header("Recourse-Next") == none.header("Recourse-Position"));
}

TEST_CASE("a reader at the end waits for the next event") {
  NativeDesk desk;
  const auto end = desk.get("/v1/events?limit=1000", desk.viewer).header("Recourse-Next");
  CHECK(desk.get("/v1/events?wait=5ms&after=" + end, desk.viewer).body.empty());
  NativeAnswer heard;
  std::thread reader([&] { heard = desk.get("/v1/events?wait=10s&after=" + end, desk.viewer); });
  desk.open_ticket();
  reader.join();
  CHECK(heard.body.find("recourse.ticket.opened.v1") != std::string::npos);
}

TEST_CASE("a live stream brings events with their positions and resumes after the last one") {
  NativeDesk desk;
  desk.open_ticket();
  const std::string head =
      "GET /v1/events HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\n"
      "Authorization: Bearer " +
      desk.viewer + "\r\n";
  RawClient client(desk.port());
  client.send(head + "\r\n");
  std::string text = client.read_until(": \n\n");
  CHECK(text.find("text/event-stream") != std::string::npos);
  const std::string ticket = desk.open_ticket();
  text = client.read_until("\n\n");
  CHECK(text.find("event: recourse.ticket.opened.v1\ndata: {") != std::string::npos);
  CHECK(text.find(ticket) != std::string::npos);
  const auto at = text.find("id: ") + 4;
  const auto id = std::stoll(text.substr(at));
  RawClient again(desk.port());
  again.send(head + "Last-Event-ID: " + std::to_string(id - 1) + "\r\n\r\n");
  CHECK(again.read_until(ticket).find("id: " + std::to_string(id)) != std::string::npos);
}

TEST_CASE("a filtered stream tells its reader how far it is") {
  NativeDesk desk;
  RawClient client(desk.port());
  client.send(
      "GET /v1/events?types=run.started HTTP/1.1\r\nHost: x\r\n"
      "Accept: text/event-stream\r\nAuthorization: Bearer " +
      desk.viewer + "\r\n\r\n");
  client.read_until(": \n\n");
  desk.open_ticket();
  CHECK(client.read_until("\n\n").find("event: progress\ndata: {\"position\":") !=
        std::string::npos);
}

TEST_CASE("proofs hold against the signed head, computed by whoever asks") {
  NativeDesk desk;
  desk.open_ticket();
  CHECK(desk.get("/v1/checkpoints/latest", desk.viewer).status == 503);
  REQUIRE(desk.signer->sign_round().ok());
  desk.open_ticket();
  REQUIRE(desk.signer->sign_round().ok());
  const auto keys = desk.get("/v1/log/key", desk.viewer);
  const auto known = NoteKey::parse(keys.text("log"));
  REQUIRE(known.ok());
  const auto checkpoint = desk.get("/v1/checkpoints/latest", desk.viewer);
  CHECK(verify_checkpoint(checkpoint.body, std::vector{*known}).ok());
  CHECK(desk.get("/v1/log/checkpoint", desk.viewer).body == checkpoint.body);
  CHECK(desk.get("/v1/checkpoints", desk.viewer).json.find("items")->elements()->size() == 2);
  const auto proof = desk.get("/v1/events/1/proof", desk.viewer);
  const auto verified = verify_tlog_proof(proof.body, std::vector{*known});
  REQUIRE_MESSAGE(verified.ok(), proof.body);
  CHECK(verified->index == 1);

  const auto inclusion = desk.get("/v1/proofs/inclusion?position=1", desk.viewer);
  std::vector<Hash> hashes;
  for (const Json& hash : *inclusion.json.find("hashes")->elements())
    hashes.push_back(*hash_from_base64(*hash.string()));
  CHECK(verify_inclusion(*hash_from_base64(inclusion.text("leaf_hash")), 1,
                         static_cast<std::uint64_t>(*inclusion.at("size").integer()), hashes,
                         *hash_from_base64(inclusion.text("root")))
            .ok());
  const auto consistency = desk.get("/v1/proofs/consistency?from=2", desk.viewer);
  hashes.clear();
  for (const Json& hash : *consistency.json.find("hashes")->elements())
    hashes.push_back(*hash_from_base64(*hash.string()));
  CHECK(verify_consistency(2, static_cast<std::uint64_t>(*consistency.at("to").integer()),
                           *hash_from_base64(consistency.text("from_root")),
                           *hash_from_base64(consistency.text("to_root")), hashes)
            .ok());
}

TEST_CASE("tiles hold the hashes and entries of the log") {
  NativeDesk desk;
  desk.open_ticket();
  const LedgerId ledger = desk.ledger->find_tenant(TenantId("default"))->ledger;
  const auto entries = desk.get("/v1/log/tile/entries/000.p/2", desk.viewer);
  REQUIRE(entries.status == 200);
  const auto leaves = parse_entries(entries.body);
  REQUIRE(leaves.ok());
  CHECK((*leaves)[1] == *desk.ledger->leaf(ledger, Position(1)));
  const auto tile = desk.get("/v1/log/tile/0/000.p/2", desk.viewer);
  REQUIRE(tile.status == 200);
  CHECK(tile_hash(tile.body, 1) == leaf_hash((*leaves)[1]));
  CHECK(tile.header("Cache-Control").find("immutable") != std::string::npos);
  CHECK(desk.get("/v1/log/tile/0/000.p/200", desk.viewer).status == 404);
}

}  // namespace
}  // namespace recourse
