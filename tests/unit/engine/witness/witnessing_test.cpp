#include "engine/witness/witnessing.h"

#include <doctest/doctest.h>

#include <map>

#include "engine/base/sha256.h"
#include "engine/witness/add_checkpoint.h"
#include "tests/unit/engine/ledger/small_ledger.h"

namespace recourse {
namespace {

using namespace std::chrono_literals;

/// Witnesses behind URLs, by the rules of the protocol, that can be switched off or set otherwise.
class FakeWitnesses final : public PostPort {
 public:
  struct One {
    Ed25519Key key;
    std::string name;
    std::uint64_t size = 0;
    Hash root{};
    bool up = true;
    int asked = 0;
    std::string wrong_line;  ///< Sent instead of a cosignature.
    std::string size_type = std::string(kTlogSizeType);
  };
  std::map<std::string, One> all;

  NoteKey add(const std::string& url, char seed) {
    One one{Ed25519Key::from_seed(std::string(32, seed)).value(),
            "witness.example/" + url,
            0,
            {},
            true,
            0,
            ""};
    NoteKey verifier(one.name, SignatureType::cosignature_v1, one.key.public_key());
    all.emplace("http://" + url + "/add-checkpoint", std::move(one));
    return verifier;
  }
  One& at(const std::string& url) { return all.at("http://" + url + "/add-checkpoint"); }

