#include "engine/witness/trust_policy.h"

#include <doctest/doctest.h>

namespace recourse {
namespace {

NoteKey witness_key(int number) {
  const auto key = Ed25519Key::from_seed(std::string(32, static_cast<char>(number))).value();
  return NoteKey("w" + std::to_string(number) + ".example", SignatureType::cosignature_v1,
                 key.public_key());
}

std::string witness_line(const std::string& name, int number) {
  return "witness " + name + " " + witness_key(number).text() + "\n";
}

bool holds(const TrustPolicy& policy, std::initializer_list<int> cosigned) {
  std::vector<NoteKey> keys;
  for (const int number : cosigned) keys.push_back(witness_key(number));
  return policy.satisfied(keys);
}

// The example of c2sp.org/tlog-policy.
const std::string kTwoLevels = witness_line("X1", 1) + witness_line("X2", 2) +
                               witness_line("X3", 3) + "group X-witnesses 2 X1 X2 X3\n" +
                               witness_line("Y1", 4) + witness_line("Y2", 5) +
                               "group Y-witnesses any Y1 Y2\n\n# both of them\n"
                               "group X-and-Y all X-witnesses Y-witnesses\nquorum X-and-Y\n";

TEST_CASE("a quorum of groups counts who cosigned") {
  const TrustPolicy policy = TrustPolicy::parse(kTwoLevels).value();
  CHECK(policy.asks());
  CHECK(policy.witnesses().size() == 5);
  CHECK(holds(policy, {1, 3, 4}));
  CHECK(holds(policy, {1, 2, 3, 4, 5}));
  CHECK_FALSE(holds(policy, {1, 4, 5}));
  CHECK_FALSE(holds(policy, {1, 2, 3}));
  CHECK_FALSE(holds(policy, {1, 1, 4}));
  CHECK_FALSE(holds(policy, {}));
  CHECK(TrustPolicy::parse(policy.witness_lines()).value().witness_lines() ==
        policy.witness_lines());
}

TEST_CASE("white space and notes say nothing") {
  const TrustPolicy policy =
      TrustPolicy::parse("\n\n  # comment\n\t witness \t w1   " + witness_key(1).text() +
                         "   https://witness.example/   # comment\n\t\t quorum      w1\n")
          .value();
  CHECK(policy.witnesses().front().url == "https://witness.example/");
  CHECK(holds(policy, {1}));
}

TEST_CASE("a quorum of none asks for nothing") {
  const TrustPolicy policy = TrustPolicy::parse("quorum none\n").value();
  CHECK_FALSE(policy.asks());
  CHECK(policy.satisfied({}));
  CHECK_FALSE(TrustPolicy().asks());
}

TEST_CASE("what a policy may not say is refused with its line") {
  const std::string w1 = witness_line("w1", 1);
  const auto refused = [](const std::string& text) { return !TrustPolicy::parse(text).ok(); };
  CHECK(refused(w1));
  CHECK(refused("quorum unknown\n"));
  CHECK(refused(w1 + "quorum w1\nquorum w1\n"));
  CHECK(refused(w1 + w1 + "quorum w1\n"));
  CHECK(refused(w1 + witness_line("w2", 1) + "quorum w1\n"));
  CHECK(refused(w1 + "group g1 -1 w1\nquorum g1\n"));
  CHECK(refused(w1 + "group g1 0 w1\nquorum g1\n"));
  CHECK(refused(w1 + "group g1 2 w1\nquorum g1\n"));
  CHECK(refused(w1 + "group g1 1 w1 w1\nquorum g1\n"));
  CHECK(refused(w1 + "group g1 1 w1\ngroup g2 1 w1\nquorum g2\n"));
  CHECK(refused("group g1 1 w1\n" + w1 + "quorum w1\n"));
  CHECK(refused(witness_line("all", 1) + "quorum none\n"));
  CHECK(refused(w1 + "group none 1 w1\nquorum w1\n"));
  CHECK(refused("group g1 1\nquorum none\n"));
  CHECK(refused("unknown line\nquorum none\n"));
  CHECK(refused("log " + witness_key(1).text() + "\nquorum none\n"));
  CHECK(TrustPolicy::parse("quorum none\n\x01\n").error().message.starts_with("line 2 "));
}

TEST_CASE("witnesses without a policy have to cosign all of them") {
  const TrustPolicy both =
      TrustPolicy::all_of({{"a", witness_key(1), "http://a"}, {"b", witness_key(2), "http://b"}})
          .value();
  CHECK(holds(both, {1, 2}));
  CHECK_FALSE(holds(both, {1}));
  CHECK_FALSE(TrustPolicy::all_of({}).value().asks());
  CHECK_FALSE(TrustPolicy::all_of({{"a", witness_key(1), ""}, {"a", witness_key(2), ""}}));
}

}  // namespace
}  // namespace recourse
