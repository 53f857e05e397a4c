#include "engine/ledger/signed_note.h"

#include <doctest/doctest.h>
#include <simdjson.h>

#include "engine/base/bytes.h"
#include "engine/ledger/checkpoint.h"
#include "tests/conformance/shared_data.h"

namespace recourse {
namespace {

using simdjson::dom::element;

std::vector<std::string> texts(simdjson::simdjson_result<element> list) {
  std::vector<std::string> all;
  simdjson::dom::array items;
  if (list.get_array().get(items) != simdjson::SUCCESS) return all;
  for (const element item : items) all.emplace_back(item.get_string().value());
  return all;
}

void check_checkpoint(std::string_view note, element expected) {
  const Checkpoint head = parse_checkpoint_text(parse_note(note)->text).value();
  CHECK(head.origin == expected["origin"].get_string().value());
  CHECK(head.size == expected["size"].get_uint64());
  CHECK(to_base64(as_text(head.root)) == expected["root_base64"].get_string().value());
}

TEST_CASE("published notes are verified, unverified or malformed as published") {
  const auto file = shared_data("signed-note/cases.json");
  if (!file) return;
  simdjson::dom::parser parser;
  for (const element given : parser.parse(contents(*file)).get_array()) {
    CAPTURE(std::string(given["id"].get_string().value()));
    std::vector<NoteKey> known;
    for (const std::string& key : texts(given["keys"])) {
      known.push_back(NoteKey::parse(key).value());
      CHECK(known.back().text() == key);
    }
    const std::string note = from_base64(given["note_base64"].get_string().value()).value();
    const auto result = verify_note(note, known);
    const std::string_view expected = given["expect"].get_string();
    if (expected == "accept") {
      REQUIRE(result);
      std::vector<std::string> verified;
      for (const VerifiedSignature& signature : result->verified)
        verified.push_back(signature.name);
      CHECK(verified == texts(given["verified"]));
      CHECK(result->unverified == texts(given["unverified"]));
    } else {
      REQUIRE(!result);
      CHECK(result.error().code ==
            (expected == "unverified" ? ErrorCode::unauthenticated : ErrorCode::invalid));
    }
    element checkpoint;
    if (given["checkpoint"].get(checkpoint) == simdjson::SUCCESS)
      check_checkpoint(note, checkpoint);
  }
}

TEST_CASE("the published example key signs the published text with the published line") {
  const auto file = shared_data("signed-note/signing-key-test-only.json");
  if (!file) return;
  simdjson::dom::parser parser;
  const element given = parser.parse(contents(*file));
  const NoteKey key = NoteKey::parse(given["public_key"].get_string().value()).value();
  // PRIVATE+KEY+<name>+<id>+<base64(0x01 || seed)>
  const std::string prefix = "PRIVATE+KEY+" + key.name() + "+00000000+";
  const std::string typed_seed =
      from_base64(given["private_key"].get_string().value().substr(prefix.size())).value();
  const Ed25519Key signer = Ed25519Key::from_seed(typed_seed.substr(1)).value();
  const Ed25519PublicKey public_key = signer.public_key();
  CHECK(public_key.bytes() == key.key().bytes());
  const std::string text = from_base64(given["text_base64"].get_string().value()).value();
  CHECK(signature_line(key.name(), signer, text) ==
        from_base64(given["expected_signature_line_base64"].get_string().value()).value());
}

}  // namespace
}  // namespace recourse
