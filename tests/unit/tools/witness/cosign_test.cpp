#include "tools/witness/cosign.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <filesystem>

#include "engine/base/bytes.h"
#include "engine/witness/add_checkpoint.h"
#include "tools/witness/witness_server.h"

namespace recourse::witness {
namespace {

namespace fs = std::filesystem;

// From the tests of another witness, litewitness (github.com/FiloSottile/torchwood), with its
// gentest seed b4e385f4...: a log of five leaves, signed at the sizes 1, 3 and 5.
const std::string kOrigin =
    "sigsum.org/v1/tree/4d6d8825a6bb689d459628312889dfbb0bcd41b5211d9e1ce768b0ff0309e562";
constexpr const char* kLogKey = "ffdc2d4d98e4124d3feaf788c0c2f9abfd796083d1f0495437f302ec79cf100f";
constexpr const char* kRoot1 = "2a00000000000000000000000000000000000000000000000000000000000000";
constexpr const char* kRoot3 = "45c088d4d939e9971298811f227d1295eaad57bbafae55cd71c171e7de48c25d";
constexpr const char* kRoot5 = "42bb57ad06420afa4882c4a63ac6a1ec77480b330b2f20dfc53a0caa5f564e36";
constexpr const char* kSignature1 =
    "b7cf653aa9c565a1ca359db81bd3bc656ab2890c6ea4c0aec42295e80aa05049423505026434f987923ccdf07d440c"
    "152cd59e736e5914d8ada8d7a4d51b2106";
constexpr const char* kSignature3 =
    "655bb4871d15bc05032d67eece88900c4863a27f190393b99176391577f5def971b023d9a418c3226b7b7ea47b3368"
    "6d9b3849451dadc6b07c007c595af1ea0a";
constexpr const char* kSignature5 =
    "0fc43899968b48b5150b0e8fe7ad07b17c21c7056a6fe381deb0cd19ece103d59b2119b5dbe5d54d8a1262ce67f012"
    "45c5898b4b56f747495804a17a2eec0f0c";

Hash hash(std::string_view hex) {
  const std::string bytes = from_hex(hex).value();
  Hash value;
  std::copy(bytes.begin(), bytes.end(), value.begin());
  return value;
}

Hash leaf(const char* start) {
  std::string hex = start;
  hex.resize(64, '0');
  return hash(hex);
}

NoteKey log_key(const std::string& name = kOrigin) {
  return NoteKey(name, SignatureType::ed25519,
                 Ed25519PublicKey::from_bytes(from_hex(kLogKey).value()).value());
}

std::string request(std::uint64_t old_size, std::vector<Hash> proof, std::uint64_t size,
                    const char* root, std::string signature) {
  std::string line;
  put_u32(line, log_key().id());
  line += from_hex(signature).value();
  AddCheckpoint asked{old_size, std::move(proof), ""};
  asked.note = checkpoint_text({kOrigin, size, hash(root)}) + "\n\u2014 " + kOrigin + " " +
               to_base64(line) + "\n";
  return add_checkpoint_text(asked);
}

std::string flipped(std::string signature) {
  signature.back() = 'b';
  return signature;
}

struct Folder {
  fs::path path = fs::temp_directory_path() / ("recourse-witness-" + std::to_string(::getpid()));
  Folder() {
    fs::remove_all(path);
    fs::create_directories(path);
  }
  ~Folder() { fs::remove_all(path); }
};

struct Running : Folder {
  ManualClock clock{Timestamp(std::chrono::seconds(1'767'605'460))};
  std::unique_ptr<Witness> witness = start();

  static WitnessKey key() {
    return {"witness.example.com/w1",
            Ed25519Key::from_seed(from_hex("202122232425262728292a2b2c2d2e2f"
                                           "303132333435363738393a3b3c3d3e3f")
                                      .value())
                .value()};
  }
  std::unique_ptr<Witness> start() {
    return std::make_unique<Witness>(key(), std::vector<NoteKey>{log_key()},
                                     CosignedHeads::open(path / "state").value(), clock);
  }
  void restart() {
    witness.reset();
    witness = start();
  }
  Answer ask(const std::string& body) { return witness->add_checkpoint(body); }
  void check_cosigned(const Answer& answer, const std::string& body) {
    REQUIRE(answer.status == 200);
    const std::string note = parse_add_checkpoint(body).value().note + answer.body;
    const std::vector<NoteKey> known{log_key(), key().verifier()};
    const VerifiedCheckpoint verified = verify_checkpoint(note, known).value();
    REQUIRE(verified.cosignatures.size() == 1);
    CHECK(verified.cosignatures[0].time_s == 1'767'605'460);
  }
};

const Hash kA = leaf("2a01"), kB = leaf("2a02"), kD = leaf("2a04");
const std::string kFirst = request(0, {}, 1, kRoot1, kSignature1);
const std::string kSecond = request(1, {kA, kB}, 3, kRoot3, kSignature3);

TEST_CASE_FIXTURE(Running, "a published log is cosigned from its first head on") {
  check_cosigned(ask(kFirst), kFirst);
  CHECK(ask(request(1, {kA, kB}, 3, kRoot3, flipped(kSignature3))).status == 403);
  CHECK(ask(request(1, {}, 3, kRoot3, kSignature3)).status == 422);
  CHECK(ask(request(1, {kA, leaf("2a0201")}, 3, kRoot3, kSignature3)).status == 422);
  check_cosigned(ask(kSecond), kSecond);

  const std::vector<Hash> from_1{
      kA, hash("f9f50357e93def4078237b8aaea24ce1a3f5965a0f64ff26bebd99e30470d8b2"), kD};
  const Answer stale = ask(request(1, from_1, 5, kRoot5, kSignature5));
  CHECK(stale.status == 409);
  CHECK(stale.content_type == "text/x.tlog.size");
  CHECK(stale.body == "3\n");

  const std::string third =
      request(3,
              {kB, leaf("2a03"),
               hash("c2088815d65f60dbfa594d4e96504ab169cb6084bf0c132ab7c521fd2e0eba41"), kD},
              5, kRoot5, kSignature5);
  check_cosigned(ask(third), third);
}

TEST_CASE_FIXTURE(Running, "what was cosigned is not forgotten by a restart") {
  check_cosigned(ask(kFirst), kFirst);
  check_cosigned(ask(kSecond), kSecond);
  restart();
  CHECK(ask(kFirst).body == "3\n");
  // A log that comes back at an older size is told what is known of it, and gets no signature.
  const Answer older = ask(request(3, {}, 1, kRoot1, kSignature1));
  CHECK(older.status == 400);
  const std::string again = request(3, {}, 3, kRoot3, kSignature3);
  check_cosigned(ask(again), again);
}

TEST_CASE_FIXTURE(Running,
                  "an unknown log, another name under a known key, and nonsense are told apart") {
  std::string other = kFirst;
  for (std::size_t at; (at = other.find("e562")) != other.npos;) other.replace(at, 4, "e561");
  CHECK(ask(other).status == 404);
  CHECK(ask("old 0\n").status == 400);
  CHECK(ask("").status == 400);
  CHECK(ask(request(2, {}, 1, kRoot1, kSignature1)).status == 400);
  CHECK(ask(request(1, {}, 1, kRoot1, kSignature1)).body == "0\n");
  CHECK(ask(request(0, {kA}, 1, kRoot1, kSignature1)).status == 422);
}

struct Forked : Folder {
  const Ed25519Key signer = Ed25519Key::from_seed(std::string(32, 'l')).value();
  const std::vector<NoteKey> logs{
      NoteKey("log.example/meta", SignatureType::ed25519, signer.public_key())};
  CosignedHeads heads = CosignedHeads::open(path / "state").value();

  std::string asked(std::uint64_t old_size, std::uint64_t size, char root) const {
    Checkpoint head{"log.example/meta", size, {}};
    head.root.fill(static_cast<std::uint8_t>(root));
    return add_checkpoint_text({old_size, {}, sign_checkpoint(head, signer)});
  }
};

TEST_CASE_FIXTURE(Forked, "another root at the same size is refused and is proof of a fork") {
  Decision first = decide(asked(0, 7, 'a'), logs, heads);
  REQUIRE(first.accepted);
  REQUIRE(heads.keep(std::move(*first.accepted)));
  const Decision fork = decide(asked(7, 7, 'b'), logs, heads);
  CHECK(fork.answer.status == 409);
  CHECK(fork.contradiction);
  CHECK_FALSE(fork.accepted);
  const Decision from_zero = decide(asked(0, 7, 'b'), logs, heads);
  CHECK(from_zero.answer.body == "7\n");
  CHECK(from_zero.contradiction);
  CHECK_FALSE(decide(asked(7, 7, 'a'), logs, heads).contradiction);

  REQUIRE(heads.keep_contradiction(*heads.find("log.example/meta"), fork.note));
  std::size_t kept = 0;
  for (const auto& file : fs::directory_iterator(path))
    kept += file.path().filename().string().starts_with("state.fork-") ? 1 : 0;
  CHECK(kept == 1);
}

TEST_CASE_FIXTURE(Forked, "signatures of strangers are neither believed nor remembered") {
  const Ed25519Key stranger = Ed25519Key::from_seed(std::string(32, 's')).value();
  const std::string body = asked(0, 7, 'a');
  const std::string text = parse_note(parse_add_checkpoint(body).value().note).value().text;
  const std::string line = signature_line("stranger", stranger, text);
  const Decision both = decide(body + line, logs, heads);
  REQUIRE(both.accepted);
  CHECK(both.accepted->note == parse_add_checkpoint(body).value().note);
  CHECK(decide("old 0\n\n" + text + "\n" + line, logs, heads).answer.status == 403);
}

TEST_CASE_FIXTURE(Forked, "a damaged memory is no empty memory") {
  Decision first = decide(asked(0, 7, 'a'), logs, heads);
  REQUIRE(heads.keep(std::move(*first.accepted)));
  CHECK(CosignedHeads::open(path / "state").error().code == ErrorCode::locked);
  std::string bytes = read_file(path / "state").value();
  REQUIRE(replace_file(path / "other", bytes));
  CHECK(CosignedHeads::open(path / "other").value().find("log.example/meta") != nullptr);
  for (std::size_t at = 0; at < bytes.size(); at += 7) {
    std::string changed = bytes;
    changed[at] ^= 1;
    REQUIRE(replace_file(path / "other", changed));
    CHECK_FALSE(CosignedHeads::open(path / "other"));
  }
  REQUIRE(replace_file(path / "other", ""));
  CHECK_FALSE(CosignedHeads::open(path / "other"));
}

TEST_CASE_FIXTURE(Folder, "a key is made once, is its owner's alone, and signs as it says") {
  SeededRandom random(7);
  const WitnessKey made = create_witness_key(path / "key", "w.example/1", random).value();
  CHECK(create_witness_key(path / "key", "w.example/1", random).error().code ==
        ErrorCode::conflict);
  CHECK(read_witness_key(path / "key").value().verifier().text() == made.verifier().text());
  CHECK(made.verifier().type() == SignatureType::cosignature_v1);
  CHECK_FALSE(create_witness_key(path / "new", "no name", random));
  fs::permissions(path / "key", fs::perms::group_read, fs::perm_options::add);
  CHECK(read_witness_key(path / "key").error().code == ErrorCode::forbidden);
}

TEST_CASE_FIXTURE(Folder,
                  "a log that goes on after a declared loss is new, and the old one closed") {
  const Ed25519Key key = Ed25519Key::from_seed(std::string(32, 'k')).value();
  const std::string first = "log.example/meta";
  const std::vector<NoteKey> logs{NoteKey(first, SignatureType::ed25519, key.public_key())};
  ManualClock clock{Timestamp(std::chrono::seconds(1'767'605'460))};
  Witness witness(Running::key(), logs, CosignedHeads::open(path / "state").value(), clock);
  const auto ask = [&](const std::string& origin, std::uint64_t old_size, std::uint64_t size,
                       const Ed25519Key& by) {
    AddCheckpoint asked{old_size, {}, sign_checkpoint({origin, size, Hash{1}}, by)};
    return witness.add_checkpoint(add_checkpoint_text(asked)).status;
  };
  CHECK(ask(first, 0, 20, key) == 200);
  CHECK(ask(first + "/2", 0, 12, Ed25519Key::from_seed(std::string(32, 'x')).value()) == 403);
  CHECK(ask("log.example/t/00/2", 0, 12, key) == 404);
  CHECK(ask(first + "/2", 0, 12, key) == 200);
  CHECK(ask(first, 20, 20, key) == 403);  // Closed, also for what it cosigned before.
  CHECK(ask(first + "/2", 0, 13, key) == 409);
  CHECK(ask(first + "/3", 0, 5, key) == 200);
  CHECK(ask(first + "/2", 12, 12, key) == 403);
}

}  // namespace
}  // namespace recourse::witness