  Result<Answer> post(const std::string& url, const std::string&,
                      const std::string& body) override {
    One& one = all.at(url);
    ++one.asked;
    if (!one.up) return Error{ErrorCode::unavailable, "no answer"};
    const AddCheckpoint request = parse_add_checkpoint(body).value();
    const Checkpoint head = peek_checkpoint(request.note).value();
    if (request.old_size != one.size)
      return Answer{409, one.size_type, std::to_string(one.size) + "\n"};
    if (const Status good = check_continues(one.size, one.root, head, request.proof); !good)
      return Answer{good.error().code == ErrorCode::conflict ? 409 : 422, "text/plain", "no\n"};
    if (!one.wrong_line.empty()) return Answer{200, "text/plain", one.wrong_line};
    one.size = head.size;
    one.root = head.root;
    return Answer{200, "text/plain",
                  "\u2014 somebody.else AAAAAAAA\n" +
                      cosignature_line(one.name, one.key, 1'767'605'460, checkpoint_text(head))};
  }
  void stop() override {}
};

struct Watched : SmallLedger {
  LedgerId tenant = add_tenant("acme");
  std::unique_ptr<Signer> signer = Signer::open(*ledger, data()).value();
  FakeWitnesses witnesses;
  std::chrono::steady_clock::time_point now{};
  TrustPolicy policy = TrustPolicy::all_of({{"a", witnesses.add("a", 'a'), "http://a"},
                                            {"b", witnesses.add("b", 'b'), "http://b/"}})
                           .value();
  std::unique_ptr<Witnessing> witnessing;

  void start() {
    WitnessingOptions options;
    options.own_threads = false;
    options.now = [this] { return now; };
    witnessing = Witnessing::start(*ledger, *signer, policy, witnesses, options).value();
  }
  void grow(LedgerId id, std::size_t events = 3) {
    append(id, events);
    REQUIRE(signer->sign_round());
  }
  void anchor() {
    const TreeHead head = ledger->head(tenant);
    append_anchor(tenant, head);
    REQUIRE(signer->sign_round());
  }
  void append_anchor(LedgerId id, const TreeHead& head) {
    NewEvent event;
    for (const LedgerInfo& info : ledger->ledgers()) {
      if (info.ledger != id) continue;
      event.stream = info.origin;
      event.data =
          LogAnchored{sha256(info.origin), static_cast<std::int64_t>(head.size.value()), head.root};
    }
    REQUIRE(stage(LedgerId(0), {std::move(event)}));
    REQUIRE(ledger->commit());
  }
  std::size_t cosignatures() const {
    return cosigners(*signer->latest(LedgerId(0)), policy.keys()).size();
  }
};

TEST_CASE_FIXTURE(Watched, "each signed meta head gets the cosignatures, which are kept with it") {
  start();
  grow(LedgerId(0));
  witnessing->tick();
  CHECK(cosignatures() == 2);
  const std::uint64_t first = ledger->head(LedgerId(0)).size.value();
  CHECK(witnessing->state().witnessed == first);
  CHECK(witnessing->state().standing == Standing::ok);
  grow(LedgerId(0));
  CHECK(cosignatures() == 0);
  witnessing->tick();
  CHECK(cosignatures() == 2);
  signer.reset();
  witnessing.reset();
  reopen();
  signer = Signer::open(*ledger, data()).value();
  CHECK(cosignatures() == 2);
  CHECK(cosigners(**signer->at_most(LedgerId(0), LogSize(first)), policy.keys()).size() == 2);
  start();
  CHECK(witnessing->state().witnessed == ledger->head(LedgerId(0)).size.value());
}

TEST_CASE_FIXTURE(Watched, "a witness may say its size in another spelling of the media type") {
  start();
  grow(LedgerId(0));
  witnessing->tick();
  witnessing.reset();
  witnesses.at("b").size_type = "Text/x.tlog.size ; charset=utf-8";
  start();  // It does not know any more what they cosigned.
  grow(LedgerId(0));
  witnessing->tick();
  CHECK(cosignatures() == 2);
  CHECK(witnessing->state().standing == Standing::ok);
}

TEST_CASE_FIXTURE(Watched, "a tenant's leaves are witnessed once their anchor is") {
  start();
  grow(tenant, 5);
  witnessing->tick();
  CHECK(witnessing->witnessed(tenant) == LogSize(0));
  const LogSize anchored = ledger->head(tenant).size;
  anchor();
  CHECK(witnessing->witnessed(tenant) == LogSize(0));
  witnessing->tick();
  CHECK(witnessing->witnessed(tenant) == anchored);
  CHECK(witnessing->witnessed(LedgerId(0)) == ledger->head(LedgerId(0)).size);
  witnesses.at("b").up = false;
  grow(tenant, 2);
  anchor();
  witnessing->tick();
  CHECK(witnessing->witnessed(tenant) == anchored);
}

TEST_CASE_FIXTURE(Watched, "a witness that is down is asked ever more seldom, and found again") {
  start();
  witnesses.at("b").up = false;
  grow(LedgerId(0));
  witnessing->tick();
  CHECK(cosignatures() == 1);
  CHECK(witnessing->state().standing == Standing::degraded);
  for (int second = 0; second < 200; ++second) {
    now += 1s;
    witnessing->tick();
  }
  CHECK(witnesses.at("b").asked < 10);
  CHECK(witnesses.at("a").asked < 10);
  CHECK(witnessing->state().standing == Standing::red);
  witnesses.at("b").up = true;
  now += 300s;
  witnessing->tick();
  CHECK(cosignatures() == 2);
  CHECK(witnessing->state().standing == Standing::ok);
}

TEST_CASE_FIXTURE(Watched, "a witness that knows more or other leaves turns it red at once") {
  start();
  grow(LedgerId(0));
  witnessing->tick();
  SUBCASE("more") { witnesses.at("a").size = 1'000; }
  SUBCASE("others") { witnesses.at("a").root[0] ^= 1; }
  now += 61s;
  grow(LedgerId(0));
  witnessing->tick();
  CHECK(witnessing->state().standing == Standing::red);
  CHECK(witnessing->state().witnesses[0].contradicts);
  CHECK(cosignatures() == 1);
}

TEST_CASE_FIXTURE(Watched, "a line that does not hold is not kept") {
  start();
  grow(LedgerId(0));
  Checkpoint other = peek_checkpoint(*signer->latest(LedgerId(0))).value();
  ++other.size;
  witnesses.at("a").wrong_line =
      cosignature_line(witnesses.at("a").name, witnesses.at("a").key, 7, checkpoint_text(other));
  const std::string before = *signer->latest(LedgerId(0));
  witnesses.at("b").up = false;
  witnessing->tick();
  CHECK(*signer->latest(LedgerId(0)) == before);
  CHECK(witnessing->state().witnesses[0].failures == 1);
}

TEST_CASE_FIXTURE(Watched, "an unchanged head is shown again, and its first cosignature stays") {
  start();
  grow(LedgerId(0));
  witnessing->tick();
  const std::string before = *signer->latest(LedgerId(0));
  now += 30s;
  witnessing->tick();
  CHECK(witnesses.at("a").asked == 1);
  now += 31s;
  witnessing->tick();
  CHECK(witnesses.at("a").asked == 2);
  CHECK(*signer->latest(LedgerId(0)) == before);
}

TEST_CASE_FIXTURE(Watched, "time stamps are kept for the size that they are about") {
  grow(LedgerId(0));
  CHECK_FALSE(*signer->newest_time_stamp(LedgerId(0)));
  REQUIRE(signer->keep_time_stamp(LedgerId(0), {LogSize(3), "three"}));
  REQUIRE(signer->keep_time_stamp(LedgerId(0), {LogSize(9), "nine"}));
  REQUIRE(signer->keep_time_stamp(tenant, {LogSize(5), "other"}));
  CHECK((*signer->newest_time_stamp(LedgerId(0)))->response == "nine");
  CHECK((*signer->time_stamp_at_least(LedgerId(0), LogSize(3)))->response == "three");
  CHECK((*signer->time_stamp_at_least(LedgerId(0), LogSize(4)))->size == LogSize(9));
  CHECK_FALSE(*signer->time_stamp_at_least(LedgerId(0), LogSize(10)));
  CHECK(signer->all(LedgerId(0)).value().size() == 1);
}

}  // namespace
}  // namespace recourse
