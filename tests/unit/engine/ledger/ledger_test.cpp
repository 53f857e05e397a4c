#include "engine/ledger/ledger.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>

#include <atomic>
#include <thread>

#include "engine/ledger/merkle_tree.h"
#include "engine/privacy/seal.h"
#include "tests/unit/engine/ledger/small_ledger.h"

namespace recourse {
namespace {

TEST_CASE("a first start makes the meta ledger, and the next start finds it") {
  SmallLedger small;
  const TreeHead head = small.ledger->head(LedgerId(0));
  CHECK(head.size == LogSize(1));
  const std::string leaf = small.ledger->leaf(LedgerId(0), Position(0)).value();
  CHECK(head.root == leaf_hash(leaf));
  CHECK(read_leaf(leaf).value().source == "example.com/meta");
  CHECK(small.ledger->commit_number() == 1);

  small.reopen();
  CHECK(small.ledger->head(LedgerId(0)) == head);
  CHECK(small.ledger->find_tenant(TenantId("meta"))->origin == "example.com/meta");
}

TEST_CASE("without `create` an empty directory stays empty") {
  SmallLedger small(false);
  LedgerOptions options = small.options();
  options.create = false;
  CHECK(Ledger::open(options).error().code == ErrorCode::not_found);
  CHECK_FALSE(std::filesystem::exists(small.data()));
}

TEST_CASE("each tenant's ledger starts with log.opened under an origin that does not name it") {
  SmallLedger small;
  const StagedLedger staged =
      small.ledger->stage_ledger(TenantId("acme"), small.clock.now()).value();
  CHECK_FALSE(small.ledger->find_tenant(TenantId("acme")));
  CHECK(small.ledger->stage_ledger(TenantId("acme"), small.clock.now()).error().code ==
        ErrorCode::conflict);
  REQUIRE(small.ledger->commit());
  CHECK(staged.ledger == LedgerId(1));
  CHECK(staged.origin.starts_with("example.com/t/"));
  CHECK(staged.origin.find("acme") == std::string::npos);
  CHECK(write_leaf(staged.opened) == small.ledger->leaf(LedgerId(1), Position(0)).value());
  CHECK(small.ledger->find_tenant(TenantId("acme"))->origin == staged.origin);
  CHECK(small.ledger->stage_ledger(TenantId("acme"), small.clock.now()).error().code ==
        ErrorCode::conflict);
  CHECK(small.ledger->stage_ledger(TenantId("meta"), small.clock.now()).error().code ==
        ErrorCode::conflict);
  CHECK(small.ledger->stage_ledger(TenantId("No Name"), small.clock.now()).error().code ==
        ErrorCode::invalid);
}

TEST_CASE("what is read back is what staging returned") {
  SmallLedger small;
  const LedgerId id = small.add_tenant("acme");
  const auto recorded =
      small.stage(id, {SmallLedger::proposal("tkt_1", "sub_ada"), SmallLedger::plain()}).value();
  REQUIRE(small.ledger->commit());
  REQUIRE(recorded.size() == 2);
  for (const RecordedEvent& event : recorded) {
    const std::string leaf = small.ledger->leaf(id, event.position).value();
    CHECK(leaf == write_leaf(event));
    CHECK(leaf.find("charged twice") == std::string::npos);
  }
  CHECK(recorded[0].position == Position(1));
  CHECK(recorded[1].position == Position(2));
  CHECK(recorded[0].id.value().starts_with("evt_"));
}

TEST_CASE("readers never see what is staged and not yet committed") {
  SmallLedger small;
  const LedgerId id = small.add_tenant("acme");
  const TreeHead before = small.ledger->head(id);
  REQUIRE(small.stage(id, {SmallLedger::proposal("tkt_1", "sub_ada")}));
  const Hash key = small.ledger->request_key(id, "agt_triage", "key-1");
  small.ledger->stage_request(id, key, Position(1), 1, "POST /v1/actions {}");
  CHECK(small.ledger->head(id) == before);
  CHECK(small.ledger->leaf(id, Position(1)).error().code == ErrorCode::not_found);
  CHECK(small.ledger->open_subject(id, "tkt_1").value().empty());
  CHECK_FALSE(small.ledger->find_request(id, key).value());
  CHECK(small.ledger->has_staged());
  small.ledger->discard();
  CHECK_FALSE(small.ledger->has_staged());
  REQUIRE(small.ledger->commit());
  CHECK(small.ledger->head(id) == before);
}

TEST_CASE("readers beside the writer see whole commits only, each with its own root") {
  SmallLedger small;
  const LedgerId id = small.add_tenant("acme");
  std::atomic<bool> stop{false};
  std::atomic<int> wrong{0};
  std::thread reader([&] {
    while (!stop) {
      const TreeHead head = small.ledger->head(id);
      if ((head.size.value() - 1) % 3 != 0) ++wrong;
      if (small.ledger->root_at(id, head.size).value() != head.root) ++wrong;
      std::uint64_t next = 0;
      const Status scanned = small.ledger->scan(id, Position(0), Position(head.size.value()),
                                                [&](Position, std::string_view) {
                                                  ++next;
                                                  return true;
                                                });
      if (!scanned || next != head.size.value()) ++wrong;
    }
  });
  for (int i = 0; i < 200; ++i) small.append(id, 3);
  stop = true;
  reader.join();
  CHECK(wrong == 0);
}

TEST_CASE("a batch with one impossible event stages none of its events") {
  SmallLedger small;
  const LedgerId id = small.add_tenant("acme");
  REQUIRE(small.stage(id, {SmallLedger::plain()}));
  const std::size_t bytes = small.ledger->staged_bytes();
  NewEvent huge = SmallLedger::plain();
  huge.data = PolicyActivated{.policy = "pol_default@1", .text = std::string(40'000, '\n')};
  CHECK(small.stage(id, {SmallLedger::proposal("tkt_1", "sub_ada"), huge}).error().code ==
        ErrorCode::too_large);
  NewEvent empty = SmallLedger::proposal("tkt_1", "sub_ada");
  get<ActionProposed>(empty.data).args.json.clear();
  CHECK(small.stage(id, {empty}).error().code == ErrorCode::invalid);
  CHECK(small.ledger->staged_bytes() == bytes);
  REQUIRE(small.stage(id, {SmallLedger::plain()}));
  REQUIRE(small.ledger->commit());
  CHECK(small.ledger->head(id).size == LogSize(3));
  CHECK(small.ledger->open_subject(id, "tkt_1").value().empty());
  small.reopen();
  CHECK(small.ledger->head(id).size == LogSize(3));
}

TEST_CASE("an event that may not stand in a leaf is refused before it has a position") {
  SmallLedger small;
  const LedgerId id = small.add_tenant("acme");
  NewEvent event = SmallLedger::plain();
  event.correlation = "not an id";
  CHECK(small.stage(id, {event}).error().code == ErrorCode::invalid);
  CHECK(!small.ledger->has_staged());
}

TEST_CASE("a leaf of 65,535 bytes is stored and one byte more is refused") {
  SmallLedger small;
  const LedgerId id = small.add_tenant("acme");
  // A line feed takes two bytes in JSON: the one way in which a permitted text outgrows a leaf.
  const std::string feeds(30'000, '\n');
  const auto with_text = [&](std::size_t letters) {
    NewEvent event = SmallLedger::plain();
    event.data =
        PolicyActivated{.policy = "pol_default@1", .text = feeds + std::string(letters, 'x')};
    return event;
  };
  const auto one = small.stage(id, {with_text(0)}).value();
  const std::size_t room = kMaxLeafBytes - write_leaf(one[0]).size();
  CHECK(small.stage(id, {with_text(room + 1)}).error().code == ErrorCode::too_large);
  REQUIRE(small.stage(id, {with_text(room)}));
  REQUIRE(small.ledger->commit());
  CHECK(small.ledger->leaf(id, Position(2)).value().size() == kMaxLeafBytes);
}

TEST_CASE("recorded times never decrease, and a clock far behind is itself recorded once") {
  SmallLedger small;
  const LedgerId id = small.add_tenant("acme");
  const Timestamp start = small.clock.now();
  small.clock.set(start - std::chrono::seconds(1));
  CHECK(small.stage(id, {SmallLedger::plain()}).value().size() == 1);
  small.clock.set(start - std::chrono::hours(1));
  const auto late = small.stage(id, {SmallLedger::plain()}).value();
  REQUIRE(late.size() == 2);
  CHECK(late[0].time == start);
  CHECK(get<ClockAnomaly>(late[1].data).behind_us == 3'600'000'000);
  CHECK(small.stage(id, {SmallLedger::plain()}).value().size() == 1);
  REQUIRE(small.ledger->commit());
  small.clock.set(start + std::chrono::seconds(1));
  CHECK(small.stage(id, {SmallLedger::plain()}).value()[0].time == small.clock.now());
  small.clock.set(start - std::chrono::seconds(10));
  CHECK(small.stage(id, {SmallLedger::plain()}).value().size() == 2);
  REQUIRE(small.ledger->commit());
  small.reopen();
  CHECK(small.stage(id, {SmallLedger::plain()}).value()[0].time == start + std::chrono::seconds(1));
}

TEST_CASE("the first position at or after a time is found") {
  SmallLedger small;
  const LedgerId id = small.add_tenant("acme");
  const Timestamp start = small.clock.now();
  for (int i = 0; i < 5; ++i) {
    small.clock.advance(std::chrono::seconds(10));
    small.append(id, 2);
  }
  const auto at = [&](int seconds) {
    return small.ledger->first_at_or_after(id, start + std::chrono::seconds(seconds)).value();
  };
  CHECK(at(-100) == Position(0));
  CHECK(at(0) == Position(0));
  CHECK(at(1) == Position(1));
  CHECK(at(10) == Position(1));
  CHECK(at(11) == Position(3));
  CHECK(at(50) == Position(9));
  CHECK(at(51) == Position(11));
}

TEST_CASE("a full disk is refused before anything is written, and nothing else changes") {
  SmallLedger small;
  const LedgerId id = small.add_tenant("acme");
  small.ledger.reset();
  LedgerOptions options = small.options();
  options.free_space_watermark_bytes = ~std::uint64_t{0} >> 2;
  small.ledger = Ledger::open(options).value();
  REQUIRE(small.stage(id, {SmallLedger::plain()}));
  CHECK(small.ledger->commit().error().code == ErrorCode::disk_full);
  CHECK_FALSE(small.ledger->has_staged());
  CHECK(small.ledger->head(id).size == LogSize(1));
  CHECK(small.ledger->leaf(id, Position(0)));
  small.reopen();
  small.append(id, 1);
  CHECK(small.ledger->head(id).size == LogSize(2));
}

TEST_CASE("after a failed write the outcome is unknown, and only a reopened ledger goes on") {
  SmallLedger small;
  const LedgerId id = small.add_tenant("acme");
  REQUIRE(small.stage(id, std::vector<NewEvent>(4000, SmallLedger::plain())));
  // No file may grow beyond 64 KiB now: the log's write fails in the middle.
  struct rlimit before {};
  REQUIRE(getrlimit(RLIMIT_FSIZE, &before) == 0);
  const struct rlimit small_files { 65536, before.rlim_max };
  const auto handler = signal(SIGXFSZ, SIG_IGN);
  REQUIRE(setrlimit(RLIMIT_FSIZE, &small_files) == 0);
  const Status failed = small.ledger->commit();
  REQUIRE(setrlimit(RLIMIT_FSIZE, &before) == 0);
  signal(SIGXFSZ, handler);
  CHECK(failed.error().code == ErrorCode::unknown_outcome);
  CHECK(small.ledger->head(id).size == LogSize(1));
  CHECK(small.ledger->commit().error().code == ErrorCode::unknown_outcome);
  CHECK(small.stage(id, {SmallLedger::plain()}).error().code == ErrorCode::unknown_outcome);
  CHECK(small.ledger->leaf(id, Position(0)));
  small.reopen();
  const std::uint64_t size = small.ledger->head(id).size.value();
  CHECK((size == 1 || size == 4001));
  small.append(id, 1);
  CHECK(small.ledger->head(id).size.value() == size + 1);
}

TEST_CASE("inclusion, consistency and tiles agree across full tiles and reopening") {
  SmallLedger small;
  const LedgerId id = small.add_tenant("acme");
  std::vector<TreeHead> heads{small.ledger->head(id)};
  for (const std::size_t count : {1U, 254U, 1U, 300U, 1U}) {
    small.append(id, count);
    heads.push_back(small.ledger->head(id));
  }
  small.reopen();
  const TreeHead last = small.ledger->head(id);
  CHECK(last == heads.back());
  for (const TreeHead& head : heads) {
    CHECK(small.ledger->root_at(id, head.size).value() == head.root);
    const auto proof = small.ledger->consistency_proof(id, head.size, last.size).value();
    CHECK(verify_consistency(head.size.value(), last.size.value(), head.root, last.root, proof));
    const Position newest(head.size.value() - 1);
    const auto path = small.ledger->inclusion_proof(id, newest, last.size).value();
    CHECK(verify_inclusion(leaf_hash(small.ledger->leaf(id, newest).value()), newest.value(),
                           last.size.value(), path, last.root));
  }
  CHECK(small.ledger->tile(id, 0, 0).value().size() == 8192);
  CHECK(small.ledger->tile(id, 0, 2).value().size() == 32 * (last.size.value() - 512));
  CHECK(small.ledger->tile(id, 1, 0).value().size() == 64);
  CHECK(small.ledger->tile(id, 0, 3).error().code == ErrorCode::not_found);
  CHECK(small.ledger->tile(id, 2, 0).error().code == ErrorCode::not_found);
  CHECK(small.ledger->root_at(id, LogSize(last.size.value() + 1)).error().code ==
        ErrorCode::invalid);
}

TEST_CASE("a quiet ledger is found again after any number of commits of others") {
  SmallLedger small;
  const LedgerId quiet = small.add_tenant("quiet");
  const LedgerId busy = small.add_tenant("busy");
  const TreeHead head = small.ledger->head(quiet);
  for (const int commits : {252, 1, 1, 256}) {
    for (int i = 0; i < commits; ++i) small.append(busy, 1);
    small.reopen();
    CHECK(small.ledger->head(quiet) == head);
    CHECK(small.ledger->ledgers().size() == 3);
  }
}

TEST_CASE("pseudonyms and keys are the same for the same name, and for no other") {
  SmallLedger small;
  const PrincipalId ada = small.ledger->pseudonym(LedgerId(0), "usr_", "ada");
  CHECK(ada.value().size() == 30);
  CHECK(ada == small.ledger->pseudonym(LedgerId(0), "usr_", "ada"));
  CHECK(ada != small.ledger->pseudonym(LedgerId(0), "usr_", "bob"));
  CHECK(ada != small.ledger->pseudonym(LedgerId(1), "usr_", "ada"));
  const Hash cursor = small.ledger->deployment_key("cursor");
  CHECK(cursor != small.ledger->deployment_key("idempotency"));
  const Hash request = small.ledger->request_key(LedgerId(0), "ab", "c");
  CHECK(request != small.ledger->request_key(LedgerId(0), "a", "bc"));
  small.reopen();
  CHECK(small.ledger->deployment_key("cursor") == cursor);
  CHECK(small.ledger->request_key(LedgerId(0), "ab", "c") == request);
}

}  // namespace
}  // namespace recourse
