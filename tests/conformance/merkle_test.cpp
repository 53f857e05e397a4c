#include <doctest/doctest.h>
#include <simdjson.h>

#include "engine/ledger/checkpoint.h"
#include "engine/ledger/frontier.h"
#include "tests/conformance/shared_data.h"

namespace recourse {
namespace {

using simdjson::dom::element;

std::string_view text(element object, const char* name) { return object[name].get_string(); }

/// Errors: invalid for a hash that is not 32 bytes.
Result<std::vector<Hash>> hashes(simdjson::simdjson_result<element> list) {
  std::vector<Hash> all;
  if (list.is_null()) return all;
  for (const element item : list.get_array()) {
    RECOURSE_LET(const Hash hash, hash_from_base64(item.get_string().value()));
    all.push_back(hash);
  }
  return all;
}

Status inclusion_case(element given) {
  RECOURSE_LET(const Hash root, hash_from_base64(text(given, "root")));
  RECOURSE_LET(const Hash leaf, hash_from_base64(text(given, "leafHash")));
  RECOURSE_LET(const std::vector<Hash> proof, hashes(given["proof"]));
  return verify_inclusion(leaf, given["leafIdx"].get_uint64(), given["treeSize"].get_uint64(),
                          proof, root);
}

Status consistency_case(element given) {
  RECOURSE_LET(const Hash root1, hash_from_base64(text(given, "root1")));
  RECOURSE_LET(const Hash root2, hash_from_base64(text(given, "root2")));
  RECOURSE_LET(const std::vector<Hash> proof, hashes(given["proof"]));
  return verify_consistency(given["size1"].get_uint64(), given["size2"].get_uint64(), root1, root2,
                            proof);
}

void check_cases(const std::string& name, Status (*verify)(element)) {
  const auto file = shared_data(name);
  if (!file) return;
  simdjson::dom::parser parser;
  int accepted = 0;
  int refused = 0;
  const std::string cases = contents(*file);
  for (const element given : parser.parse_many(cases)) {
    const bool want_error = given["wantErr"].get_bool();
    CHECK_MESSAGE(verify(given).ok() == !want_error, std::string(text(given, "file")));
    ++(want_error ? refused : accepted);
  }
  CHECK(accepted > 0);
  CHECK(refused > 0);
}

TEST_CASE("published inclusion proofs are accepted or refused as published") {
  check_cases("merkle-log/inclusion.ndjson", inclusion_case);
}

TEST_CASE("published consistency proofs are accepted or refused as published") {
  check_cases("merkle-log/consistency.ndjson", consistency_case);
}

TEST_CASE("the published leaves have the published hashes and roots at every size") {
  const auto file = shared_data("merkle-log/roots.json");
  if (!file) return;
  simdjson::dom::parser parser;
  const element given = parser.parse(contents(*file));
  const auto inputs = given["leaf_inputs_hex"].get_array().value();
  Frontier frontier;
  for (std::size_t i = 0; i <= inputs.size(); ++i) {
    const std::string_view root = given["root_hex_by_size"].at(i).get_string();
    CHECK(to_hex(as_text(frontier.root())) == root);
    if (i == inputs.size()) break;
    const Hash leaf = leaf_hash(from_hex(inputs.at(i).get_string().value()).value());
    const std::string_view hash = given["leaf_hashes_hex"].at(i).get_string();
    CHECK(to_hex(as_text(leaf)) == hash);
    frontier.append(leaf);
  }
}

TEST_CASE("a leaf of a public log of millions is proved by that log's own proof and head") {
  const auto file = shared_data("merkle-log/rekor-inclusion.json");
  if (!file) return;
  simdjson::dom::parser parser;
  const element given = parser.parse(contents(*file));
  const std::string leaf = from_base64(text(given, "canonicalizedBody")).value();
  const std::vector<Hash> proof = hashes(given["hashes"]).value();
  const Hash root = hash_from_base64(text(given, "rootHash")).value();
  const std::uint64_t index = given["logIndex"].get_uint64();
  const std::uint64_t size = given["treeSize"].get_uint64();
  CHECK(verify_inclusion(leaf_hash(leaf), index, size, proof, root));
  CHECK(!verify_inclusion(leaf_hash(leaf + " "), index, size, proof, root));
  CHECK(!verify_inclusion(leaf_hash(leaf), index - 1, size, proof, root));

  const SignedNote note = parse_note(text(given, "checkpoint")).value();
  const Checkpoint head = parse_checkpoint_text(note.text, ExtensionLines::ignored).value();
  CHECK(head.size == size);
  CHECK(head.root == root);
}

}  // namespace
}  // namespace recourse
