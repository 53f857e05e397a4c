#include <doctest/doctest.h>

#include <filesystem>

#include "engine/ledger/checkpoint.h"
#include "engine/ledger/durable_file.h"
#include "engine/ledger/head_file.h"
#include "engine/ledger/ledger_row.h"
#include "engine/ledger/merkle_tree.h"
#include "engine/ledger/signer.h"
#include "engine/ledger/signer_state.h"
#include "tests/unit/engine/ledger/small_ledger.h"

namespace recourse {
namespace {

namespace fs = std::filesystem;

const Actor kAda{ActorType::human, PrincipalId("usr_ada")};

/// A tenant with sealed values whose log was closed at `kept` leaves and goes on as <origin>/2.
struct Continued : SmallLedger {
  LedgerId id = add_tenant("acme");
  std::string first = ledger->find_tenant(TenantId("acme"))->origin;
  TreeHead kept;

  Continued() {
    REQUIRE(stage(id, {proposal("tkt_1", "sub_ada"), plain()}));
    REQUIRE(ledger->commit());
    kept = ledger->head(id);
  }
  void go_on(std::uint64_t generation = 2, std::uint64_t lost_to = 9) {
    REQUIRE(ledger->stage_continuation(id, {origin_name(first, generation), LogSize(lost_to), kAda},
                                       clock.now()));
    REQUIRE(ledger->commit());
  }
  LedgerInfo info() const { return *ledger->find_tenant(TenantId("acme")); }
  std::string source(std::uint64_t position) const {
    return read_leaf(ledger->leaf(id, Position(position)).value()).value().source;
  }
};

TEST_CASE("the name of a log says whether it went on after a loss") {
  CHECK(parse_origin_name("a.example/meta").generation == 1);
  CHECK(parse_origin_name("a.example/meta/2").generation == 2);
  CHECK(parse_origin_name("a.example/meta/2").first == "a.example/meta");
  CHECK(parse_origin_name("a.example/t/00ff/17").generation == 17);
  CHECK(parse_origin_name("a.example/t/00ff/17").first == "a.example/t/00ff");
  for (const char* const name :
       {"a.example/t/1234567890123456", "a.example/t/00ff/1", "a/2", "a.example/t/00ff/02",
        "a.example/meta/x", "a.example/x/2", "a.example/meta/", "meta", "", "t/2"})
    CHECK_MESSAGE(parse_origin_name(name).generation == 1, name);
  CHECK(origin_name("a.example/meta", 3) == "a.example/meta/3");
  CHECK(may_follow("a.example/meta", "a.example/meta/3"));
  CHECK(may_follow("a.example/meta/2", "a.example/meta/3"));
  CHECK_FALSE(may_follow("a.example/meta/3", "a.example/meta/2"));
  CHECK_FALSE(may_follow("a.example/meta", "a.example/meta"));
  CHECK_FALSE(may_follow("a.example/meta", "b.example/meta/2"));
}

TEST_CASE_FIXTURE(Continued, "a closed log is the beginning of the one that goes on") {
  go_on();
  append(id, 2);
  const auto check = [&] {
    CHECK(info().origin == first + "/2");
    CHECK(info().first_origin() == first);
    REQUIRE(info().closed.size() == 1);
    CHECK(info().closed[0] == ClosedLog{first, kept, LogSize(9)});
    CHECK(info().origin_at(Position(kept.size.value() - 1)) == first);
    CHECK(info().origin_at(Position(kept.size.value())) == first + "/2");
    CHECK(info().origin_of_head(kept.size) == first);
    CHECK(info().origin_of_head(LogSize(kept.size.value() + 1)) == first + "/2");
    CHECK(source(kept.size.value() - 1) == first);
    CHECK(source(kept.size.value()) == first + "/2");
    CHECK(ledger->root_at(id, kept.size).value() == kept.root);
    const auto event = read_leaf(ledger->leaf(id, Position(kept.size.value())).value()).value();
    REQUIRE(holds_alternative<LogContinued>(event.data));
    const auto& said = get<LogContinued>(event.data);
    CHECK(said.origin.text == first);
    CHECK(said.size == static_cast<std::int64_t>(kept.size.value()));
    CHECK(said.root == kept.root);
    CHECK(said.lost_to == 9);
    CHECK(event.actor == kAda);
    std::uint64_t seen = 0;
    REQUIRE(ledger->scan(id, Position(0), Position(100),
                         [&](Position, std::string_view) { return ++seen, true; }));
    CHECK(seen == ledger->head(id).size.value());
  };
  check();
  reopen();
  check();
  const auto reading = Ledger::open_read_only(options()).value();
  CHECK(reading->find_tenant(TenantId("acme"))->origin == first + "/2");
  CHECK(reading->leaf(id, Position(0)));
}

TEST_CASE_FIXTURE(Continued, "values that were sealed before open as those sealed after") {
  go_on();
  REQUIRE(stage(id, {proposal("tkt_1", "sub_ada", "99.00")}));
  REQUIRE(ledger->commit());
  reopen();
  CHECK(ledger->open_subject(id, "tkt_1").value().size() == 4);
  REQUIRE(ledger->keys().destroy(KeyName::subject(id, "sub_ada")));
  CHECK(ledger->open_subject(id, "tkt_1").value().empty());
}

TEST_CASE_FIXTURE(Continued, "what is not committed closes nothing") {
  REQUIRE(ledger->stage_continuation(id, {first + "/2", LogSize(9), kAda}, clock.now()));
  ledger->discard();
  CHECK(info().origin == first);
  append(id, 1);
  CHECK(source(kept.size.value()) == first);
  for (const std::string& name : {first, first + "/1", std::string("example.com/t/00/2")}) {
    CHECK(ledger->stage_continuation(id, {name, LogSize(9), kAda}, clock.now()).error().code ==
          ErrorCode::invalid);
  }
}

TEST_CASE_FIXTURE(Continued, "a log may be closed more than once, also past a name") {
  go_on(2);
  const TreeHead second = ledger->head(id);
  go_on(4, 20);
  reopen();
  REQUIRE(info().closed.size() == 2);
  CHECK(info().closed[1] == ClosedLog{first + "/2", second, LogSize(20)});
  CHECK(info().origin == first + "/4");
  CHECK(source(kept.size.value()) == first + "/2");
  CHECK(source(second.size.value()) == first + "/4");
  CHECK(info().origins() == std::vector<std::string>{first + "/4", first + "/2", first});
}

TEST_CASE("the row of a continued ledger has one form") {
  LedgerInfo info{LedgerId(4), TenantId("acme"), "example.com/t/00/2"};
  info.closed.push_back({"example.com/t/00", {LogSize(7), Hash{1, 2}}, LogSize(9)});
  const std::string row = ledger_row_bytes(info);
  const LedgerInfo read = parse_ledger_row(LedgerId(4), row).value();
  CHECK(read.origin == info.origin);
  CHECK(read.closed == info.closed);
  for (std::size_t i = 0; i < row.size(); ++i) CHECK_FALSE(parse_ledger_row({}, row.substr(0, i)));
  CHECK_FALSE(parse_ledger_row({}, row + "x"));
  CHECK(parse_ledger_row({}, "\x03" + row.substr(1)).error().code == ErrorCode::unsupported);
}

/// Its log was signed up to 12 leaves, and an older copy of everything but the signer's memory has
/// taken its place.
struct SetBack : Continued {
  LogSize signed_to;

