#include <doctest/doctest.h>

#include "engine/privacy/seal.h"
#include "tests/unit/engine/ledger/small_ledger.h"

namespace recourse {
namespace {

struct Sealing : SmallLedger {
  LedgerId id = add_tenant("acme");

  RecordedEvent propose(const std::string& ticket, const std::string& customer) {
    auto recorded = stage(id, {proposal(ticket, customer)}).value();
    REQUIRE(ledger->commit());
    return recorded[0];
  }

  /// A request that made one proposal for `customer`.
  Hash request(const std::string& key, const std::string& customer) {
    const auto recorded = stage(id, {proposal("tkt_9", customer), plain("tkt_9")}).value();
    const Hash name = ledger->request_key(id, "agt_triage", key);
    ledger->stage_request(id, name, recorded[0].position, 2, "POST /v1/actions {\"a\":1}");
    REQUIRE(ledger->commit());
    return name;
  }
};

TEST_CASE_FIXTURE(Sealing, "all texts of a ticket open in one call, in position order") {
  propose("tkt_1", "sub_ada");
  propose("tkt_2", "sub_bob");
  const RecordedEvent second = propose("tkt_1", "sub_ada");
  const auto values = ledger->open_subject(id, "tkt_1").value();
  REQUIRE(values.size() == 4);
  CHECK(values[0].position == Position(1));
  CHECK(values[0].pointer == "/data/args");
  CHECK(values[0].json == "{\"amount\":\"12.50\"}");
  CHECK(values[1].pointer == "/data/reasoning");
  CHECK(values[2].position == second.position);
  CHECK(values[3].ordinal == 1);
  const auto& proposed = get<ActionProposed>(second.data);
  CHECK(values[2].commitment == proposed.args.commitment);
  CHECK(values[3].commitment == proposed.reasoning->commitment);
}

TEST_CASE_FIXTURE(Sealing, "an opened value opens its leaf's commitment to anybody") {
  const RecordedEvent event = propose("tkt_1", "sub_ada");
  const OpenedValue value = ledger->open_value(id, "tkt_1", event.position, 0).value();
  Rho rho;
  REQUIRE(value.rho.size() == rho.size());
  std::copy_n(as_bytes(value.rho), rho.size(), rho.begin());
  const RecordedEvent stored = read_leaf(ledger->leaf(id, event.position).value()).value();
  CHECK(recourse::commit(rho, {event.id.value(), value.pointer}, value.json) ==
        get<ActionProposed>(stored.data).args.commitment);
}

TEST_CASE_FIXTURE(Sealing, "what staging returns and what a rebuild reads are equal") {
  const RecordedEvent live = propose("tkt_1", "sub_ada");
  const RecordedEvent stored = read_leaf(ledger->leaf(id, live.position).value()).value();
  CHECK(get<ActionProposed>(live.data).args == get<ActionProposed>(stored.data).args);
  CHECK(get<ActionProposed>(live.data).args.json.empty());
}

TEST_CASE_FIXTURE(Sealing, "erasing a subject erases its values everywhere and no others") {
  const RecordedEvent ada = propose("tkt_1", "sub_ada");
  propose("tkt_1", "sub_bob");
  const TreeHead before = ledger->head(id);
  REQUIRE(ledger->keys().destroy(KeyName::subject(id, "sub_ada")));
  const auto check = [&] {
    const auto left = ledger->open_subject(id, "tkt_1").value();
    REQUIRE(left.size() == 2);
    CHECK(left[0].position == Position(2));
    CHECK(ledger->open_value(id, "tkt_1", ada.position, 0).error().code == ErrorCode::erased);
    CHECK(ledger->head(id) == before);
    CHECK(stage(id, {proposal("tkt_1", "sub_ada")}).error().code == ErrorCode::erased);
  };
  check();
  reopen();
  check();
}

TEST_CASE_FIXTURE(Sealing, "what was read often before an erasure cannot be read after it") {
  std::vector<RecordedEvent> events;
  for (int i = 0; i < 4; ++i) {  // Keys change from one value to the next, and back.
    events.push_back(propose("tkt_1", "sub_ada"));
    events.push_back(propose("tkt_1", "sub_bob"));
    events.push_back(propose("tkt_1", "sub_bob"));
  }
  for (int round = 0; round < 3; ++round)
    CHECK(ledger->open_subject(id, "tkt_1").value().size() == 24);
  REQUIRE(ledger->keys().destroy(KeyName::subject(id, "sub_bob")));
  const auto left = ledger->open_subject(id, "tkt_1").value();
  REQUIRE(left.size() == 8);
  for (std::size_t i = 0; i < left.size(); ++i) {
    CHECK(left[i].position == events[i / 2 * 3].position);
    CHECK(left[i].json ==
          ledger->open_value(id, "tkt_1", left[i].position, left[i].ordinal).value().json);
  }
  REQUIRE(ledger->keys().destroy(KeyName::subject(id, "sub_ada")));
  CHECK(ledger->open_subject(id, "tkt_1").value().empty());
  CHECK(ledger->open_value(id, "tkt_1", events[0].position, 0).error().code == ErrorCode::erased);
}

TEST_CASE_FIXTURE(Sealing, "a value that no event has reads like an erased one") {
  const RecordedEvent event = propose("tkt_1", "sub_ada");
  CHECK(ledger->open_value(id, "tkt_1", event.position, 2).error().code == ErrorCode::erased);
  CHECK(ledger->open_value(id, "tkt_2", event.position, 0).error().code == ErrorCode::erased);
  CHECK(ledger->open_value(id, "tkt_1", Position(99), 0).error().code == ErrorCode::not_found);
}

TEST_CASE_FIXTURE(Sealing, "a request is remembered for ever, with what it asked") {
  const Hash key = request("key-1", "sub_ada");
  for (int round = 0; round < 2; ++round) {
    const auto stored = ledger->find_request(id, key).value();
    REQUIRE(stored);
    CHECK(stored->first == Position(1));
    CHECK(stored->count == 2);
    CHECK(ledger->matches(id, *stored, "POST /v1/actions {\"a\":1}").value());
    CHECK_FALSE(ledger->matches(id, *stored, "POST /v1/actions {\"a\":2}").value());
    CHECK_FALSE(ledger->find_request(id, ledger->request_key(id, "agt_other", "key-1")).value());
    append(id, 50);
    reopen();
  }
}

TEST_CASE_FIXTURE(Sealing, "after an erasure the key alone decides whether a request is known") {
  const Hash key = request("key-1", "sub_ada");
  const Hash other = request("key-2", "sub_bob");
  REQUIRE(ledger->keys().destroy(KeyName::subject(id, "sub_ada")));
  const auto stored = ledger->find_request(id, key).value();
  REQUIRE(stored);
  CHECK(ledger->matches(id, *stored, "POST /v1/actions {\"a\":2}").value());
  const auto kept = ledger->find_request(id, other).value();
  CHECK_FALSE(ledger->matches(id, *kept, "POST /v1/actions {\"a\":2}").value());
}

TEST_CASE_FIXTURE(Sealing, "a request's salt is no value of its ticket") {
  request("key-1", "sub_ada");
  CHECK(ledger->open_subject(id, "tkt_9").value().size() == 2);
}

TEST_CASE_FIXTURE(Sealing, "a data subject keeps its id, and commits make it durable") {
  const SubjectId ada = ledger->obtain_subject(id, "ada@example.com").value();
  CHECK(ledger->obtain_subject(id, " Ada@Example.com").value() == ada);
  REQUIRE(ledger->commit());
  reopen();
  CHECK(ledger->find_subject(id, "ada@example.com") == ada);
  CHECK_FALSE(ledger->find_subject(id, "bob@example.com"));
  CHECK(ledger->obtain_subject(id, "").error().code == ErrorCode::invalid);
}

TEST_CASE_FIXTURE(Sealing, "without the key file everything but sealed values can be read") {
  const RecordedEvent event = propose("tkt_1", "sub_ada");
  const TreeHead head = ledger->head(id);
  LedgerOptions given = options();
  given.kek_file = data() + ".nowhere";
  const auto reader = Ledger::open_read_only(given).value();
  CHECK_FALSE(reader->has_keys());
  CHECK(reader->head(id) == head);
  CHECK(reader->leaf(id, event.position));
  CHECK(reader->open_subject(id, "tkt_1").error().code == ErrorCode::forbidden);
}

TEST_CASE_FIXTURE(Sealing,
                  "a reader beside the writer sees what is durable, and moves on when told") {
  propose("tkt_1", "sub_ada");
  const auto reader = Ledger::open_read_only(options()).value();
  CHECK(reader->head(id) == ledger->head(id));
  CHECK(reader->open_subject(id, "tkt_1").value().size() == 2);
  append(id, 300);
  propose("tkt_1", "sub_new");
  const LedgerId second = add_tenant("globex");
  CHECK(reader->head(id).size == LogSize(2));
  CHECK(reader->leaf(id, Position(2)).error().code == ErrorCode::not_found);
  REQUIRE(reader->refresh());
  CHECK(reader->head(id) == ledger->head(id));
  CHECK(reader->open_subject(id, "tkt_1").value().size() == 4);
  CHECK(reader->find_tenant(TenantId("globex"))->ledger == second);
  CHECK(reader->root_at(id, LogSize(2)).value() == ledger->root_at(id, LogSize(2)).value());
}

}  // namespace
}  // namespace recourse
