#include "engine/policy/policy_document.h"

#include <doctest/doctest.h>

#include <string>

namespace recourse {
namespace {

Policy read(std::string_view text) {
  auto policy = read_policy_document(text);
  REQUIRE_MESSAGE(policy.ok(), (policy ? "" : policy.error().message));
  return std::move(*policy);
}

std::string fault(std::string_view text) {
  const auto policy = read_policy_document(text);
  return policy ? "no fault" : policy.error().message;
}

bool begins(const std::string& text, std::string_view with) { return text.starts_with(with); }

TEST_CASE("a policy in YAML, with comments and units, is the same as its canonical JSON") {
  const Policy policy = read(R"(# What our agents may do alone.
approval_ttl_s: 24h
thresholds:
  - rule: others      # everything that has no rule of its own
    at_least_ppm: 82.5%
matrix:
  - {rule: reads, reversibility: R0, effect: permit}
  - rule: small_refunds
    type: process_refund
    up_to_minor: 50.00 USD
    effect: permit
)");
  CHECK(policy.approval_ttl_s == 86'400);
  CHECK(policy.thresholds.at(0).at_least_ppm == 825'000);
  CHECK(policy.matrix.at(1).up_to_minor == 5'000);
  CHECK(policy.matrix.at(1).currency == Clear("USD"));
  CHECK(policy_json(read(policy_json(policy))) == policy_json(policy));
}

TEST_CASE("what every tenant starts with can be written down as JSON and read again") {
  const std::string json = policy_json(default_policy());
  CHECK(policy_json(read(json)) == json);
}

TEST_CASE("an integer of a policy document stays exact") {
  CHECK(read("matrix: [{rule: a, type: process_refund, currency: JPY, "
             "up_to_minor: 9007199254740991, effect: permit}]")
            .matrix.at(0)
            .up_to_minor == 9'007'199'254'740'991);
  CHECK(begins(fault("followup_after_s: 9007199254740993"), "line 1, column 19: "));
  CHECK(begins(fault("followup_after_s: 1.5"), "line 1, column 19: "));
  CHECK(begins(fault("followup_after_s: \"86400\""), "line 1, column 19: "));
}

TEST_CASE("an unknown member is refused with its line, its column and what there is instead") {
  const std::string said = fault("currency: USD\nmatrix:\n  - rule: a\n    colour: red\n");
  CHECK(begins(said, "line 4, column 5: there is no member `colour` here; known: above_minor,"));
}

TEST_CASE("an unknown unit, currency or word is refused where it stands") {
  CHECK(begins(fault("approval_ttl_s: 24 hours"), "line 1, column 17: seconds, or a duration"));
  CHECK(begins(fault("thresholds: [{rule: a, at_least_ppm: 0.85}]"), "line 1, column 38: "));
  CHECK(begins(fault("matrix:\n- rule: a\n  up_to_minor: 5 XYZ\n"),
               "line 3, column 16: there is no such currency"));
  CHECK(begins(fault("matrix:\n- rule: a\n  effect: allow\n"),
               "line 3, column 11: one of permit, require_approval, forbid was expected"));
  CHECK(begins(fault("matrix:\n- {rule: a, currency: EUR, up_to_minor: 5.00 USD}"),
               "line 2, column 41: the rule's currency is EUR"));
}

TEST_CASE("a rule that cannot be meant is refused at the member that is wrong") {
  CHECK(fault("matrix:\n"
              "  - {rule: good, reversibility: R0, effect: permit}\n"
              "  - rule: bad\n"
              "    type: no_such_tool\n"
              "    effect: forbid\n") ==
        "line 4, column 11: policy rule bad: there is no action type of that name");
  CHECK(begins(fault("currency: USD\napproval_ttl_s: 1s\n"), "line 2, column 17: "));
  CHECK(begins(fault("matrix:\n- {rule: a, effect: forbid}\n- {rule: a, effect: forbid}\n"),
               "line 3, column 3: policy rule a: its name is used twice"));
}

TEST_CASE(
    "what a reader could misunderstand is refused: anchors, tags, doubled keys, more documents") {
  for (const char* text :
       {"a: &x 1\nb: *x", "currency: !!str USD", "currency: USD\ncurrency: EUR",
        "currency: USD\n---\ncurrency: EUR", "", "just a text", "[]", "{", "currency: [USD]",
        "autonomy_enabled: yes", "currency: USD\n\tmatrix: []"}) {
    CAPTURE(text);
    CHECK(begins(fault(text), "line "));
  }
  CHECK_FALSE(read_policy_document(std::string(300'000, '#')).ok());
  CHECK_FALSE(read_policy_document(std::string(5'000, '[')).ok());
  CHECK_FALSE(read_policy_document(std::string_view("a\0b", 3)).ok());
}

}  // namespace
}  // namespace recourse