  SetBack() {
    REQUIRE(signer().value()->sign_round());
    ledger.reset();
    fs::copy(data(), data() + ".older", fs::copy_options::recursive);
    reopen();
    append(id, 8);
    const auto opened = signer().value();
    REQUIRE(opened->sign_round());
    signed_to = ledger->head(id).size;
    ledger.reset();
    fs::remove_all(data() + ".older/signer");
    fs::copy(data() + "/signer", data() + ".older/signer");
    fs::remove_all(data());
    fs::rename(data() + ".older", data());
  }
  Result<std::unique_ptr<Signer>> signer() { return Signer::open(*ledger, data()); }
};

TEST_CASE_FIXTURE(SetBack, "a log behind what was signed opens for a declared loss only") {
  const auto refused = Ledger::open(options());
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::corrupt);
  CHECK(refused.error().message.find("--declare-loss") != std::string::npos);
  LedgerOptions declared = options();
  declared.loss_declared = true;
  ledger = Ledger::open(declared).value();
  CHECK(ledger->lost_commit() == 0);
  go_on(2, signed_to.value());
  append(id, 20);  // Past what was signed of the closed log.
  reopen();
  {
    const auto opened = signer().value();
    REQUIRE(opened->sign_round());
    const auto keys = opened->log_keys(id);
    const auto note = opened->latest(id);
    REQUIRE(note);
    const Checkpoint head = verify_checkpoint(*note, keys).value().checkpoint;
    CHECK(head.origin == first + "/2");
    CHECK(head.size == ledger->head(id).size.value());
    // Heads of the closed log are kept, and its key still vouches for them.
    const auto old = opened->at_most(id, kept.size).value();
    REQUIRE(old);
    CHECK(verify_checkpoint(*old, keys).value().checkpoint.origin == first);
    CHECK(NoteKey::parse(opened->verifier_key(id))->name() == first + "/2");
  }
  SignerState state = read_signer_state(data()).value();
  CHECK(state.signed_heads.at(first).size == signed_to);  // Never forgotten.
  CHECK(state.signed_heads.at(first + "/2").size == ledger->head(id).size);
  reopen();
  CHECK(signer());
  // Without the continuation the same leaves are refused.
  state.signed_heads[first + "/3"] = {LogSize(1), Hash{}};
  CHECK_FALSE(check_signed_heads(*ledger, state, data()));
  state.signed_heads.erase(first + "/3");
  CHECK(check_signed_heads(*ledger, state, data()));
  state.signed_heads[first] = {kept.size, Hash{}};
  CHECK_FALSE(check_signed_heads(*ledger, state, data()));
}

TEST_CASE_FIXTURE(Continued, "a log behind its HEAD opens for a declared loss, once") {
  const Anchor newest = HeadFile::read(data() + "/HEAD").value();
  ledger.reset();
  const Anchor ahead{newest.epoch, newest.number + 3, Hash{7}};
  REQUIRE(HeadFile::create(data() + "/HEAD", ahead));
  const auto refused = Ledger::open(options());
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message.find("--declare-loss") != std::string::npos);
  LedgerOptions declared = options();
  declared.loss_declared = true;
  ledger = Ledger::open(declared).value();
  CHECK(ledger->lost_commit() == ahead.number);
  SUBCASE("nothing is declared, so HEAD still says what is missing") {
    ledger.reset();
    CHECK_FALSE(Ledger::open(options()));
    CHECK(HeadFile::read(data() + "/HEAD").value() == ahead);
  }
  SUBCASE("the declaration takes its place, in another epoch") {
    go_on();
    CHECK(ledger->lost_commit() == 0);
    reopen();
    const Anchor now = HeadFile::read(data() + "/HEAD").value();
    CHECK(now.epoch == newest.epoch + 1);
    CHECK(now.number == newest.number + 1);
  }
}

}  // namespace
}  // namespace recourse
